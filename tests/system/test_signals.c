/* SPDX-License-Identifier: MIT */
/* The pauses of a load do not end early while signals arrive. */
#include "support.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

enum { INTERVAL = 100, ALL_PAUSES = 25550 /* microseconds */ };

static const char not_local[] = "/dev/pts"; /* a file system that is not known to be local */

static void ignore(int number)
{
    (void)number;
}

static int64_t now(void)
{
    struct timespec time;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &time), 0);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void interrupt_every(suseconds_t interval)
{
    const struct itimerval timer = {{0, interval}, {0, interval}};

    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void pauses_go_on_after_signals(void **state)
{
    struct sigaction action = {.sa_handler = ignore};
    enum nucleus_status status;
    struct nucleus_error err;
    int64_t begin;
    int64_t end;

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    interrupt_every(INTERVAL);
    begin = now();
    status = load_sample(not_local, &err);
    end = now();
    interrupt_every(0);
    assert_status(status, NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_true(end - begin >= ALL_PAUSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_go_on_after_signals),
    };

    if (!exists(not_local)) {
        print_message("skipped: there is no %s here\n", not_local);
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
