/* SPDX-License-Identifier: MIT */
/*
 * Measures the library and ckmeta against what is run beside them, and prints one table.
 *
 *     nucleus-bench                      the table
 *     nucleus-bench --smoke              the same, each row a few times only
 *     nucleus-bench --first WHOSE DIR    the nanoseconds of one load in this new process
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bare.h"
#include "measure.h"
#include "nucleus/checkpoint.h"
#include "samples.h"

enum { NO_PROGRAM = 127 };

/* Which two things a row runs. */
enum pair { LOAD, FIRST_LOAD, SAVE, LOAD_TENTH, SAVE_TENTH, COMMAND };

struct row {
    const char *name, *against;
    enum pair pair;
    enum clock clock;
    enum sample sample;
    int other_files;
    enum { TIME, MEMORY } unit;
    enum { IN_MEMORY, ON_DISK } place;
};

static const struct row rows[] = {
    /* clang-format off */
    {"load, typical file", "bare calls, cJSON", LOAD, PROCESSOR, TYPICAL, 0, TIME, IN_MEMORY},
    {"load, first of a process", "bare calls, cJSON", FIRST_LOAD, OWN, TYPICAL, 0, TIME, IN_MEMORY},
    {"load, 1,000 arguments", "bare calls, cJSON", LOAD, PROCESSOR, ARGUMENTS_1000, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "bare calls, cJSON", LOAD, PROCESSOR, ARGUMENTS_100000, 0, TIME, IN_MEMORY},
    {"load, 1 MB of CJK", "bare calls, cJSON", LOAD, PROCESSOR, CJK, 0, TIME, IN_MEMORY},
    {"load, 120,000 unknown members", "bare calls, cJSON", LOAD, PROCESSOR, UNKNOWN, 0, TIME, IN_MEMORY},
    {"load, 2,000,000 zeros", "bare calls, cJSON", LOAD, PROCESSOR, ZEROS, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "10,000 arguments", LOAD_TENTH, PROCESSOR, ARGUMENTS_100000, 0, TIME, IN_MEMORY},
    {"load, 100,000 arguments", "bare calls, cJSON", LOAD, PROCESSOR, ARGUMENTS_100000, 0, MEMORY, IN_MEMORY},
    {"load, 2,000,000 zeros", "bare calls, cJSON", LOAD, PROCESSOR, ZEROS, 0, MEMORY, IN_MEMORY},
    {"save, tmpfs", "bare calls", SAVE, PROCESSOR, TYPICAL, 0, TIME, IN_MEMORY},
    {"save, tmpfs, beside 40 files", "bare calls", SAVE, PROCESSOR, TYPICAL, 40, TIME, IN_MEMORY},
    {"save, disk", "bare calls", SAVE, WALL, TYPICAL, 0, TIME, ON_DISK},
    {"save, 100,000 arguments", "10,000 arguments", SAVE_TENTH, PROCESSOR, ARGUMENTS_100000, 0, TIME, IN_MEMORY},
    {"ckmeta load DIR container_id", "jq -r .container_id", COMMAND, WALL, TYPICAL, 0, TIME, IN_MEMORY},
    {"ckmeta load DIR container_id", "jq -r .container_id", COMMAND, WALL, TYPICAL, 0, MEMORY, IN_MEMORY},
    /* clang-format on */
};

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

static void load_barely(const void *target)
{
    bare_load(((const struct target *)target)->dir);
}

static void save(const void *data)
{
    const struct target *target = data;
    struct nucleus_error err;

    if (nucleus_metadata_save(&target->metadata, target->dir, &err) != NUCLEUS_OK)
        die(err.message);
}

