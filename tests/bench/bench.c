/* SPDX-License-Identifier: MIT */
/*
 * Measures the library and ckmeta against what is run beside them, and prints one table. Nothing
 * fails for being slow; only a row that does not run, or takes too many system calls, does.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum unit { TIME, MEMORY, CALLS };

struct row {
    const char *name;
    const char *against;
    enum unit unit;
    double reach; /* the largest ratio, or count of calls, that is good; 0: none is set */
    row_function *run;
    int size;
};

static const struct row rows[] = {
    /* clang-format off */
    {"ckmeta load DIR container_id", "jq -r .container_id", TIME, 0.1, command_time, TYPICAL},
    {"ckmeta load DIR container_id", "jq -r .container_id", MEMORY, 0.5, command_memory, TYPICAL},
    {"load, a typical file", "bare calls and cJSON", TIME, 1.3, load_against_bare, TYPICAL},
    {"load, 100,000 arguments", "cJSON parse and delete", TIME, 1.3, load_against_cjson, 100000},
    {"the same, and cleared", "cJSON parse and delete", TIME, 0, load_and_clear_against_cjson, 100000},
    {"save, tmpfs", "bare calls", TIME, 1.4, save_in_memory, TYPICAL},
    {"save, a real disk", "bare calls", TIME, 1.15, save_on_disk, TYPICAL},
    {"load, 10 arguments", "1 argument", TIME, 15, load_growth, 10},
    {"load, 1,000 arguments", "100 arguments", TIME, 15, load_growth, 1000},
    {"load, 100,000 arguments", "10,000 arguments", TIME, 15, load_growth, 100000},
    {"save, 10 arguments", "1 argument", TIME, 15, save_growth, 10},
    {"save, 1,000 arguments", "100 arguments", TIME, 15, save_growth, 1000},
    {"save, 100,000 arguments", "10,000 arguments", TIME, 15, save_growth, 100000},
    {"load, 10 arguments", "1 argument", MEMORY, 11, load_memory_growth, 10},
    {"load, 1,000 arguments", "100 arguments", MEMORY, 11, load_memory_growth, 1000},
    {"load, 100,000 arguments", "10,000 arguments", MEMORY, 11, load_memory_growth, 100000},
    {"save, 10 arguments", "1 argument", MEMORY, 11, save_memory_growth, 10},
    {"save, 1,000 arguments", "100 arguments", MEMORY, 11, save_memory_growth, 1000},
    {"save, 100,000 arguments", "10,000 arguments", MEMORY, 11, save_memory_growth, 100000},
    {"system calls of a save", "", CALLS, 14, calls_of_save, TYPICAL},
    {"system calls of a load", "", CALLS, 6, calls_of_load, TYPICAL},
    /* clang-format on */
};

/* Writes the figure with its unit to ret, and returns it. */
static const char *describe(double figure, enum unit unit, char ret[16])
{
    if (unit == TIME && figure < 1e6)
        (void)snprintf(ret, 16, "%.2f us", figure / 1e3);
    else if (unit == TIME)
        (void)snprintf(ret, 16, "%.2f ms", figure / 1e6);
    else if (unit == MEMORY)
        (void)snprintf(ret, 16, "%.2f MiB", figure / 1024 / 1024);
    else
        (void)snprintf(ret, 16, "%.0f", figure);
    return ret;
}

static void print_row(const struct row *row, const struct figures *figures)
{
    char ours[16];
    char against[16] = "";
    char ratio[16] = "";
    char reach[16] = "";

    (void)describe(figures->ours, row->unit, ours);
    if (row->unit != CALLS) {
        (void)describe(figures->against, row->unit, against);
        (void)snprintf(ratio, sizeof ratio, "%.2f", figures->ratio);
    }
    if (row->reach > 0)
        (void)snprintf(reach, sizeof reach, "%g", row->reach);
    printf("| %-29s | %-22s | %9s | %9s | %5s | %5s |\n", row->name, row->against, ours, against,
           ratio, reach);
}

struct job {
    const struct row *row;
    const struct scratch *scratch;
};

/* In a child: exits with 1 if the row is wrong whatever the machine. */
static void run_row(const void *data)
{
    const struct job *job = data;
    const struct row *row = job->row;
    struct figures figures = {0};
    const char *absent = row->run(job->scratch, row->size, &figures);

    if (absent)
        printf("| %-29s | %-22s | absent: %s |\n", row->name, row->against, absent);
    else
        print_row(row, &figures);
    if (!absent && row->unit == CALLS && figures.ours > row->reach)
        exit(EXIT_FAILURE);
}

/* Each row has a process of its own, so that the heap of one is no matter to the next. */
static int run_rows(const struct scratch *scratch)
{
    int failures = 0;

    printf("| %-29s | %-22s | %9s | %9s | %5s | %5s |\n", "row", "against", "ours", "its", "ratio",
           "reach");
    printf("|---|---|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct job job = {&rows[i], scratch};

        if (run_in_child((struct work){run_row, &job, NULL}, NULL) != 0) {
            (void)fprintf(stderr, "bench: the row '%s' failed\n", rows[i].name);
            failures++;
        }
    }
    return failures;
}

/* clang has features, gcc macros. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

static bool is_optimised(void)
{
#if defined(__OPTIMIZE__) && !defined(SANITIZED)
    return true;
#else
    return false;
#endif
}

int main(int argc, char **argv)
{
    bool smoke = argc == 2 && strcmp(argv[1], "--smoke") == 0;
    struct scratch scratch;
    int failures;

    if (argc > 1 && !smoke) {
        (void)fprintf(stderr, "usage: %s [--smoke]\n", argv[0]);
        return EXIT_FAILURE;
    }
    if (!smoke && !is_optimised()) {
        (void)fprintf(stderr, "bench: this build is not optimised; take the preset 'release'\n");
        return EXIT_FAILURE;
    }
    set_seconds_per_row(smoke ? 0 : 3);
    scratch = make_scratch();
    failures = run_rows(&scratch);
    remove_scratch(&scratch);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
