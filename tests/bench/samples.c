/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <ftw.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "measure.h"

/* A document that is one thing repeated: what stands before, in and behind it. */
struct repeated {
    int count;
    bool is_numbered;
    const char *head, *separator, *before, *after, *tail;
};

#define BEGIN                                                                                      \
    "{\"container_id\":\"d4dcdbdf206f\",\"original_pid\":4242,\"checkpoint_at\":1795434105,"
#define END "\"version\":\"0.3.8\",\"using_gvisor\":false,\"rootless\":true}"
#define NAME "\"container_name\":\"web-1\","
#define COMMAND "\"command\":[\"nginx\"],"
#define ARGUMENTS(count)                                                                           \
    {                                                                                              \
        count, true, BEGIN NAME "\"command\":[", ",", "\"--option=value-", "\"", "]," END          \
    }

static const struct repeated documents[] = {
    [ARGUMENTS_1000] = ARGUMENTS(1000),
    [ARGUMENTS_10000] = ARGUMENTS(10000),
    [ARGUMENTS_100000] = ARGUMENTS(100000),
    [CJK] = {340000, false, BEGIN COMMAND "\"container_name\":\"", "", "\xe6\xbc\xa2", "",
             "\"," END},
    [UNKNOWN] = {120000, true, BEGIN NAME COMMAND, "", "\"unknown_member_", "\":0,", END},
    [ZEROS] = {2000000, false, BEGIN NAME COMMAND "\"x\":[", ",", "0", "", "]," END},
};

static void write_repeated(const struct repeated *document, FILE *out)
{
    (void)fputs(document->head, out);
    for (int i = 0; i < document->count; i++) {
        (void)fputs(i > 0 ? document->separator : "", out);
        (void)fputs(document->before, out);
        if (document->is_numbered)
            (void)fprintf(out, "%05d", i);
        (void)fputs(document->after, out);
    }
    (void)fputs(document->tail, out);
}

static void write_typical(FILE *out)
{
    FILE *in = fopen(BENCH_TYPICAL, "rb");
    int byte;

    if (!in)
        die(BENCH_TYPICAL);
    while ((byte = fgetc(in)) != EOF)
        (void)fputc(byte, out);
    (void)fclose(in);
}

static FILE *create(const char *dir, const char *name)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "wb");
    if (!file)
        die(path);
    return file;
}

char *make_directory(const char *base, const char *name, enum sample sample, int other_files)
{
    char *dir;
    FILE *file;

    if (asprintf(&dir, "%s/%s", base, name) < 0 || mkdir(dir, 0700) != 0)
        die(name);
    for (int i = 0; i < other_files; i++) {
        char image[32];

        (void)snprintf(image, sizeof image, "pages-%d.img", i);
        (void)fclose(create(dir, image));
    }
    file = create(dir, "metadata.json");
    if (sample == TYPICAL)
        write_typical(file);
    else
        write_repeated(&documents[sample], file);
    if (ferror(file) | fclose(file))
        die(dir);
    return dir;
}

char *make_scratch(int in_memory)
{
    const char *variable = getenv("TMPDIR");
    const char *const candidates[] = {variable ? variable : "/tmp", "/dev/shm", BENCH_DISK};

    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        struct statfs info;
        char *path;

        if (statfs(candidates[i], &info) != 0 || (info.f_type == TMPFS_MAGIC) != in_memory)
            continue;
        if (asprintf(&path, "%s/nucleus-bench-XXXXXX", candidates[i]) < 0)
            die("asprintf");
        if (mkdtemp(path))
            return path;
        free(path);
    }
    return NULL;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

void remove_scratch(char *base)
{
    if (base && nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        die(base);
    free(base);
}
