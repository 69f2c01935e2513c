/* SPDX-License-Identifier: MIT */
#include "system_calls.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "system.h"

enum { MAX_DESCRIPTORS = 1024, HOURS = 60 * 60 };

const struct file_server file_servers[] = {
    {.name = "this machine"},
    {.name = "clock 3 hours fast", .ahead = 3 * HOURS},
    {.name = "clock 3 hours slow", .ahead = -3 * HOURS},
    {.name = "equal inode numbers", .inodes = INODES_EQUAL},
    {.name = "no inode numbers", .inodes = INODES_ZERO},
};

const size_t file_servers_count = COUNT(file_servers);

static struct file_server server;
static int64_t leftover_age;

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
    bool is_whole;           /* the disk has all that was written to it ... */
    bool is_renamed;         /* ... and may have it as metadata.json ... */
    bool is_certain;         /* ... and nothing else as that */
} watch;

void set_file_server(const struct file_server *new_server)
{
    server = *new_server;
}

void age_leftovers(int64_t seconds)
{
    leftover_age = seconds;
}

enum nucleus_status save_new(const char *dir, struct nucleus_error *err)
{
    return save_sample("new", dir, err);
}

enum nucleus_status capture_limits(const char *dir, struct nucleus_error *err)
{
    (void)dir;
    return capture_sample(TEST_DATA "/cgroup", err);
}

enum nucleus_status watch_act(act_on_files *act, const char *dir, struct nucleus_error *err,
                              call_hook *before, call_hook *after)
{
    enum nucleus_status status;

    watch_calls(before, after);
    status = act(dir, err);
    assert_null(unwatch_calls().misuse);
    return status;
}

