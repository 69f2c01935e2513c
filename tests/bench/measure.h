/* SPDX-License-Identifier: MIT */
/* Times and memory of two things that are run beside each other. */
#ifndef NUCLEUS_BENCH_MEASURE_H
#define NUCLEUS_BENCH_MEASURE_H

struct work {
    void (*run)(const void *data);
    const void *data;
};

/* Nanoseconds, or bytes. */
struct figures {
    double ours;
    double against;
    double ratio;
};

/* Where work is timed: on a processor, where what else is running does not lengthen it; on the
 * wall, since it waits for a disk; the same in a child process; or by what it says of itself. */
enum clock { PROCESSOR, WALL, CHILD, OWN };

double now(enum clock clock);

/* Medians of many short rounds, for so many seconds; 0: a few. A round runs both, so that what
 * disturbs one disturbs the other; ratio is the median of the rounds' own ratios. */
struct figures compare_times(enum clock clock, double seconds, struct work ours,
                             struct work against);

/* The largest resident sizes of both, each in a process of its own. */
struct figures compare_memory(struct work ours, struct work against);

/* Runs work in a child process, which an exec may turn into another program. Returns its exit
 * status. ret_peak, or NULL: its largest resident size, in bytes. */
int run_in_child(struct work work, double *ret_peak);

/* For the clock OWN: what was run took so many nanoseconds by its own account. */
void add_own_time(double nanoseconds);

/* Prints what failed, and errno, and exits. */
_Noreturn void die(const char *what);

#endif
