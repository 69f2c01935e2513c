/* SPDX-License-Identifier: MIT */
/* The pauses of a load do not end early if signals arrive. */
#include "test.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

enum { INTERVAL = 100, ALL_PAUSES = 25550 }; /* microseconds */

static const char not_local[] = "/dev/pts"; /* its file system is not known to be local */

static void do_nothing(int number)
{
    (void)number;
}

static int64_t now(void)
{
    struct timespec time;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &time), 0);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

TEST(a_load_pauses_while_signals_arrive)
{
    const struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART};
    const struct itimerval timer = {{0, INTERVAL}, {0, INTERVAL}};
    struct nucleus_error err;
    int64_t start;

    if (!exists(not_local))
        skip_test("there is no /dev/pts here");
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
    start = now();
    assert_status(load_sample(not_local, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_true(now() - start >= ALL_PAUSES);
}
