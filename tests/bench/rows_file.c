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
    *ret = compare_times(PROCESSOR, (struct work){load_and_clear, dir, NULL},
                         (struct work){run_bare_load, path, NULL});
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

/* A directory to load from, and what came out of it. */
struct loaded {
    const char *dir;
    struct nucleus_metadata *metadata;
};

static void load(const void *data)
{
    const struct loaded *loaded = data;
    struct nucleus_error err;

    if (nucleus_metadata_load(loaded->dir, loaded->metadata, &err) != NUCLEUS_OK)
        die(err.message);
}

static void clear(const void *data)
{
    const struct loaded *loaded = data;

    nucleus_metadata_clear(loaded->metadata);
}

static const char *compare_with_cjson(const struct scratch *scratch, int size, bool is_clear_timed,
                                      struct figures *ret)
{
    struct nucleus_metadata metadata;
    struct loaded loaded = {.metadata = &metadata};
    struct text text;
    char *dir;

    if (!scratch->memory)
        return "no tmpfs";
    dir = sample_directory(scratch->memory, "load", size);
    loaded.dir = dir;
    text = sample_text(size);
    *ret = compare_times(PROCESSOR,
                         is_clear_timed ? (struct work){load_and_clear, dir, NULL}
                                        : (struct work){load, &loaded, clear},
                         (struct work){parse_and_delete, &text, NULL});
    free(text.bytes);
    free(dir);
    return NULL;
}

const char *load_against_cjson(const struct scratch *scratch, int size, struct figures *ret)
{
    return compare_with_cjson(scratch, size, false, ret);
}

const char *load_and_clear_against_cjson(const struct scratch *scratch, int size,
                                         struct figures *ret)
{
    return compare_with_cjson(scratch, size, true, ret);
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
    *ret = compare_times(clock, (struct work){save, &what, NULL},
                         (struct work){run_bare_save, &text, NULL});
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
    absent = count_calls((struct work){save, &what, NULL}, ret);
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
    absent = count_calls((struct work){load_and_clear, dir, NULL}, ret);
    free(dir);
    return absent;
}
