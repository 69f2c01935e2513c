/* SPDX-License-Identifier: MIT */
/*
 * Measures the library against a baseline and prints one table.
 *
 *     nucleus-bench [--smoke] [DISK]
 *
 * DISK is a directory on a disk, by default in the build directory. With --smoke, each row is
 * measured a few times only.
 */
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "nucleus/checkpoint.h"

enum { MIN_ROUNDS = 5, MAX_ROUNDS = 501 };

static double seconds_per_row = 3;

/* A directory, the path of its metadata.json, and the content of that in both forms. */
struct target {
    char *dir;
    char *path;
    struct nucleus_metadata metadata;
    char *text;
    size_t len;
};

/* A document that repeats one item. */
struct sample {
    int count;
    bool is_numbered;
    const char *head, *before, *after, *separator, *tail;
};

#define HEAD                                                                                       \
    "{\"container_id\":\"d4dcdbdf206f\",\"original_pid\":4242,\"checkpoint_at\":1795434105,"       \
    "\"version\":\"0.3.8\",\"using_gvisor\":false,\"rootless\":true,"
#define NAME "\"container_name\":\"web-1\","
#define COMMAND "\"command\":[\"nginx\"],"
#define ARGUMENTS(count)                                                                           \
    {                                                                                              \
        count, true, HEAD NAME "\"command\":[", "\"--option=value-", "\"", ",", "]}"               \
    }

static const struct sample typical = ARGUMENTS(3);
static const struct sample arguments_1000 = ARGUMENTS(1000);
static const struct sample arguments_10000 = ARGUMENTS(10000);
static const struct sample arguments_100000 = ARGUMENTS(100000);
static const struct sample cjk = {
    340000, false, HEAD COMMAND "\"container_name\":\"", "\xe6\xbc\xa2", "", "", "\"}"};
static const struct sample unknown = {120000, true, HEAD NAME COMMAND, "\"unknown_member_", "\":0",
                                      ",",    "}"};
static const struct sample zeros = {2000000, false, HEAD NAME COMMAND "\"x\":[", "0", "",
                                    ",",     "]}"};

/* Prints what failed, and errno, and exits. */
static _Noreturn void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void load(const struct target *target)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_load(target->dir, &metadata, &err) != NUCLEUS_OK)
        die(err.message);
    nucleus_metadata_clear(&metadata);
}

static void load_nothing(const struct target *target)
{
    struct nucleus_metadata metadata;

    if (nucleus_metadata_load(target->dir, &metadata, NULL) != NUCLEUS_ERROR_NOT_FOUND)
        die(target->dir);
}

static void save(const struct target *target)
{
    struct nucleus_error err;

    if (nucleus_metadata_save(&target->metadata, target->dir, &err) != NUCLEUS_OK)
        die(err.message);
}

