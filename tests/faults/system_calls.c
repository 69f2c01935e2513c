/* SPDX-License-Identifier: MIT */
#include "system_calls.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "system.h"

enum { MAX_DESCRIPTORS = 1024 };

/* A descriptor that the library has open. */
struct descriptor {
    bool is_open;
    bool is_spoiled; /* its fsync failed: another one would lie */
    enum call_object object;
};

static struct {
    bool is_on;
    call_hook *before;
    call_hook *after;
    struct call_report report;
    struct descriptor descriptors[MAX_DESCRIPTORS];
    char temp[NAME_MAX + 1]; /* the name created last */
} watch;

void watch_calls(call_hook *before, call_hook *after)
{
    memset(&watch, 0, sizeof watch);
    watch.is_on = true;
    watch.before = before;
    watch.after = after;
    watch.report.lowest_fd = MAX_DESCRIPTORS;
}

struct call_report unwatch_calls(void)
{
    watch.is_on = false;
    for (int fd = 0; fd < MAX_DESCRIPTORS; fd++) {
        if (watch.descriptors[fd].is_open)
            watch.report.misuse = "leaves a descriptor open";
    }
    return watch.report;
}

void fail_call(struct call *call, int os_error)
{
    call->is_answered = true;
    call->result = -1;
    call->os_error = os_error;
}

const char *call_name(enum call_kind kind)
{
    static const char *const names[] = {
        "any call", "openat", "move_up", "close",    "fstatat",  "fstat",     "fchmod",
        "read",     "write",  "fsync",   "renameat", "unlinkat", "getrandom", "getdents",
    };

    return names[kind];
}

const char *object_name(enum call_object object)
{
    static const char *const names[] = {
        "anything",         "the directory", "metadata.json.tmp", "the temporary file", "leftover",
        "a low descriptor", "io.max",        "the file",
    };

    return names[object];
}

static struct descriptor *descriptor(int fd)
{
    static struct descriptor none;

    none = (struct descriptor){0};
    return fd >= 0 && fd < MAX_DESCRIPTORS ? &watch.descriptors[fd] : &none;
}

static enum call_object object_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;

    if (strcmp(name, watch.temp) == 0)
        return OBJECT_TEMP;
    if (strcmp(name, "metadata.json.tmp") == 0)
        return watch.temp[0] == '\0' ? OBJECT_FIXED_TEMP : OBJECT_LEFTOVER;
    if (strncmp(name, ".metadata.json.tmp.", strlen(".metadata.json.tmp.")) == 0)
        return OBJECT_LEFTOVER;
    return strcmp(name, "io.max") == 0 ? OBJECT_IO_MAX : OBJECT_FILE;
}

static void check_use(const struct call *call)
{
    const struct descriptor *own = descriptor(call->fd);

    if (call->kind == CALL_CLOSE && !own->is_open)
        watch.report.misuse = "closes a descriptor that it does not have";
    if (call->kind == CALL_FSYNC && own->is_spoiled)
        watch.report.misuse = "flushes again after an error";
    if (own->is_open && call->fd < watch.report.lowest_fd && call->kind != CALL_MOVE_UP &&
        call->kind != CALL_CLOSE)
        watch.report.lowest_fd = call->fd;
}

static struct call call_on_fd(enum call_kind kind, int fd, size_t size)
{
    return (struct call){.kind = kind, .object = descriptor(fd)->object, .fd = fd, .size = size};
}

static struct call call_on_path(enum call_kind kind, int dirfd, const char *path)
{
    return (struct call){.kind = kind, .object = object_of_path(path), .fd = dirfd, .path = path};
}

/* Follows what becomes of the library's descriptors. */
static void note_answer(const struct call *call)
{
    struct descriptor *own = descriptor(call->fd);
    struct descriptor opened = {.is_open = true, .object = call->object};

    if (call->kind == CALL_MOVE_UP)
        own->object = OBJECT_LOW;
    if ((call->kind == CALL_OPENAT || call->kind == CALL_MOVE_UP) && call->result >= 0)
        *descriptor((int)call->result) = opened;
    if (call->kind == CALL_CLOSE)
        *own = (struct descriptor){0};
    if (call->kind == CALL_FSYNC && call->result < 0 && call->os_error != EINTR)
        own->is_spoiled = true;
    if (call->kind == CALL_RENAMEAT)
        watch.report.is_directory_flushed = false;
    if (call->kind == CALL_FSYNC && call->object == OBJECT_DIRECTORY)
        watch.report.is_directory_flushed = true;
    if (call->kind == CALL_FCHMOD && call->result < 0)
        watch.report.is_mode_stuck = true;
    if (call->kind == CALL_UNLINKAT && call->object == OBJECT_TEMP && call->result < 0 &&
        call->os_error != ENOENT)
        watch.report.is_temp_stuck = true;
}

/* Returns whether the call shall be made. */
static bool begin(struct call *call)
{
    if (!watch.is_on)
        return true;
    watch.report.count++;
    check_use(call);
    if (watch.before)
        watch.before(call);
    return !call->is_answered;
}

static void answer(struct call *call, long result)
{
    call->os_error = errno;
    call->result = result;
}

/* Returns the result, with errno. */
static long finish(struct call *call)
{
    if (watch.is_on && watch.after)
        watch.after(call);
    if (watch.is_on)
        note_answer(call);
    if (call->result < 0)
        errno = call->os_error;
    return call->result;
}

