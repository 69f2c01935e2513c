/* SPDX-License-Identifier: MIT */
/* System calls carried through to their end. Results and errno as those of the system calls, but a
 * call that a signal interrupts is made again, 100 times in a row at most. */
#ifndef NUCLEUS_FD_IO_H
#define NUCLEUS_FD_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether a call that gave result shall be made again; interrupts counts those in a row. */
bool nucleus_is_interrupted(ssize_t result, int *interrupts);

/* Opens what is there already. */
int nucleus_open(int dirfd, const char *path, int flags);

/* Moves a descriptor 0, 1 or 2 out of the way of what a host, which may have closed its own,
 * opens or prints there. Takes fd, -1 too, with errno. */
int nucleus_fd_above_stdio(int fd);

/* Reads, at most size bytes, until enough of them are there or the file ends. */
ssize_t nucleus_read_up_to(int fd, void *bytes, size_t size, size_t enough);

/* Writes all size bytes. A call that takes none is an EIO. */
int nucleus_write_all(int fd, const void *bytes, size_t size);

/* After any error but EINTR a second fsync would say nothing (fsync(2), NOTES): none is made. */
int nucleus_sync(int fd);

#endif
