/* SPDX-License-Identifier: MIT */
/* The steps of an actor, made by the kernel in a real directory: what the model is held against. */
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "model_system.h"
#include "model_world.h"

#define REAL(type, name, parameters) type __real_nucleus_system_##name parameters

REAL(int, openat, (int dirfd, const char *path, int flags, mode_t mode));
REAL(int, dup_above, (int fd, int min));
REAL(int, close, (int fd));
REAL(int, fstatat, (int dirfd, const char *path, struct stat *ret));
REAL(int, fstat, (int fd, struct stat *ret));
REAL(int, fchmod, (int fd, mode_t mode));
REAL(ssize_t, read, (int fd, void *bytes, size_t size));
REAL(ssize_t, write, (int fd, const void *bytes, size_t size));
REAL(int, fsync, (int fd));
REAL(int, renameat, (int dirfd, const char *from, const char *to));
REAL(int, unlinkat, (int dirfd, const char *path));
REAL(ssize_t, getdents, (int fd, void *bytes, size_t size));
