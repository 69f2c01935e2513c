/* SPDX-License-Identifier: MIT */
/*
 * Measures the library against a baseline and prints one table of ratios.
 *
 *     nucleus-bench [--smoke] [DISK]
 *
 * DISK is a directory on a disk; the default is in the build directory. With --smoke, each row is
 * measured only a few times.
 */
#include "support.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* A document that consists of a head, many copies of an item, and a tail. */
struct sample {
    const char *head, *item;
    int count;
    const char *tail;
};

#define HEAD                                                                                       \
    "{\"container_id\":\"d4dcdbdf206f\",\"original_pid\":4242,\"checkpoint_at\":1795434105,"       \
    "\"version\":\"0.3.8\",\"using_gvisor\":false,\"rootless\":true,\"container_name\":\"web-1"
#define COMMAND "\",\"command\":[\"nginx\""
#define ARGUMENT ",\"--option=value-12345\""

static const struct sample typical = {HEAD COMMAND, ARGUMENT, 2, "]}"};
static const struct sample args_1000 = {HEAD COMMAND, ARGUMENT, 999, "]}"};
static const struct sample args_100000 = {HEAD COMMAND, ARGUMENT, 99999, "]}"};
static const struct sample cjk = {HEAD, "\xe6\xbc\xa2", 340000, COMMAND "]}"};
static const struct sample unknown = {HEAD COMMAND "]", ",\"unknown_member_12345\":0", 120000, "}"};
static const struct sample zeros = {HEAD COMMAND "],\"x\":[0", ",0", 1999999, "]}"};

/* The file of the row that is measured, and for a save, its content in both forms. */
static const char path[] = "d/metadata.json";
static struct nucleus_metadata metadata;
static char *text;
static size_t text_len;

static void require(bool is_met, const char *what)
{
    if (is_met)
        return;
    perror(what);
    exit(EXIT_FAILURE);
}

static void load(void)
{
    struct nucleus_error err;

    require(load_sample("d", &err) == NUCLEUS_OK, err.message);
}

/* Makes the system calls of a load and parses the text with cJSON. */
static void load_bare(void)
{
    struct stat info;
    char *bytes;
    cJSON *tree;
    int fd;

    require(fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) == 0, "fstatat");
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    require(fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode), "open");
    bytes = malloc((size_t)info.st_size + 1);
    require(bytes && read(fd, bytes, (size_t)info.st_size + 1) == info.st_size, "read");
    require(close(fd) == 0, "close");
    tree = cJSON_ParseWithLength(bytes, (size_t)info.st_size);
    require(tree, "cJSON_ParseWithLength");
    cJSON_Delete(tree);
    free(bytes);
}

static void load_nothing(void)
{
    struct nucleus_metadata none;

    require(nucleus_metadata_load(".", &none, NULL) == NUCLEUS_ERROR_NOT_FOUND, "load");
}

/* Makes the system calls needed to determine that there is no file, and that none can appear. */
static void load_nothing_bare(void)
{
    struct statfs filesystem;
    struct stat info;
    int dir;

    require(fstatat(AT_FDCWD, "./metadata.json", &info, AT_SYMLINK_NOFOLLOW) < 0, "fstatat");
    dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    require(dir >= 0 && fstatfs(dir, &filesystem) == 0 && close(dir) == 0, "fstatfs");
}

static void save(void)
{
    struct nucleus_error err;

    require(nucleus_metadata_save(&metadata, "d", &err) == NUCLEUS_OK, err.message);
}

/* Writes the text to fd and flushes it. */
static void write_bare(int fd)
{
    require(fd >= 0 && write(fd, text, text_len) == (ssize_t)text_len, "write");
    require(fsync(fd) == 0, "fsync");
}

/* Makes the system calls of nucleus: a fixed temporary name, and no flush of the directory. */
static void save_as_nucleus(void)
{
    static const char temp[] = "d/metadata.json.tmp";
    const int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

    write_bare(fd);
    require(close(fd) == 0 && rename(temp, path) == 0, "rename");
}

/* Makes the system calls that every durable save needs, relative to an open directory. After the
 * rename, these flush the directory and then check that neither the file nor the file system has
 * failed in the meantime, as nucleus-checkpoint(7) describes. */
static void save_durably(void)
{
    static const char temp[] = ".metadata.json.tmp.bare";
    const int dir = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    write_bare(fd);
    require(renameat(dir, temp, dir, "metadata.json") == 0, "renameat");
    require(fsync(dir) == 0 && fsync(fd) == 0, "fsync");
    require(fremovexattr(fd, "user.nucleus-checkpoint") < 0, "fremovexattr");
    require(close(fd) == 0 && close(dir) == 0, "close");
}

