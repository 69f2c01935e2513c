/* SPDX-License-Identifier: MIT */
/* The system calls of the library: thin wrappers without policy, which tests replace. Arguments,
 * result and errno are those of the call. */
#pragma once

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <time.h>

int nucleus_system_openat(int dirfd, const char *path, int flags, mode_t mode);
int nucleus_system_dup_above(int fd, int min); /* F_DUPFD_CLOEXEC */
int nucleus_system_close(int fd);
int nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret); /* AT_SYMLINK_NOFOLLOW */
int nucleus_system_fstat(int fd, struct stat *ret);
int nucleus_system_fchmod(int fd, mode_t mode);
ssize_t nucleus_system_read(int fd, void *bytes, size_t size);
ssize_t nucleus_system_write(int fd, const void *bytes, size_t size);
int nucleus_system_fsync(int fd);
int nucleus_system_fremovexattr(int fd, const char *name);
int nucleus_system_renameat(int dirfd, const char *from, const char *to);
int nucleus_system_unlinkat(int dirfd, const char *path);
ssize_t nucleus_system_getrandom(void *bytes, size_t size);
ssize_t nucleus_system_getdents(int fd, void *bytes, size_t size); /* struct dirent64 */
int nucleus_system_fstatfs(int fd, struct statfs *ret);
int nucleus_system_nanosleep(const struct timespec *duration, struct timespec *remaining);

/* Returns the seconds since 1970, or 0 if the clock is before that. */
uint64_t nucleus_system_now(void);
