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

static double own_time;

void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

void add_own_time(double nanoseconds)
{
    own_time += nanoseconds;
}

double now(enum clock clock)
{
    struct timespec time;

    if (clock == OWN)
        return own_time;
    if (clock_gettime(clock == PROCESSOR ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time) != 0)
        die("clock_gettime");
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_of(enum clock clock, struct work work, long repeats)
{
    double start = now(clock);

    for (long i = 0; i < repeats; i++) {
        if (clock != CHILD)
            work.run(work.data);
        else if (run_in_child(work, NULL) != 0)
            die("a child failed");
    }
    return (now(clock) - start) / (double)repeats;
}

/* How often to run work so that it fills a round. */
static long fill_round(enum clock clock, double seconds, struct work work)
{
    long repeats = 1;

    while (seconds > 0 && time_of(clock, work, repeats) * (double)repeats < round_nanoseconds)
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

struct figures compare_times(enum clock clock, double seconds, struct work ours,
                             struct work against)
{
    static double times[3][MAX_ROUNDS]; /* ours, against, ratio */
    const struct work works[] = {ours, against};
    const long repeats[] = {fill_round(clock, seconds, ours), fill_round(clock, seconds, against)};
    const double end = now(WALL) + seconds * 1e9;
    size_t count = 0;

    while (count < MIN_ROUNDS || (count < MAX_ROUNDS && now(WALL) < end)) {
        /* Each goes first in every other round. */
        const size_t first = count % 2;

        times[first][count] = time_of(clock, works[first], repeats[first]);
        times[1 - first][count] = time_of(clock, works[1 - first], repeats[1 - first]);
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

struct figures compare_memory(struct work ours, struct work against)
{
    struct figures figures;

    if (run_in_child(ours, &figures.ours) != 0 || run_in_child(against, &figures.against) != 0)
        die("a child failed");
    figures.ratio = figures.ours / figures.against;
    return figures;
}