void watch_calls(call_hook *before, call_hook *after)
{
    memset(&watch, 0, sizeof watch);
    watch.is_on = true;
    watch.before = before;
    watch.after = after;
    watch.report.lowest_fd = MAX_DESCRIPTORS;
    watch.report.found = watch.report.found_after = FOUND_AS_BEFORE;
    watch.report.is_settled = true;
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
        "any call", "openat",    "dup_above", "close",   "fstatat",      "fstat",
        "fchmod",   "read",      "write",     "fsync",   "fremovexattr", "renameat",
        "unlinkat", "getrandom", "getdents",  "fstatfs",
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
    if ((call->kind == CALL_WRITE && call->object != OBJECT_TEMP) ||
        (call->kind == CALL_UNLINKAT && call->object == OBJECT_FILE))
        watch.report.misuse = "changes the file in place";
    if (own->is_open && call->fd < watch.report.lowest_fd && call->kind != CALL_MOVE_UP &&
        call->kind != CALL_CLOSE)
        watch.report.lowest_fd = call->fd;
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

static bool is_flush(const struct call *call, enum call_object object)
{
    return call->kind == CALL_FSYNC && call->object == object;
}

/* Some file systems have no flush for directories: names are safe there without it. */
static bool has_no_flush(int os_error)
{
    return os_error == EINVAL || os_error == EOPNOTSUPP || os_error == ENOSYS;
}

/* From now on the descriptor of the temporary file is that of metadata.json. */
static void publish(void)
{
    for (int fd = 0; fd < MAX_DESCRIPTORS; fd++) {
        if (watch.descriptors[fd].is_open && watch.descriptors[fd].object == OBJECT_TEMP)
            watch.descriptors[fd].object = OBJECT_FILE;
    }
    watch.is_renamed = true;
}

/* Follows what the disk has, whatever the library is told about the call. */
static void note_on_disk(const struct call *call, bool is_done)
{
    struct call_report *report = &watch.report;
    bool is_creation = call->kind == CALL_OPENAT && call->object == OBJECT_TEMP;

    if (is_done && (is_creation || call->kind == CALL_WRITE || call->kind == CALL_FCHMOD))
        watch.is_whole = false;
    if (is_done && is_flush(call, OBJECT_TEMP))
        watch.is_whole = true;
    if (is_done && call->kind == CALL_RENAMEAT)
        publish();
    if (is_done && (is_creation || call->kind == CALL_RENAMEAT || call->kind == CALL_UNLINKAT))
        report->is_settled = false;
    if (is_flush(call, OBJECT_DIRECTORY) && (is_done || has_no_flush(call->os_error))) {
        watch.is_certain = watch.is_renamed;
        report->is_settled = true;
    }
    report->found_after = watch.is_certain ? 0 : FOUND_AS_BEFORE;
    if (watch.is_renamed)
        report->found_after |= watch.is_whole ? FOUND_NEW : FOUND_TORN;
    report->found |= report->found_after;
}

/* What the call is about. */
static enum call_object object_of(const struct call *call)
{
    if (call->flags & O_CREAT)
        (void)snprintf(watch.temp, sizeof watch.temp, "%s", call->path);
    if (!call->path)
        return descriptor(call->fd)->object;
    return call->flags & O_DIRECTORY ? OBJECT_DIRECTORY : object_of_path(call->path);
}

/* Returns whether the call shall be made. */
static bool begin(struct call *call)
{
    call->object = object_of(call);
    if (!watch.is_on)
        return true;
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

/* Puts the file server's answer in the place of what the system said. */
static void answer_from_afar(const struct call *call)
{
    if (!call->info || call->result < 0)
        return;
    call->info->st_ctime += (time_t)server.ahead;
    if (call->object == OBJECT_LEFTOVER)
        call->info->st_ctime -= (time_t)leftover_age;
    /* As NFSv3 may have it, and what would mislead whoever asks for it. */
    call->info->st_mtime = call->object == OBJECT_LEFTOVER ? call->info->st_ctime : 0;
    if (server.inodes != INODES_DIFFER)
        call->info->st_ino = server.inodes == INODES_EQUAL ? 42 : 0;
}

/* Returns the result, with errno. */
static long finish(struct call *call)
{
    const bool is_done = call->result >= 0;

    answer_from_afar(call);
    if (watch.is_on && watch.after)
        watch.after(call);
    if (watch.is_on) {
        note_answer(call);
        note_on_disk(call, is_done);
    }
    if (call->result < 0)
        errno = call->os_error;
    return call->result;
}

/* The wrapper of a call, which is then made with the arguments. The linker calls __wrap_name where
 * the library calls name, and name where we call __real_name. */
#define WRAP(type, name, parameters, arguments, ...)                                               \
    type __real_nucleus_system_##name parameters;                                                  \
    type __wrap_nucleus_system_##name parameters;                                                  \
    type __wrap_nucleus_system_##name parameters                                                   \
    {                                                                                              \
        struct call call = {__VA_ARGS__};                                                          \
                                                                                                   \
        if (begin(&call))                                                                          \
            answer(&call, __real_nucleus_system_##name arguments);                                 \
        return (type)finish(&call);                                                                \
    }

WRAP(int, openat, (int dirfd, const char *path, int flags, mode_t mode), (dirfd, path, flags, mode),
     CALL_OPENAT, .fd = dirfd, .path = path, .flags = flags, .mode = mode)
WRAP(int, dup_above, (int fd, int min), (fd, min), CALL_MOVE_UP, .fd = fd)
WRAP(int, close, (int fd), (fd), CALL_CLOSE, .fd = fd)
WRAP(int, fstatat, (int dirfd, const char *path, struct stat *ret), (dirfd, path, ret),
     CALL_FSTATAT, .fd = dirfd, .path = path, .info = ret)
WRAP(int, fstat, (int fd, struct stat *ret), (fd, ret), CALL_FSTAT, .fd = fd, .info = ret)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), CALL_FCHMOD, .fd = fd, .mode = mode)
WRAP(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, call.size), CALL_READ, .fd = fd,
     .bytes = bytes, .size = size)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, call.size), CALL_WRITE,
     .fd = fd, .size = size)
WRAP(int, fsync, (int fd), (fd), CALL_FSYNC, .fd = fd)
WRAP(int, renameat, (int dirfd, const char *from, const char *to), (dirfd, from, to), CALL_RENAMEAT,
     .fd = dirfd, .path = from)
WRAP(int, unlinkat, (int dirfd, const char *path), (dirfd, path), CALL_UNLINKAT, .fd = dirfd,
     .path = path)
WRAP(ssize_t, getrandom, (void *bytes, size_t size), (bytes, call.size), CALL_GETRANDOM, .fd = -1,
     .bytes = bytes, .size = size)
WRAP(ssize_t, getdents, (int fd, void *bytes, size_t size), (fd, bytes, call.size), CALL_GETDENTS,
     .fd = fd, .bytes = bytes, .size = size)
WRAP(int, fstatfs, (int fd, struct statfs *ret), (fd, ret), CALL_FSTATFS, .fd = fd,
     .filesystem = ret)
WRAP(int, fremovexattr, (int fd, const char *name), (fd, name), CALL_FREMOVEXATTR, .fd = fd)
