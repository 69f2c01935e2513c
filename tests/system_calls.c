/* SPDX-License-Identifier: MIT */
#include "system_calls.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "system.h"

static call_hook *before_call, *after_call;
static char temp_name[NAME_MAX + 1]; /* name of the last file created */

void set_call_hooks(call_hook *before, call_hook *after)
{
    before_call = before;
    after_call = after;
}

bool is_call(const struct call *call, const char *what)
{
    const size_t len = strlen(call->name);

    return strncmp(what, call->name, len) == 0 &&
           (what[len] == '\0' || (what[len] == ' ' && strcmp(what + len + 1, call->object) == 0));
}

void answer_call(struct call *call, long result, int os_error)
{
    call->is_answered = true;
    call->result = result;
    call->os_error = os_error;
}

void age_stale_temps(struct call *call)
{
    if (call->info && call->result == 0 && strcmp(call->object, "stale") == 0)
        call->info->st_ctime -= 2 * 60 * 60;
}

static const char *object_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    if (strcmp(name, temp_name) == 0)
        return "temp";
    if (strncmp(name, ".metadata.json.tmp.", strlen(".metadata.json.tmp.")) == 0)
        return "stale";
    if (strcmp(name, "metadata.json.tmp") == 0)
        return "fixed";
    return strcmp(name, "io.max") == 0 ? "io.max" : "file";
}

static const char *object_of_fd(int fd)
{
    char link[32], path[PATH_MAX];
    struct stat info;
    ssize_t len;

    if (fd < 0)
        return "";
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
        return "directory";
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof path - 1);
    if (len < 0)
        fail_msg("a closed descriptor is used");
    path[len] = '\0';
    return object_of_path(path);
}

static const char *object_of(const struct call *call)
{
    if (call->flags & O_CREAT)
        (void)snprintf(temp_name, sizeof temp_name, "%s", call->path);
    if (call->flags & O_DIRECTORY)
        return "directory";
    if (call->path)
        return object_of_path(call->path);
    if (strcmp(call->name, "close") == 0 && call->fd >= 0 && call->fd <= 2)
        return "standard";
    return object_of_fd(call->fd);
}

/* Returns true if the call is to be made. */
static bool begin_call(struct call *call)
{
    call->object = object_of(call);
    if (before_call)
        before_call(call);
    return !call->is_answered;
}

/* Returns the result, and sets errno if it is negative. */
static long end_call(struct call *call)
{
    if (after_call)
        after_call(call);
    if (call->result < 0)
        errno = call->os_error;
    return call->result;
}

/* Defines the wrapper of a call. The linker redirects calls to NAME in the library to __wrap_NAME,
 * and calls to __real_NAME to NAME. */
#define WRAP(type, function, parameters, arguments, ...)                                           \
    type __real_nucleus_system_##function parameters;                                              \
    type __wrap_nucleus_system_##function parameters;                                              \
    type __wrap_nucleus_system_##function parameters                                               \
    {                                                                                              \
        struct call call = {.name = #function, __VA_ARGS__};                                       \
                                                                                                   \
        if (begin_call(&call)) {                                                                   \
            call.result = __real_nucleus_system_##function arguments;                              \
            call.os_error = errno;                                                                 \
        }                                                                                          \
        return (type)end_call(&call);                                                              \
    }

WRAP(int, openat, (int dirfd, const char *path, int flags, mode_t mode), (dirfd, path, flags, mode),
     .fd = dirfd, .path = path, .flags = flags, .mode = mode)
WRAP(int, dup_above, (int fd, int min), (fd, min), .fd = fd)
WRAP(int, close, (int fd), (fd), .fd = fd)
WRAP(int, fstatat, (int dirfd, const char *path, struct stat *ret), (dirfd, path, ret), .fd = dirfd,
     .path = path, .info = ret)
WRAP(int, fstat, (int fd, struct stat *ret), (fd, ret), .fd = fd, .info = ret)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), .fd = fd, .mode = mode)
WRAP(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, call.size), .fd = fd,
     .bytes = bytes, .size = size)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, call.size), .fd = fd,
     .size = size)
WRAP(int, fsync, (int fd), (fd), .fd = fd)
WRAP(int, renameat, (int dirfd, const char *from, const char *to), (dirfd, from, to), .fd = dirfd,
     .path = from)
WRAP(int, unlinkat, (int dirfd, const char *path), (dirfd, path), .fd = dirfd, .path = path)
WRAP(ssize_t, getrandom, (void *bytes, size_t size), (bytes, call.size), .fd = -1, .bytes = bytes,
     .size = size)
WRAP(ssize_t, getdents, (int fd, void *bytes, size_t size), (fd, bytes, call.size), .fd = fd,
     .bytes = bytes, .size = size)
WRAP(int, fstatfs, (int fd, struct statfs *ret), (fd, ret), .fd = fd, .filesystem = ret)
WRAP(int, fremovexattr, (int fd, const char *name), (fd, name), .fd = fd)
WRAP(int, nanosleep, (const struct timespec *duration, struct timespec *remaining),
     (duration, remaining), .fd = -1)
