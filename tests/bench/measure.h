/* SPDX-License-Identifier: MIT */
/* Times and memory of two things that are run beside each other. */
#ifndef NUCLEUS_BENCH_MEASURE_H
#define NUCLEUS_BENCH_MEASURE_H

struct work {
    void (*run)(const void *data);
    const void *data;
    void (*undo)(const void *data); /* after each run, not timed; NULL: nothing */
};

/* What a row has to say: nanoseconds, bytes or a count; ratio is 0 where there is nothing to
 * compare with. */
struct figures {
    double ours;
    double against;
    double ratio;
};

/* How long compare_times() may take; 0: run each thing a few times. */
void set_seconds_per_row(double seconds);

/* What a time is: of this process on a processor, which others that are running do not lengthen,
 * or on the wall, where work waits for a disk or for another process. */
enum clock { PROCESSOR, WALL };

/* Medians of many short rounds. A round runs both, so that what disturbs one disturbs the other;
 * ratio is the median of the rounds' own ratios. */
struct figures compare_times(enum clock clock, struct work ours, struct work against);

/* Runs work in a child process, which an exec may turn into another program. Returns its exit
 * status. ret_peak, or NULL: its largest resident size, in bytes. */
int run_in_child(struct work work, double *ret_peak);

/* The largest resident size of work, and nothing but it, alone in a process. */
double peak_memory(struct work work);

/* The system calls that running work once more takes. -1, with errno: they cannot be traced. */
long count_system_calls(struct work work);

/* Prints what failed, and errno, and exits. */
_Noreturn void die(const char *what);

#endif
