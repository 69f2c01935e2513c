/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <ftw.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "measure.h"

static char *join(const char *dir, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", dir, name) < 0)
        die("asprintf");
    return path;
}

/* A new directory in the first candidate that is in memory, or is not. NULL: none is. */
static char *make_base(const char *const *candidates, bool in_memory)
{
    for (; *candidates; candidates++) {
        struct statfs info;
        char *path;

        if (statfs(*candidates, &info) != 0 ||
            ((unsigned long)info.f_type == TMPFS_MAGIC ||
             (unsigned long)info.f_type == RAMFS_MAGIC) != in_memory)
            continue;
        path = join(*candidates, "nucleus-bench-XXXXXX");
        if (mkdtemp(path))
            return path;
        free(path);
    }
    return NULL;
}

struct scratch make_scratch(void)
{
    const char *variable = getenv("TMPDIR");
    const char *const candidates[] = {variable ? variable : "/tmp", "/dev/shm", BENCH_DISK, NULL};

    return (struct scratch){make_base(candidates, true), make_base(candidates, false)};
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_base(char *base)
{
    if (base && nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        die(base);
    free(base);
}

void remove_scratch(struct scratch *scratch)
{
    remove_base(scratch->memory);
    remove_base(scratch->disk);
}

static struct nucleus_metadata typical_sample(void)
{
    struct nucleus_metadata metadata;
    static char text[4096];
    FILE *file = fopen(BENCH_TYPICAL, "rb");
    size_t len;

    if (!file)
        die(BENCH_TYPICAL);
    len = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    if (nucleus_metadata_from_json(text, len, &metadata, NULL) != NUCLEUS_OK)
        die(BENCH_TYPICAL);
    return metadata;
}

struct nucleus_metadata make_sample(int size)
{
    struct nucleus_metadata metadata = typical_sample();
    char **words;

    if (size == TYPICAL)
        return metadata;
    for (size_t i = 0; metadata.command[i]; i++)
        free(metadata.command[i]);
    free(metadata.command);
    words = calloc((size_t)size + 1, sizeof *words);
    if (!words)
        die("calloc");
    for (int i = 0; i < size; i++) {
        if (asprintf(&words[i], "--option=value-%05d", i) < 0)
            die("asprintf");
    }
    metadata.command = words;
    return metadata;
}

struct to_save {
    const char *dir;
    int size;
};

static void save_sample(const void *data)
{
    const struct to_save *to_save = data;
    struct nucleus_metadata metadata = make_sample(to_save->size);
    struct nucleus_error err;

    if (nucleus_metadata_save(&metadata, to_save->dir, &err) != NUCLEUS_OK)
        die(err.message);
    nucleus_metadata_clear(&metadata);
}

char *sample_directory(const char *base, const char *purpose, int size)
{
    struct to_save to_save = {.size = size};
    char *dir;

    if (asprintf(&dir, "%s/%s-%d", base, purpose, size) < 0)
        die("asprintf");
    to_save.dir = dir;
    /* In a child: what this process allocates and frees now would change what is measured. */
    if (mkdir(dir, 0700) == 0 &&
        run_in_child((struct work){save_sample, &to_save, NULL}, NULL) != 0)
        die(dir);
    return dir;
}

char *sample_file(const char *dir)
{
    return join(dir, "metadata.json");
}
