/* SPDX-License-Identifier: MIT */
/*
 * Every system call of the library, one function each, with the arguments, result and errno of
 * the call. They decide nothing: tests put their own in place of these to make a call fail, to
 * stop at it or to record it.
 */
#ifndef NUCLEUS_SYSTEM_H
#define NUCLEUS_SYSTEM_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

int nucleus_system_openat(int dirfd, const char *path, int flags, mode_t mode);
int nucleus_system_dup_above(int fd, int min); /* fcntl F_DUPFD_CLOEXEC */
int nucleus_system_close(int fd);
int nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret); /* no following */
int nucleus_system_fstat(int fd, struct stat *ret);
int nucleus_system_fchmod(int fd, mode_t mode);
ssize_t nucleus_system_read(int fd, void *bytes, size_t size);
ssize_t nucleus_system_write(int fd, const void *bytes, size_t size);
int nucleus_system_fsync(int fd);
int nucleus_system_renameat(int dirfd, const char *from, const char *to);
int nucleus_system_unlinkat(int dirfd, const char *path);
ssize_t nucleus_system_getrandom(void *bytes, size_t size);

/* Entries of a directory as struct dirent64, as getdents64(2); ENOSYS where there is no such
 * call. */
ssize_t nucleus_system_getdents(int fd, void *bytes, size_t size);

/* Seconds since 1970, 0 for a clock before that. */
uint64_t nucleus_system_now(void);

uid_t nucleus_system_euid(void);

void nucleus_system_pause(long nanoseconds); /* of less than a second */

#endif
