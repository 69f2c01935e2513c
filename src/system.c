/* SPDX-License-Identifier: MIT */
#include "system.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

int nucleus_system_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    return openat(dirfd, path, flags, mode);
}

int nucleus_system_dup_above(int fd, int min)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, min);
}

int nucleus_system_close(int fd)
{
    return close(fd);
}

int nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    return fstatat(dirfd, path, ret, AT_SYMLINK_NOFOLLOW);
}

int nucleus_system_fstat(int fd, struct stat *ret)
{
    return fstat(fd, ret);
}

int nucleus_system_fchmod(int fd, mode_t mode)
{
    return fchmod(fd, mode);
}

ssize_t nucleus_system_read(int fd, void *bytes, size_t size)
{
    return read(fd, bytes, size);
}

ssize_t nucleus_system_write(int fd, const void *bytes, size_t size)
{
    return write(fd, bytes, size);
}

int nucleus_system_fsync(int fd)
{
    return fsync(fd);
}

int nucleus_system_fremovexattr(int fd, const char *name)
{
    return fremovexattr(fd, name);
}

int nucleus_system_renameat(int dirfd, const char *from, const char *to)
{
    return renameat(dirfd, from, dirfd, to);
}

int nucleus_system_unlinkat(int dirfd, const char *path)
{
    return unlinkat(dirfd, path, 0);
}

ssize_t nucleus_system_getrandom(void *bytes, size_t size)
{
    return getrandom(bytes, size, 0);
}

ssize_t nucleus_system_getdents(int fd, void *bytes, size_t size)
{
    return getdents64(fd, bytes, size);
}

int nucleus_system_fstatfs(int fd, struct statfs *ret)
{
    return fstatfs(fd, ret);
}

int nucleus_system_nanosleep(const struct timespec *duration, struct timespec *remaining)
{
    return nanosleep(duration, remaining);
}

uint64_t nucleus_system_now(void)
{
    time_t now = time(NULL);

    return now > 0 ? (uint64_t)now : 0;
}