static void save_barely(const void *data)
{
    const struct target *target = data;

    bare_save(target->dir, target->text, target->len);
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
static void become(const void *data)
{
    char *const *words = data;
    int null = open("/dev/null", O_WRONLY);

    if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
        (void)execvp(words[0], words);
    _exit(NO_PROGRAM);
}

static void run_program(const void *words)
{
    if (run_in_child((struct work){become, words}, NULL) != 0)
        die("a program failed");
}

static struct figures compare(const struct row *row, struct work ours, struct work against)
{
    if (row->unit == MEMORY)
        return compare_memory(ours, against);
    return compare_times(row->clock, seconds_per_row, ours, against);
}

/* A ratio of 0: there is no jq. */
static struct figures compare_programs(const struct row *row, char *dir)
{
    void (*run)(const void *) = row->unit == MEMORY ? become : run_program;
    char *file;

    if (asprintf(&file, "%s/metadata.json", dir) < 0)
        die("asprintf");
    char *ckmeta[] = {(char[]){BENCH_CKMETA}, (char[]){"load"}, dir, (char[]){"container_id"},
                      NULL};
    char *jq[] = {(char[]){"jq"}, (char[]){"-r"}, (char[]){".container_id"}, file, NULL};

    if (run_in_child((struct work){become, jq}, NULL) == NO_PROGRAM)
        return (struct figures){0};
    return compare(row, (struct work){run, ckmeta}, (struct work){run, jq});
}

static struct target make_target(const struct row *row, const char *base, const char *name,
                                 enum sample sample)
{
    struct target target = {.dir = make_directory(base, name, sample, row->other_files)};
    struct nucleus_error err;

    if (row->pair != SAVE && row->pair != SAVE_TENTH)
        return target;
    target.text = bare_read(target.dir, &target.len);
    if (nucleus_metadata_load(target.dir, &target.metadata, &err) != NUCLEUS_OK)
        die(err.message);
    return target;
}

static struct figures run_row(const struct row *row, const char *base)
{
    const bool is_tenth = row->pair == LOAD_TENTH || row->pair == SAVE_TENTH;
    struct target ours = make_target(row, base, "ours", row->sample);
    struct target against =
        make_target(row, base, "against", is_tenth ? ARGUMENTS_10000 : row->sample);

    switch (row->pair) {
    case LOAD:
        return compare(row, (struct work){load, &ours}, (struct work){load_barely, &against});
    case FIRST_LOAD:
        return compare(row, (struct work){load_first, &ours},
                       (struct work){load_first_barely, &against});
    case SAVE:
        return compare(row, (struct work){save, &ours}, (struct work){save_barely, &against});
    case LOAD_TENTH:
        return compare(row, (struct work){load, &ours}, (struct work){load, &against});
    case SAVE_TENTH:
        return compare(row, (struct work){save, &ours}, (struct work){save, &against});
    case COMMAND:
        return compare_programs(row, ours.dir);
    }
    return (struct figures){0};
}

static void print_row(const struct row *row, struct figures figures)
{
    const bool is_time = row->unit == TIME;
    const double scale = is_time ? 1e3 : 1024;

    printf("| %-29s | %-20s | %-6s | %10.1f %s | %10.1f %s | %6.2f |\n", row->name, row->against,
           is_time ? "time" : "memory", figures.ours / scale, is_time ? "us " : "KiB",
           figures.against / scale, is_time ? "us " : "KiB", figures.ratio);
}

/* In a child, so that the heap of one row is no matter to the next, and what it has is freed. */
static void run_and_print(const void *data)
{
    const struct row *row = data;
    char *base = make_scratch(row->place == IN_MEMORY);
    struct figures figures;

    if (!base) {
        printf("| %-29s | no such filesystem here |\n", row->name);
        return;
    }
    figures = run_row(row, base);
    if (figures.ratio > 0)
        print_row(row, figures);
    else
        printf("| %-29s | jq is not installed |\n", row->name);
    remove_scratch(base);
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

    if (argc == 4 && strcmp(argv[1], "--first") == 0)
        return run_first(argv[2], argv[3]);
    if (argc > 1 && strcmp(argv[1], "--smoke") == 0)
        seconds_per_row = 0;
    printf("| %-29s | %-20s | %-6s | %14s | %14s | %6s |\n", "row", "against", "what", "ours",
           "its", "ratio");
    printf("|---|---|---|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (run_in_child((struct work){run_and_print, &rows[i]}, NULL) != 0) {
            (void)fprintf(stderr, "bench: the row '%s' failed\n", rows[i].name);
            result = EXIT_FAILURE;
        }
    }
    return result;
}