enum { MAX_ROUNDS = 31 };

enum kind { TMPFS, DISK, MEMORY };
static const struct row {
    const char *name;
    void (*run)(void);
    void (*baseline)(void);
    const struct sample *sample;
    enum kind kind; /* time on tmpfs or on a disk, or memory */
} rows[] = {
    /* Memory comes first, while the heap of this process is small. */
    {"memory of a load, 100,000 arguments", load, load_bare, &args_100000, MEMORY},
    {"memory of a load, 2,000,000 zeros", load, load_bare, &zeros, MEMORY},
    {"load, typical file", load, load_bare, &typical, TMPFS},
    {"load, 1,000 arguments", load, load_bare, &args_1000, TMPFS},
    {"load, 100,000 arguments", load, load_bare, &args_100000, TMPFS},
    {"load, 1 MB of CJK", load, load_bare, &cjk, TMPFS},
    {"load, 120,000 unknown members", load, load_bare, &unknown, TMPFS},
    {"load, 2,000,000 zeros", load, load_bare, &zeros, TMPFS},
    {"load, no file", load_nothing, load_nothing_bare, &typical, TMPFS},
    {"save, tmpfs, as nucleus", save, save_as_nucleus, &typical, TMPFS},
    {"save, tmpfs", save, save_durably, &typical, TMPFS},
    {"save, 100,000 arguments", save, save_durably, &args_100000, TMPFS},
    {"save, disk, as nucleus", save, save_as_nucleus, &typical, DISK},
    {"save, disk", save, save_durably, &typical, DISK},
};

static void prepare(const struct row *row)
{
    FILE *out = mkdir("d", 0700) == 0 ? fopen(path, "wb") : NULL;

    require(out, path);
    (void)fputs(row->sample->head, out);
    for (int i = 0; i < row->sample->count; i++)
        (void)fputs(row->sample->item, out);
    (void)fputs(row->sample->tail, out);
    require(!(ferror(out) | fclose(out)), path);
    if (row->run == save) {
        text = read_file(path, &text_len);
        require(nucleus_metadata_load("d", &metadata, NULL) == NUCLEUS_OK, path);
    }
}

/* Returns the time of some runs in microseconds: on tmpfs, the processor time of this process. */
static double measure_time(enum kind kind, void (*run)(void), int repeats)
{
    const clockid_t clock = kind == TMPFS ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    struct timespec start;
    struct timespec end;

    (void)clock_gettime(clock, &start);
    for (int i = 0; i < repeats; i++)
        run();
    (void)clock_gettime(clock, &end);
    return (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3;
}

/* Returns the largest resident size of a child process. */
static double measure_memory(void (*run)(void))
{
    struct rusage usage;
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        run();
        _exit(EXIT_SUCCESS);
    }
    require(child > 0 && wait4(child, &status, 0, &usage) == child && status == 0, "wait4");
    return (double)usage.ru_maxrss;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Returns the median ratio of several rounds. Each round runs both, so that other load slows
 * both. */
static double compare(const struct row *row, size_t rounds)
{
    enum { MIN_ROUND = 1000 }; /* microseconds */
    double ratios[MAX_ROUNDS];
    int repeats = 1;

    if (row->kind == MEMORY)
        return measure_memory(row->run) / measure_memory(row->baseline);
    while (measure_time(row->kind, row->baseline, repeats) < (double)MIN_ROUND)
        repeats *= 2;
    for (size_t i = 0; i < rounds; i++)
        ratios[i] = measure_time(row->kind, row->run, repeats) /
                    measure_time(row->kind, row->baseline, repeats);
    qsort(ratios, rounds, sizeof *ratios, compare_doubles);
    return ratios[rounds / 2];
}

static void run_row(const struct row *row, const char *parent, size_t rounds)
{
    (void)setenv("TMPDIR", parent, 1);
    enter_directory();
    prepare(row);
    printf("| %-35s | %5.2f |\n", row->name, compare(row, rounds));
    (void)fflush(stdout);
    nucleus_metadata_clear(&metadata);
    free(text);
    text = NULL;
    leave_directory();
}

int main(int argc, char **argv)
{
    const bool is_smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    const char *operand = argc > 1 + is_smoke ? argv[1 + is_smoke] : BENCH_DISK;
    char disk[PATH_MAX];
    const char *tmpfs = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : disk;

    require(realpath(operand, disk), operand);
    printf("| %-35s | ratio |\n|---|--:|\n", "row");
    for (const struct row *row = rows; row < rows + COUNT(rows); row++)
        run_row(row, row->kind == DISK ? disk : tmpfs, is_smoke ? 2 : MAX_ROUNDS);
    return EXIT_SUCCESS;
}
