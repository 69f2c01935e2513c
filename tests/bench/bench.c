/* SPDX-License-Identifier: MIT */
/*
 * Measures the library and ckmeta against what is run beside them, and prints one table.
 *
 *     nucleus-bench                      the table
 *     nucleus-bench --smoke              the same, each row a few times only
 *     nucleus-bench --first WHOSE DIR    the nanoseconds of one load in this new process
 */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"
#include "nucleus/checkpoint.h"
#include "samples.h"

static double seconds_per_row = 3;

/* A directory to load from or save to, and what to save there, in both forms. */
struct target {
    char *dir;
    struct nucleus_metadata metadata;
    char *text;
    size_t len;
};

static void load(const void *target)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_load(((const struct target *)target)->dir, &metadata, &err) != NUCLEUS_OK)
        die(err.message);
    nucleus_metadata_clear(&metadata);
}

static void save(const void *data)
{
    const struct target *target = data;
    struct nucleus_error err;

    if (nucleus_metadata_save(&target->metadata, target->dir, &err) != NUCLEUS_OK)
        die(err.message);
}

/*
 * What the library is held against: the same guarantee, or the same safety, in plain calls, with no
 * message, no check of the text and no copy of a value.
 */
static int open_regular(const char *path, size_t *ret_size)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat info;
    int fd;

    if (fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        die(path);
    fd = openat(AT_FDCWD, path, flags);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        die(path);
    *ret_size = (size_t)info.st_size;
    return fd;
}

static char *read_barely(const char *dir, size_t *ret_len)
{
    char path[4096];
    size_t size;
    char *text;
    int fd;

    (void)snprintf(path, sizeof path, "%s/metadata.json", dir);
    fd = open_regular(path, &size);
    text = malloc(size + 1);
    if (!text || read(fd, text, size + 1) != (ssize_t)size || close(fd) != 0)
        die(path);
    *ret_len = size;
    return text;
}

static void load_barely(const void *target)
{
    size_t len;
    char *text = read_barely(((const struct target *)target)->dir, &len);
    cJSON *tree = cJSON_ParseWithLength(text, len);

    if (!tree)
        die("cJSON_ParseWithLength");
    cJSON_Delete(tree);
    free(text);
}