/* The linker calls the first where the library calls name, and name where we call the second. */
#define WRAPPED(type, name, ...)                                                                   \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __real_##name(__VA_ARGS__)

WRAPPED(int, nucleus_system_openat, int dirfd, const char *path, int flags, mode_t mode);
WRAPPED(int, nucleus_system_move_up, int fd, int min);
WRAPPED(int, nucleus_system_close, int fd);
WRAPPED(int, nucleus_system_fstatat, int dirfd, const char *path, struct stat *ret);
WRAPPED(int, nucleus_system_fstat, int fd, struct stat *ret);
WRAPPED(int, nucleus_system_fchmod, int fd, mode_t mode);
WRAPPED(ssize_t, nucleus_system_read, int fd, void *bytes, size_t size);
WRAPPED(ssize_t, nucleus_system_write, int fd, const void *bytes, size_t size);
WRAPPED(int, nucleus_system_fsync, int fd);
WRAPPED(int, nucleus_system_renameat, int dirfd, const char *from, const char *to);
WRAPPED(int, nucleus_system_unlinkat, int dirfd, const char *path);
WRAPPED(ssize_t, nucleus_system_getrandom, void *bytes, size_t size);
WRAPPED(ssize_t, nucleus_system_getdents, int fd, void *bytes, size_t size);

int __wrap_nucleus_system_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    struct call call = call_on_path(CALL_OPENAT, dirfd, path);

    call.flags = flags;
    call.mode = mode;
    if (flags & O_DIRECTORY)
        call.object = OBJECT_DIRECTORY;
    if (flags & O_CREAT) {
        (void)snprintf(watch.temp, sizeof watch.temp, "%s", path);
        call.object = OBJECT_TEMP;
    }
    if (begin(&call))
        answer(&call, __real_nucleus_system_openat(dirfd, path, flags, mode));
    return (int)finish(&call);
}

int __wrap_nucleus_system_move_up(int fd, int min)
{
    struct call call = call_on_fd(CALL_MOVE_UP, fd, 0);

    if (begin(&call))
        answer(&call, __real_nucleus_system_move_up(fd, min));
    return (int)finish(&call);
}

int __wrap_nucleus_system_close(int fd)
{
    struct call call = call_on_fd(CALL_CLOSE, fd, 0);

    if (begin(&call))
        answer(&call, __real_nucleus_system_close(fd));
    return (int)finish(&call);
}

int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    struct call call = call_on_path(CALL_FSTATAT, dirfd, path);

    call.info = ret;
    if (begin(&call))
        answer(&call, __real_nucleus_system_fstatat(dirfd, path, ret));
    return (int)finish(&call);
}

int __wrap_nucleus_system_fstat(int fd, struct stat *ret)
{
    struct call call = call_on_fd(CALL_FSTAT, fd, 0);

    call.info = ret;
    if (begin(&call))
        answer(&call, __real_nucleus_system_fstat(fd, ret));
    return (int)finish(&call);
}

int __wrap_nucleus_system_fchmod(int fd, mode_t mode)
{
    struct call call = call_on_fd(CALL_FCHMOD, fd, 0);

    call.mode = mode;
    if (begin(&call))
        answer(&call, __real_nucleus_system_fchmod(fd, mode));
    return (int)finish(&call);
}

ssize_t __wrap_nucleus_system_read(int fd, void *bytes, size_t size)
{
    struct call call = call_on_fd(CALL_READ, fd, size);

    call.bytes = bytes;
    if (begin(&call))
        answer(&call, __real_nucleus_system_read(fd, bytes, call.size));
    return finish(&call);
}

ssize_t __wrap_nucleus_system_write(int fd, const void *bytes, size_t size)
{
    struct call call = call_on_fd(CALL_WRITE, fd, size);

    if (begin(&call))
        answer(&call, __real_nucleus_system_write(fd, bytes, call.size));
    return finish(&call);
}

int __wrap_nucleus_system_fsync(int fd)
{
    struct call call = call_on_fd(CALL_FSYNC, fd, 0);

    if (begin(&call))
        answer(&call, __real_nucleus_system_fsync(fd));
    return (int)finish(&call);
}

int __wrap_nucleus_system_renameat(int dirfd, const char *from, const char *to)
{
    struct call call = call_on_path(CALL_RENAMEAT, dirfd, from);

    if (begin(&call))
        answer(&call, __real_nucleus_system_renameat(dirfd, from, to));
    return (int)finish(&call);
}

int __wrap_nucleus_system_unlinkat(int dirfd, const char *path)
{
    struct call call = call_on_path(CALL_UNLINKAT, dirfd, path);

    if (begin(&call))
        answer(&call, __real_nucleus_system_unlinkat(dirfd, path));
    return (int)finish(&call);
}

ssize_t __wrap_nucleus_system_getrandom(void *bytes, size_t size)
{
    struct call call = call_on_fd(CALL_GETRANDOM, -1, size);

    call.bytes = bytes;
    if (begin(&call))
        answer(&call, __real_nucleus_system_getrandom(bytes, call.size));
    return finish(&call);
}

ssize_t __wrap_nucleus_system_getdents(int fd, void *bytes, size_t size)
{
    struct call call = call_on_fd(CALL_GETDENTS, fd, size);

    call.bytes = bytes;
    if (begin(&call))
        answer(&call, __real_nucleus_system_getdents(fd, bytes, call.size));
    return finish(&call);
}
