/* SPDX-License-Identifier: MIT */
/* Counting system calls with ptrace(2), as strace does. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

/* In the child: nothing may run at exit, which would be counted too. */
static _Noreturn void run_traced(struct work work, int times)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0)
        _exit(1);
    for (int i = 0; i < times; i++)
        work.run(work.data);
    _exit(0);
}

/* The stops, at entry and exit, of the system calls of a child that runs work so many times. */
static long count_stops(struct work work, int times)
{
    long stops = 0;
    int status;
    pid_t child;

    (void)fflush(stdout);
    child = fork();
    if (child == 0)
        run_traced(work, times);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    while (WIFSTOPPED(status)) {
        stops++;
        if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) < 0 || waitpid(child, &status, 0) != child)
            return -1;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return stops;
    errno = EPERM;
    return -1;
}

/* What the first runs do only because they are the first falls out. */
long count_system_calls(struct work work)
{
    long three = count_stops(work, 3);
    long two = count_stops(work, 2);

    return three < 0 || two < 0 ? -1 : (three - two) / 2;
}
