/* SPDX-License-Identifier: MIT */
/* System calls that are made at most 100 times in a row while they fail with EINTR. Unless noted,
 * results and errno are those of the system call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Returns true if a call that returned result should be repeated; interrupts counts the calls that
 * were interrupted. */
bool nucleus_is_interrupted(ssize_t result, int *interrupts);

/* Repeats the call while it is interrupted, and stores its value in result. */
#define NUCLEUS_RETRY(result, call)                                                                \
    do {                                                                                           \
        int nucleus_interrupts = 0;                                                                \
                                                                                                   \
        do                                                                                         \
            (result) = (call);                                                                     \
        while (nucleus_is_interrupted((result), &nucleus_interrupts));                             \
    } while (0)

/* Moves a standard descriptor above 2, because a host that has closed its own may use their numbers
 * later. Passes -1 through and preserves errno. */
int nucleus_fd_above_stdio(int fd);

/* Opens an existing file. The descriptor is never 0, 1 or 2. */
int nucleus_open(int dirfd, const char *path, int flags);

/* Reads at most size bytes, until min_len bytes are read or the file ends. */
ssize_t nucleus_read_up_to(int fd, void *buf, size_t size, size_t min_len);

/* Writes all size bytes. Fails with EIO if write(2) returns 0. */
int nucleus_write_all(int fd, const void *bytes, size_t size);

/* Flushes a file or directory. An error other than EINTR is final: a second fsync would not report
 * it again (fsync(2), NOTES). */
int nucleus_sync(int fd);

/* Sleeps for less than a second, regardless of how often signals interrupt it. */
void nucleus_sleep(long nanoseconds);
