/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model_system.h"
#include "model_world.h"

enum { MAX_FDS = 8 };

static struct {
    int fds[MAX_FDS]; /* of the kernel, by the numbers that the model would give; -1 if free */
    unsigned randoms;
    int32_t ctime[NAMES]; /* of what is there at the start */
} kernel;

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
REAL(int, fremovexattr, (int fd, const char *name));
REAL(int, renameat, (int dirfd, const char *from, const char *to));
REAL(int, unlinkat, (int dirfd, const char *path));
REAL(ssize_t, getdents, (int fd, void *bytes, size_t size));

static const char *path_of(int name)
{
    static char path[64];

    (void)snprintf(path, sizeof path, MODEL_DIRECTORY "/%s", name_text(name));
    return path;
}

static bool make_file(const char *path, const struct inode *inode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
    const bool is_made = fd >= 0 && write(fd, &inode->text, inode->size) == inode->size;

    return fd >= 0 && close(fd) == 0 && is_made &&
           (inode->uid == OUR_USER || chown(path, OTHER_USER, (gid_t)-1) == 0);
}

static bool make_object(const char *path, const struct inode *inode)
{
    switch (inode->type) {
    case DT_REG:
        return make_file(path, inode);
    case DT_FIFO:
        return mkfifo(path, MODE) == 0;
    case DT_LNK:
        return symlink("nowhere", path) == 0;
    default:
        return mkdir(path, 0700) == 0;
    }
}

bool kernel_begin(void)
{
    memset(&kernel, 0, sizeof kernel);
    memset(kernel.fds, -1, sizeof kernel.fds);
    if (scenario->forced_mode != 0 || mkdir(MODEL_DIRECTORY, 0700) < 0)
        return false;
    for (int name = 0; name < NAMES; name++) {
        if (!world_at(name))
            continue;
        kernel.ctime[name] = world_at(name)->ctime;
        if (!make_object(path_of(name), world_at(name)))
            return false;
    }
    return true;
}

void kernel_end(void)
{
    for (int name = 0; name < NAMES; name++)
        (void)remove(path_of(name));
    (void)rmdir(MODEL_DIRECTORY);
}

/* Gives a descriptor of the kernel the number that the model would give it. */
static int number_fd(int fd, int min)
{
    int number = scenario->is_stdio_closed ? min : min > 3 ? min : 3;

    while (kernel.fds[number] >= 0)
        number++;
    if (fd >= 0)
        kernel.fds[number] = fd;
    return fd >= 0 ? number : -1;
}

static int fd_of(int number)
{
    return number < 0 || number >= MAX_FDS ? AT_FDCWD : kernel.fds[number];
}

/* The caller's descriptor refers to the directory as well. */
static bool is_by_path(const struct request *request)
{
    return request->fd == AT_FDCWD || request->fd == CALLER_FD;
}

static int open_name(const struct request *request)
{
    const char *path = name_text(request->name);

    if (request->kind == CALL_OPEN_DIRECTORY)
        path = MODEL_DIRECTORY;
    else if (is_by_path(request))
        path = path_of(request->name);
    return number_fd(
        __real_nucleus_system_openat(fd_of(request->fd), path, (int)request->flags, request->mode),
        0);
}

static int fill_stat(const struct request *request, struct answer *answer)
{
    const int name = request->name;
    struct stat info;
    int result;

    if (request->kind == CALL_FSTAT)
        result = __real_nucleus_system_fstat(fd_of(request->fd), &info);
    else if (request->kind == CALL_STAT)
        result = stat(path_of(name), &info);
    else
        result = __real_nucleus_system_fstatat(
            fd_of(request->fd), is_by_path(request) ? path_of(name) : name_text(name), &info);
    if (result < 0)
        return result;
    info.st_dev = 1;
    info.st_uid = info.st_uid == geteuid() ? OUR_USER : OTHER_USER;
    info.st_ctime = name >= 0 && kernel.ctime[name] > 0 ? kernel.ctime[name] : SECONDS;
    model_pack_stat(answer, &info);
    return result;
}