static void save_barely(const void *data)
{
    static const char temp[] = ".metadata.json.tmp.bare";
    const struct target *target = data;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int dir = open(target->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(dir, temp, flags, 0600);

    if (dir < 0 || fd < 0 || write(fd, target->text, target->len) != (ssize_t)target->len ||
        fsync(fd) != 0 || close(fd) != 0 || renameat(dir, temp, dir, "metadata.json") != 0 ||
        fsync(dir) != 0 || close(dir) != 0)
        die(target->dir);
}

/* Has a new process of this program load once and say how long it took. */
static void first_load(const char *whose, const char *dir)
{
    char command[8192];
    double nanoseconds;
    FILE *output;

    (void)snprintf(command, sizeof command, "exec '%s' --first %s '%s'", BENCH_SELF, whose, dir);
    output = popen(command, "re");
    if (!output || fscanf(output, "%lf", &nanoseconds) != 1 || pclose(output) != 0)
        die(command);
    add_own_time(nanoseconds);
}

static void load_first(const void *target)
{
    first_load("ours", ((const struct target *)target)->dir);
}

static void load_first_barely(const void *target)
{
    first_load("bare", ((const struct target *)target)->dir);
}

/* In a child: becomes the program, its output thrown away. */
static _Noreturn void become(char *const *words)
{
    int null = open("/dev/null", O_WRONLY);

    if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
        (void)execvp(words[0], words);
    die(words[0]);
}

static void become_ckmeta(const void *target)
{
    become((char *[]){(char[]){BENCH_CKMETA}, (char[]){"load"},
                      ((const struct target *)target)->dir, (char[]){"container_id"}, NULL});
}

static void become_jq(const void *target)
{
    char file[4096];

    (void)snprintf(file, sizeof file, "%s/metadata.json", ((const struct target *)target)->dir);
    become((char *[]){(char[]){"jq"}, (char[]){"-r"}, (char[]){".container_id"}, file, NULL});
}

struct row {
    const char *name, *against;
    enum clock clock;
    void (*run)(const void *target);
    void (*run_against)(const void *target);
    enum sample sample, sample_against;
    int other_files;
    enum { TIME, MEMORY } unit;
    enum { IN_MEMORY, ON_DISK } place;
};

static const struct row rows[] = {
    /* clang-format off */
    {"load, typical file", "bare calls, cJSON", PROCESSOR, load, load_barely, TYPICAL, TYPICAL, 0, TIME, IN_MEMORY},
    {"load, first of a process", "bare calls, cJSON", OWN, load_first, load_first_barely, TYPICAL, TYPICAL, 0, TIME, IN_MEMORY},
    {"load, 1,000 arguments", "bare calls, cJSON", PROCESSOR, load, load_barely, ARGUMENTS_1000, ARGUMENTS_1000, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "bare calls, cJSON", PROCESSOR, load, load_barely, ARGUMENTS_100000, ARGUMENTS_100000, 0, TIME, IN_MEMORY},
    {"load, 1 MB of CJK", "bare calls, cJSON", PROCESSOR, load, load_barely, CJK, CJK, 0, TIME, IN_MEMORY},
    {"load, 120,000 unknown members", "bare calls, cJSON", PROCESSOR, load, load_barely, UNKNOWN, UNKNOWN, 0, TIME, IN_MEMORY},
    {"load, 2,000,000 zeros", "bare calls, cJSON", PROCESSOR, load, load_barely, ZEROS, ZEROS, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "10,000 arguments", PROCESSOR, load, load, ARGUMENTS_100000, ARGUMENTS_10000, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "bare calls, cJSON", OWN, load, load_barely, ARGUMENTS_100000, ARGUMENTS_100000, 0, MEMORY, IN_MEMORY},
    {"load, 2,000,000 zeros", "bare calls, cJSON", OWN, load, load_barely, ZEROS, ZEROS, 0, MEMORY, IN_MEMORY},
    {"save, tmpfs", "bare calls", PROCESSOR, save, save_barely, TYPICAL, TYPICAL, 0, TIME, IN_MEMORY},
    {"save, tmpfs, beside 40 files", "bare calls", PROCESSOR, save, save_barely, TYPICAL, TYPICAL, 40, TIME, IN_MEMORY},
    {"save, disk", "bare calls", WALL, save, save_barely, TYPICAL, TYPICAL, 0, TIME, ON_DISK},
    {"save, 100,000 arguments", "10,000 arguments", PROCESSOR, save, save, ARGUMENTS_100000, ARGUMENTS_10000, 0, TIME, IN_MEMORY},
    {"ckmeta load DIR container_id", "jq -r .container_id", CHILD, become_ckmeta, become_jq, TYPICAL, TYPICAL, 0, TIME, IN_MEMORY},
    {"ckmeta load DIR container_id", "jq -r .container_id", WALL, become_ckmeta, become_jq, TYPICAL, TYPICAL, 0, MEMORY, IN_MEMORY},
    /* clang-format on */
};

/* Why a row cannot be run here, or NULL. */
static const char *why_absent(const struct row *row, const char *base)
{
    if (!base)
        return "no such filesystem here";
    if (strncmp(row->against, "jq ", 3) == 0 && system("command -v jq >/dev/null") != 0)
        return "jq is not installed";
    return NULL;
}

static struct target make_target(const struct row *row, const char *base, const char *name,
                                 enum sample sample)
{
    struct target target = {.dir = make_directory(base, name, sample, row->other_files)};
    struct nucleus_error err;

    /* Not for others: the peak of a child begins with what this process has. */
    if (row->run != save)
        return target;
    target.text = read_barely(target.dir, &target.len);
    if (nucleus_metadata_load(target.dir, &target.metadata, &err) != NUCLEUS_OK)
        die(err.message);
    return target;
}

static void free_target(struct target *target)
{
    nucleus_metadata_clear(&target->metadata);
    free(target->text);
    free(target->dir);
}

static struct figures run_row(const struct row *row, const char *base)
{
    struct target ours = make_target(row, base, "ours", row->sample);
    struct target against = make_target(row, base, "against", row->sample_against);
    const struct work works[] = {{row->run, &ours}, {row->run_against, &against}};
    struct figures figures;

    if (row->unit == MEMORY)
        figures = compare_memory(works[0], works[1]);
    else
        figures = compare_times(row->clock, seconds_per_row, works[0], works[1]);
    free_target(&ours);
    free_target(&against);
    return figures;
}

static void print_row(const struct row *row, struct figures figures)
{
    const bool is_time = row->unit == TIME;
    const double scale = is_time ? 1e3 : 1024;

    printf("| %-29s | %-20s | %-6s | %10.1f %s | %10.1f %s | %6.2f |\n", row->name, row->against,
           is_time ? "time" : "memory", figures.ours / scale, is_time ? "us " : "KiB",
           figures.against / scale, is_time ? "us " : "KiB", figures.ratio);
}

/* A row, and where it is run. */
struct job {
    const struct row *row;
    const char *base;
};

static void run_and_print(const void *data)
{
    const struct job *job = data;
    const char *absent = why_absent(job->row, job->base);

    if (absent)
        printf("| %-29s | %-20s | absent: %s |\n", job->row->name, job->row->against, absent);
    else
        print_row(job->row, run_row(job->row, job->base));
}

/* In a child, so that the heap of one row is no matter to the next. */
static bool run_alone(const struct row *row)
{
    char *base = make_scratch(row->place == IN_MEMORY);
    struct job job = {row, base};
    const int result = run_in_child((struct work){run_and_print, &job}, NULL);

    remove_scratch(base);
    return result == 0;
}

static int run_first(const char *whose, char *dir)
{
    const struct target target = {.dir = dir};
    const double start = now(WALL);

    if (strcmp(whose, "ours") == 0)
        load(&target);
    else
        load_barely(&target);
    printf("%.0f\n", now(WALL) - start);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    int result = EXIT_SUCCESS;

    (void)umask(022);
    if (argc == 4 && strcmp(argv[1], "--first") == 0)
        return run_first(argv[2], argv[3]);
    if (argc > 1 && strcmp(argv[1], "--smoke") == 0)
        seconds_per_row = 0;
    printf("| %-29s | %-20s | %-6s | %14s | %14s | %6s |\n", "row", "against", "what", "ours",
           "its", "ratio");
    printf("|---|---|---|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!run_alone(&rows[i])) {
            (void)fprintf(stderr, "bench: the row '%s' failed\n", rows[i].name);
            result = EXIT_FAILURE;
        }
    }
    return result;
}
