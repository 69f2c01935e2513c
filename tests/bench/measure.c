/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIN_ROUNDS = 5, MAX_ROUNDS = 501 };

/* A round shorter than this would measure the clock. */
static const double round_nanoseconds = 1e6;

static double seconds_per_row;

void set_seconds_per_row(double seconds)
{
    seconds_per_row = seconds;
}

void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static double now(enum clock clock)
{
    struct timespec time;

    if (clock_gettime(clock == WALL ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
        die("clock_gettime");
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_and_undo(enum clock clock, struct work work, long repeats)
{
    double total = 0;

    for (long i = 0; i < repeats; i++) {
        double start = now(clock);

        work.run(work.data);
        total += now(clock) - start;
        work.undo(work.data);
    }
    return total;
}

static double time_of(enum clock clock, struct work work, long repeats)
{
    double start = now(clock);

    if (work.undo)
        return time_and_undo(clock, work, repeats);
    for (long i = 0; i < repeats; i++)
        work.run(work.data);
    return now(clock) - start;
}

/* How often to run work so that it fills a round. */
static long fill_round(enum clock clock, struct work work)
{
    long repeats = 1;

    while (seconds_per_row > 0 && time_of(clock, work, repeats) < round_nanoseconds)
        repeats *= 2;
    return repeats;
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

struct figures compare_times(enum clock clock, struct work ours, struct work against)
{
    static double times[3][MAX_ROUNDS]; /* ours, against, ratio */
    const long ours_repeats = fill_round(clock, ours);
    const long against_repeats = fill_round(clock, against);
    const double end = now(WALL) + seconds_per_row * 1e9;
    size_t count = 0;

    while (count < MIN_ROUNDS || (count < MAX_ROUNDS && now(WALL) < end)) {
        /* Each goes first in every other round. */
        if (count % 2 == 0)
            times[0][count] = time_of(clock, ours, ours_repeats) / (double)ours_repeats;
        times[1][count] = time_of(clock, against, against_repeats) / (double)against_repeats;
        if (count % 2 == 1)
            times[0][count] = time_of(clock, ours, ours_repeats) / (double)ours_repeats;
        times[2][count] = times[0][count] / times[1][count];
        count++;
    }
    return (struct figures){median(times[0], count), median(times[1], count),
                            median(times[2], count)};
}

int run_in_child(struct work work, double *ret_peak)
{
    struct rusage usage;
    pid_t child;
    int status;

    (void)fflush(stdout);
    /* Not posix_spawn: its child's peak would begin with all that this process has. */
    child = fork();
    if (child == 0) {
        work.run(work.data);
        exit(EXIT_SUCCESS);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        die("fork");
    if (ret_peak)
        *ret_peak = (double)usage.ru_maxrss * 1024;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void do_nothing(const void *data)
{
    (void)data;
}

double peak_memory(struct work work)
{
    double peak;
    double floor;

    if (run_in_child(work, &peak) != 0 ||
        run_in_child((struct work){do_nothing, NULL, NULL}, &floor) != 0)
        die("a child failed");
    return peak - floor;
}