static int list_names(int fd, struct answer *answer)
{
    alignas(struct dirent64) char entries[4096];
    ssize_t size;

    while ((size = __real_nucleus_system_getdents(fd, entries, sizeof entries)) > 0) {
        for (ssize_t at = 0; at < size;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);

            for (int name = 0; name < NAMES; name++)
                if (strcmp(entry->d_name, name_text(name)) == 0)
                    answer->data[0] |= (uint64_t)1 << name;
            at += entry->d_reclen;
        }
    }
    return size < 0 ? -1 : answer->data[0] != 0;
}

static int close_fd(int number)
{
    const int fd = fd_of(number);

    kernel.fds[number] = -1;
    return __real_nucleus_system_close(fd);
}

static long perform(const struct request *request, struct answer *answer)
{
    const int fd = fd_of(request->fd);
    const bool is_path = is_by_path(request);
    char from[64];

    (void)snprintf(from, sizeof from, "%s",
                   is_path ? path_of(request->name) : name_text(request->name));
    switch (request->kind) {
    case CALL_OPEN_DIRECTORY:
    case CALL_CREATE:
    case CALL_OPEN_FILE:
        return open_name(request);
    case CALL_DUP_ABOVE:
        return number_fd(__real_nucleus_system_dup_above(fd, 3), (int)request->mode);
    case CALL_CLOSE:
        return close_fd(request->fd);
    case CALL_FCHMOD:
        return __real_nucleus_system_fchmod(fd, request->mode);
    case CALL_READ:
        return __real_nucleus_system_read(fd, answer->data, request->size);
    case CALL_WRITE: /* half a file at once */
        return __real_nucleus_system_write(fd, &request->data,
                                           request->size < TEXT / 2 ? request->size : TEXT / 2);
    case CALL_FSYNC:
        return __real_nucleus_system_fsync(fd);
    case CALL_FREMOVEXATTR:
        return __real_nucleus_system_fremovexattr(fd, "user.nucleus-checkpoint");
    case CALL_RENAME:
        return __real_nucleus_system_renameat(
            fd, from, is_path ? path_of(request->new_name) : name_text(request->new_name));
    case CALL_UNLINK:
        return __real_nucleus_system_unlinkat(fd, from);
    case CALL_GETRANDOM:
        answer->data[0] = kernel.randoms++;
        return request->size;
    case CALL_GETDENTS:
        return list_names(fd, answer);
    default:
        return fill_stat(request, answer);
    }
}

struct answer kernel_perform(size_t actor, const struct request *request)
{
    struct answer answer = {0};

    (void)actor;
    if (request->kind == CALL_END)
        return answer;
    answer.result = (int32_t)perform(request, &answer);
    if (answer.result < 0)
        answer = (struct answer){.result = -1, .os_error = errno};
    /* tmpfs of older kernels has no such attributes. */
    if (request->kind == CALL_FREMOVEXATTR && answer.os_error == EOPNOTSUPP)
        answer.os_error = ENODATA;
    return answer;
}

static bool is_as_inode(const char *path, const struct inode *inode)
{
    static const mode_t types[] = {
        [DT_REG] = S_IFREG, [DT_DIR] = S_IFDIR, [DT_LNK] = S_IFLNK, [DT_FIFO] = S_IFIFO};
    struct stat info;
    uint64_t text = 0;
    int fd;

    if (lstat(path, &info) < 0 || !inode)
        return !inode && errno == ENOENT;
    if ((info.st_mode & S_IFMT) != types[inode->type])
        return false;
    if (inode->type != DT_REG)
        return true;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && (read(fd, &text, sizeof text) != inode->size || text != inode->text))
        text = ~inode->text;
    if (fd >= 0)
        (void)close(fd);
    return (info.st_mode & 07777) == inode->mode && (fd < 0 || text == inode->text);
}

bool kernel_is_as_world(void)
{
    for (int name = 0; name < NAMES; name++)
        if (!is_as_inode(path_of(name), world_at(name)))
            return false;
    return true;
}