/* Reads the file safely: the calls of a load, without its messages. */
static char *read_bare(const struct target *target, size_t *ret_len)
{
    struct stat info;
    char *text;
    int fd;

    if (fstatat(AT_FDCWD, target->path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        die(target->path);
    fd = open(target->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        die(target->path);
    *ret_len = (size_t)info.st_size;
    text = malloc(*ret_len + 1);
    if (!text || read(fd, text, *ret_len + 1) != (ssize_t)*ret_len || close(fd) != 0)
        die(target->path);
    return text;
}

static void load_bare(const struct target *target)
{
    size_t len;
    char *text = read_bare(target, &len);
    cJSON *tree = cJSON_ParseWithLength(text, len);

    if (!tree)
        die("cJSON_ParseWithLength");
    cJSON_Delete(tree);
    free(text);
}

/* The calls that find that there is no file, and that none is about to appear. */
static void load_nothing_bare(const struct target *target)
{
    struct statfs file_system;
    struct stat info;
    int dir;

    if (fstatat(AT_FDCWD, target->path, &info, AT_SYMLINK_NOFOLLOW) == 0)
        die(target->path);
    dir = open(target->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fstatfs(dir, &file_system) != 0 || close(dir) != 0)
        die(target->dir);
}

/* The calls of nucleus: a fixed temporary name, and no flush of the directory. */
static void save_as_nucleus(const struct target *target)
{
    char temp[4096];
    int fd;

    (void)snprintf(temp, sizeof temp, "%s.tmp", target->path);
    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, target->text, target->len) != (ssize_t)target->len || fsync(fd) != 0 ||
        close(fd) != 0 || rename(temp, target->path) != 0)
        die(target->path);
}

/* Like save_as_nucleus(), but relative to an open directory, which is flushed too. */
static void save_durably(const struct target *target)
{
    static const char temp[] = ".metadata.json.tmp.bare";
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int dir = open(target->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(dir, temp, flags, 0600);

    if (dir < 0 || fd < 0 || write(fd, target->text, target->len) != (ssize_t)target->len ||
        fsync(fd) != 0 || close(fd) != 0 || renameat(dir, temp, dir, "metadata.json") != 0 ||
        fsync(dir) != 0 || close(dir) != 0)
        die(target->dir);
}

enum place { TMPFS, DISK };
enum unit { TIME, MEMORY };

static const struct row {
    const char *name, *baseline_name;
    void (*run)(const struct target *target);
    void (*baseline)(const struct target *target);
    const struct sample *sample, *baseline_sample; /* NULL for an empty directory */
    int other_files;
    enum place place;
    enum unit unit;
} rows[] = {
    /* clang-format off */
    {"load, typical file", "bare calls, cJSON", load, load_bare, &typical, &typical, 0, TMPFS, TIME},
    {"load, 1,000 arguments", "bare calls, cJSON", load, load_bare, &arguments_1000, &arguments_1000, 0, TMPFS, TIME},
    {"load, 100,000 arguments", "bare calls, cJSON", load, load_bare, &arguments_100000, &arguments_100000, 0, TMPFS, TIME},
    {"load, 1 MB of CJK", "bare calls, cJSON", load, load_bare, &cjk, &cjk, 0, TMPFS, TIME},
    {"load, 120,000 unknown members", "bare calls, cJSON", load, load_bare, &unknown, &unknown, 0, TMPFS, TIME},
    {"load, 2,000,000 zeros", "bare calls, cJSON", load, load_bare, &zeros, &zeros, 0, TMPFS, TIME},
    {"load, 100,000 arguments", "10,000 arguments", load, load, &arguments_100000, &arguments_10000, 0, TMPFS, TIME},
    {"load, 100,000 arguments", "bare calls, cJSON", load, load_bare, &arguments_100000, &arguments_100000, 0, TMPFS, MEMORY},
    {"load, 2,000,000 zeros", "bare calls, cJSON", load, load_bare, &zeros, &zeros, 0, TMPFS, MEMORY},
    {"load, no file, tmpfs", "bare calls", load_nothing, load_nothing_bare, NULL, NULL, 0, TMPFS, TIME},
    {"save, tmpfs", "nucleus's calls", save, save_as_nucleus, &typical, &typical, 0, TMPFS, TIME},
    {"save, tmpfs", "durable calls", save, save_durably, &typical, &typical, 0, TMPFS, TIME},
    {"save, tmpfs, beside 40 files", "durable calls", save, save_durably, &typical, &typical, 40, TMPFS, TIME},
    {"save, disk", "nucleus's calls", save, save_as_nucleus, &typical, &typical, 0, DISK, TIME},
    {"save, disk", "durable calls", save, save_durably, &typical, &typical, 0, DISK, TIME},
    {"save, 100,000 arguments", "10,000 arguments", save, save, &arguments_100000, &arguments_10000, 0, TMPFS, TIME},
    /* clang-format on */
};

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (!file)
        die(path);
    return file;
}

static void write_sample(const struct sample *sample, const char *path)
{
    FILE *out = create(path);

    (void)fputs(sample->head, out);
    for (int i = 0; i < sample->count; i++) {
        (void)fprintf(out, "%s%s", i > 0 ? sample->separator : "", sample->before);
        if (sample->is_numbered)
            (void)fprintf(out, "%05d", i);
        (void)fputs(sample->after, out);
    }
    (void)fputs(sample->tail, out);
    if (ferror(out) | fclose(out))
        die(path);
}

/* Creates the directory base/NAME with the sample as metadata.json. */
static struct target make_target(const struct row *row, const char *base, const char *name,
                                 const struct sample *sample)
{
    struct target target = {0};
    struct nucleus_error err;

    if (asprintf(&target.dir, "%s/%s", base, name) < 0 || mkdir(target.dir, 0700) != 0 ||
        asprintf(&target.path, "%s/metadata.json", target.dir) < 0)
        die(name);
    for (int i = 0; i < row->other_files; i++) {
        char image[4096];

        (void)snprintf(image, sizeof image, "%s/pages-%d.img", target.dir, i);
        (void)fclose(create(image));
    }
    if (sample)
        write_sample(sample, target.path);
    /* Not for other rows: the peak of a child includes the memory of this process. */
    if (row->run == save) {
        target.text = read_bare(&target, &target.len);
        if (nucleus_metadata_load(target.dir, &target.metadata, &err) != NUCLEUS_OK)
            die(err.message);
    }
    return target;
}

/* On tmpfs, processor time, so that other processes do not count; on a disk, elapsed time. */
static double now(enum place place)
{
    struct timespec time;

    if (clock_gettime(place == TMPFS ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time) != 0)
        die("clock_gettime");
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Returns the microseconds of one run. */
static double time_runs(enum place place, void (*run)(const struct target *target),
                        const struct target *target, long repeats)
{
    const double start = now(place);

    for (long i = 0; i < repeats; i++)
        run(target);
    return (now(place) - start) / (double)repeats;
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

/* Sets ret to the medians of ours, the baseline, and their ratio over many short rounds. A round
 * runs both, one right after the other, so that other load slows both. */
static void compare_times(const struct row *row, const struct target targets[2], double ret[3])
{
    static double times[3][MAX_ROUNDS];
    void (*const runs[])(const struct target *target) = {row->run, row->baseline};
    const double end = now(DISK) + seconds_per_row * 1e6;
    long repeats[2] = {1, 1};
    size_t count;

    for (size_t i = 0; i < 2; i++) {
        /* A round shorter than a millisecond would measure the clock. */
        while (seconds_per_row > 0 &&
               time_runs(row->place, runs[i], &targets[i], repeats[i]) * (double)repeats[i] < 1000)
            repeats[i] *= 2;
    }
    for (count = 0; count < MIN_ROUNDS || (count < MAX_ROUNDS && now(DISK) < end); count++) {
        for (size_t i = 0; i < 2; i++) {
            const size_t which = (count + i) % 2;

            times[which][count] =
                time_runs(row->place, runs[which], &targets[which], repeats[which]);
        }
        times[2][count] = times[0][count] / times[1][count];
    }
    for (size_t i = 0; i < 3; i++)
        ret[i] = median(times[i], count);
}

/* Runs in a child process. Returns its largest resident size in KiB. */
static double measure_memory(void (*run)(const struct target *target), const struct target *target)
{
    struct rusage usage;
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        run(target);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        die("measure_memory");
    return (double)usage.ru_maxrss;
}

static void run_row(const struct row *row, const char *base)
{
    const struct target targets[] = {make_target(row, base, "ours", row->sample),
                                     make_target(row, base, "baseline", row->baseline_sample)};
    const char *unit = row->unit == TIME ? "us " : "KiB";
    double figures[3];

    if (row->unit == TIME) {
        compare_times(row, targets, figures);
    } else {
        figures[0] = measure_memory(row->run, &targets[0]);
        figures[1] = measure_memory(row->baseline, &targets[1]);
        figures[2] = figures[0] / figures[1];
    }
    printf("| %-29s | %-17s | %10.1f %s | %10.1f %s | %6.2f |\n", row->name, row->baseline_name,
           figures[0], unit, figures[1], unit, figures[2]);
    (void)fflush(stdout);
}

/* Runs the row in a child process, so that its heap does not affect the next row. */
static bool run_alone(const struct row *row, const char *parent)
{
    char base[4096];
    char command[4200];
    int status = -1;
    pid_t child;

    (void)snprintf(base, sizeof base, "%s/nucleus-bench-XXXXXX", parent);
    if (!mkdtemp(base))
        die(base);
    child = fork();
    if (child == 0) {
        run_row(row, base);
        _exit(EXIT_SUCCESS);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    (void)snprintf(command, sizeof command, "rm -rf '%s'", base);
    return system(command) == 0 && status == 0;
}

int main(int argc, char **argv)
{
    const bool is_smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    const char *disk = argc > 1 + is_smoke ? argv[1 + is_smoke] : BENCH_DISK;
    const char *tmpfs = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : disk;
    int result = EXIT_SUCCESS;

    if (is_smoke)
        seconds_per_row = 0;
    printf("| %-29s | %-17s | %14s | %14s | %6s |\n", "row", "baseline", "ours", "its", "ratio");
    printf("|---|---|--:|--:|--:|\n");
    (void)fflush(stdout);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!run_alone(&rows[i], rows[i].place == TMPFS ? tmpfs : disk)) {
            (void)fprintf(stderr, "bench: the row '%s' failed\n", rows[i].name);
            result = EXIT_FAILURE;
        }
    }
    return result;
}
