/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare.h"
#include "rows.h"

void load_and_clear(const void *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_load(dir, &metadata, &err) != NUCLEUS_OK)
        die(err.message);
    nucleus_metadata_clear(&metadata);
}

void save(const void *data)
{
    const struct save *what = data;
    struct nucleus_error err;

    if (nucleus_metadata_save(what->metadata, what->dir, &err) != NUCLEUS_OK)
        die(err.message);
}

static void run_bare_load(const void *path)
{
    bare_load(path);
}

const char *load_against_bare(const struct scratch *scratch, int size, struct figures *ret)
{
    char *dir;
    char *path;

    if (!scratch->memory)
        return "no tmpfs";
    dir = sample_directory(scratch->memory, "load", size);
    path = sample_file(dir);
    *ret = compare_times(PROCESSOR, (struct work){load_and_clear, dir},
                         (struct work){run_bare_load, path});
    free(path);
    free(dir);
    return NULL;
}

/* A text, and where to save it. */
struct text {
    const char *dir;
    char *bytes;
    size_t len;
};

static struct text sample_text(int size)
{
    struct nucleus_metadata metadata = make_sample(size);
    struct text text;
    struct nucleus_error err;

    if (nucleus_metadata_to_json(&metadata, &text.bytes, &text.len, &err) != NUCLEUS_OK)
        die(err.message);
    nucleus_metadata_clear(&metadata);
    return text;
}

static void parse_and_delete(const void *data)
{
    const struct text *text = data;
    cJSON *tree = cJSON_ParseWithLength(text->bytes, text->len);

    if (!tree)
        die("cJSON_ParseWithLength");
    cJSON_Delete(tree);
}

const char *load_against_cjson(const struct scratch *scratch, int size, struct figures *ret)
{
    struct text text;
    char *dir;

    if (!scratch->memory)
        return "no tmpfs";
    dir = sample_directory(scratch->memory, "load", size);
    text = sample_text(size);
    *ret = compare_times(PROCESSOR, (struct work){load_and_clear, dir},
                         (struct work){parse_and_delete, &text});
    free(text.bytes);
    free(dir);
    return NULL;
}

/* Besides, copies the strings of the command and frees the copies. */
static void parse_copy_and_delete(const void *data)
{
    const struct text *text = data;
    cJSON *tree = cJSON_ParseWithLength(text->bytes, text->len);
    const cJSON *command = cJSON_GetObjectItemCaseSensitive(tree, "command");
    char **copies = calloc((size_t)cJSON_GetArraySize(command) + 1, sizeof *copies);
    const cJSON *item;
    size_t count = 0;

    if (!copies)
        die("calloc");
    cJSON_ArrayForEach (item, command) {
        copies[count] = strdup(item->valuestring);
        if (!copies[count++])
            die("strdup");
    }
    cJSON_Delete(tree);
    for (size_t i = 0; i < count; i++)
        free(copies[i]);
    free(copies);
}

const char *copies_against_cjson(const struct scratch *scratch, int size, struct figures *ret)
{
    struct text text = sample_text(size);

    (void)scratch;
    *ret = compare_times(PROCESSOR, (struct work){parse_copy_and_delete, &text},
                         (struct work){parse_and_delete, &text});
    free(text.bytes);
    return NULL;
}

static void run_bare_save(const void *data)
{
    const struct text *text = data;

    bare_save(text->dir, text->bytes, text->len);
}

/* Side by side in two directories of one filesystem. */
static void compare_saves(const char *base, enum clock clock, int size, struct figures *ret)
{
    struct nucleus_metadata metadata = make_sample(size);
    struct text text = sample_text(size);
    char *ours = sample_directory(base, "save", size);
    char *bare = sample_directory(base, "bare", size);
    struct save what = {ours, &metadata};

    text.dir = bare;
    *ret = compare_times(clock, (struct work){save, &what}, (struct work){run_bare_save, &text});
    free(bare);
    free(ours);
    free(text.bytes);
    nucleus_metadata_clear(&metadata);
}

const char *save_in_memory(const struct scratch *scratch, int size, struct figures *ret)
{
    if (!scratch->memory)
        return "no tmpfs";
    compare_saves(scratch->memory, PROCESSOR, size, ret);
    return NULL;
}

const char *save_on_disk(const struct scratch *scratch, int size, struct figures *ret)
{
    if (!scratch->disk)
        return "no disk, only tmpfs";
    compare_saves(scratch->disk, WALL, size, ret);
    return NULL;
}

static const char *count_calls(struct work work, struct figures *ret)
{
    long count = count_system_calls(work);

    if (count < 0)
        return strerror(errno);
    *ret = (struct figures){.ours = (double)count};
    return NULL;
}

const char *calls_of_save(const struct scratch *scratch, int size, struct figures *ret)
{
    struct nucleus_metadata metadata;
    struct save what = {.metadata = &metadata};
    const char *absent;
    char *dir;

    if (!scratch->memory)
        return "no tmpfs";
    metadata = make_sample(size);
    dir = sample_directory(scratch->memory, "calls", size);
    what.dir = dir;
    absent = count_calls((struct work){save, &what}, ret);
    free(dir);
    nucleus_metadata_clear(&metadata);
    return absent;
}

const char *calls_of_load(const struct scratch *scratch, int size, struct figures *ret)
{
    const char *absent;
    char *dir;

    if (!scratch->memory)
        return "no tmpfs";
    dir = sample_directory(scratch->memory, "load", size);
    absent = count_calls((struct work){load_and_clear, dir}, ret);
    free(dir);
    return absent;
}
