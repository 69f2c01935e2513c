/* SPDX-License-Identifier: MIT */
#include "model_system.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explorer.h"
#include "model_world.h"
#include "nucleus/checkpoint.h"
#include "system.h"

/* The linker calls __wrap_X where the library calls X, and X where __real_X is called. */
#define WRAP(type, name, parameters)                                                               \
    type __real_nucleus_system_##name parameters;                                                  \
    type __wrap_nucleus_system_##name parameters;                                                  \
    type __wrap_nucleus_system_##name parameters

/* Returns the name in the directory of the world that the path leads to from dirfd. */
static int8_t name_of(int dirfd, const char *path)
{
    const bool is_from_outside = dirfd == AT_FDCWD;
    const size_t skipped = is_from_outside ? strlen(MODEL_DIRECTORY "/") : 0;

    if (is_from_outside && strncmp(path, MODEL_DIRECTORY "/", skipped) != 0)
        return STRANGE_NAME;
    for (int name = FILE_NAME; name < NAMES; name++)
        if (strcmp(path + skipped, name_text(name)) == 0)
            return (int8_t)name;
    return STRANGE_NAME;
}

static long finish(const struct answer *answer)
{
    errno = answer->os_error;
    return answer->result;
}

static long step_on_fd(enum call_kind kind, int fd, uint32_t mode)
{
    const struct request request = {.kind = (uint8_t)kind, .name = NO_NAME, .fd = fd, .mode = mode};
    const struct answer answer = explorer_step(&request);

    return finish(&answer);
}

static long step_on_stat(const struct request *request, struct stat *ret)
{
    const struct answer answer = explorer_step(request);

    model_unpack_stat(&answer, ret);
    return finish(&answer);
}

void model_pack_stat(struct answer *answer, const struct stat *info)
{
    answer->data[0] = (uint64_t)info->st_ino << 32 | info->st_mode;
    answer->data[1] = (uint64_t)info->st_uid << 32 | (uint32_t)info->st_size;
    answer->data[2] =
        (uint64_t)info->st_dev << 56 | (uint64_t)info->st_ctime << 8 | (uint8_t)info->st_nlink;
}

void model_unpack_stat(const struct answer *answer, struct stat *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->st_dev = answer->data[2] >> 56;
    ret->st_ino = answer->data[0] >> 32;
    ret->st_mode = (mode_t)answer->data[0];
    ret->st_uid = (uid_t)(answer->data[1] >> 32);
    ret->st_size = (off_t)(uint32_t)answer->data[1];
    ret->st_ctime = (time_t)(answer->data[2] << 8 >> 16);
    ret->st_nlink = (uint8_t)answer->data[2];
}

/* ---- Calls of the library as steps ---- */

WRAP(int, openat, (int dirfd, const char *path, int flags, mode_t mode))
{
    struct request request = {
        .kind = CALL_OPEN_FILE, .fd = dirfd, .flags = (uint32_t)flags, .mode = mode};
    struct answer answer;

    if (flags & O_DIRECTORY) {
        const bool is_ours = strcmp(path, dirfd == AT_FDCWD ? MODEL_DIRECTORY : ".") == 0;

        request.kind = CALL_OPEN_DIRECTORY;
        request.name = is_ours ? NO_NAME : STRANGE_NAME;
    } else {
        request.kind = flags & O_CREAT ? CALL_CREATE : CALL_OPEN_FILE;
        request.name = name_of(dirfd, path);
    }
    answer = explorer_step(&request);
    return (int)finish(&answer);
}

WRAP(int, dup_above, (int fd, int min))
{
    return (int)step_on_fd(CALL_DUP_ABOVE, fd, (uint32_t)min);
}

WRAP(int, close, (int fd))
{
    return (int)step_on_fd(CALL_CLOSE, fd, 0);
}

WRAP(int, fchmod, (int fd, mode_t mode))
{
    return (int)step_on_fd(CALL_FCHMOD, fd, mode);
}

WRAP(int, fsync, (int fd))
{
    return (int)step_on_fd(CALL_FSYNC, fd, 0);
}

WRAP(int, fremovexattr, (int fd, const char *name))
{
    (void)name;
    return (int)step_on_fd(CALL_FREMOVEXATTR, fd, 0);
}

WRAP(int, fstatat, (int dirfd, const char *path, struct stat *ret))
{
    const struct request request = {.kind = CALL_LSTAT, .name = name_of(dirfd, path), .fd = dirfd};

    return (int)step_on_stat(&request, ret);
}

WRAP(int, fstat, (int fd, struct stat *ret))
{
    const struct request request = {.kind = CALL_FSTAT, .name = NO_NAME, .fd = fd};

    return (int)step_on_stat(&request, ret);
}

WRAP(ssize_t, read, (int fd, void *bytes, size_t size))
{
    const struct request request = {.kind = CALL_READ,
                                    .name = NO_NAME,
                                    .size = (uint8_t)(size < 2 * TEXT ? size : 2 * TEXT),
                                    .fd = fd};
    const struct answer answer = explorer_step(&request);

    if (answer.result > 0)
        memcpy(bytes, answer.data, (size_t)answer.result);
    return finish(&answer);
}

WRAP(ssize_t, write, (int fd, const void *bytes, size_t size))
{
    struct request request = {.kind = CALL_WRITE,
                              .name = NO_NAME,
                              .size = (uint8_t)(size < TEXT ? size : TEXT),
                              .fd = fd};
    struct answer answer;

    memcpy(&request.data, bytes, request.size);
    answer = explorer_step(&request);
    return finish(&answer);
}

WRAP(int, renameat, (int dirfd, const char *from, const char *to))
{
    const struct request request = {.kind = CALL_RENAME,
                                    .name = name_of(dirfd, from),
                                    .new_name = name_of(dirfd, to),
                                    .fd = dirfd};
    const struct answer answer = explorer_step(&request);

    return (int)finish(&answer);
}

WRAP(int, unlinkat, (int dirfd, const char *path))
{
    const struct request request = {.kind = CALL_UNLINK, .name = name_of(dirfd, path), .fd = dirfd};
    const struct answer answer = explorer_step(&request);

    return (int)finish(&answer);
}

WRAP(ssize_t, getrandom, (void *bytes, size_t size))
{
    const struct request request = {
        .kind = CALL_GETRANDOM, .name = NO_NAME, .size = (uint8_t)size, .fd = -1};
    const struct answer answer = explorer_step(&request);

    if (answer.result > 0)
        memcpy(bytes, answer.data, (size_t)answer.result);
    return finish(&answer);
}

/* An entry for each name in the set that the step gives. */
WRAP(ssize_t, getdents, (int fd, void *bytes, size_t size))
{
    const struct request request = {.kind = CALL_GETDENTS, .name = NO_NAME, .fd = fd};
    const struct answer answer = explorer_step(&request);
    size_t used = 0;

    for (int i = 0; i < NAMES && answer.result > 0; i++) {
        struct dirent64 *entry = (struct dirent64 *)(void *)((char *)bytes + used);

        if ((answer.data[0] >> i & 1) == 0)
            continue;
        if (used + 64 > size)
            abort();
        entry->d_reclen = 64;
        entry->d_type = DT_UNKNOWN;
        (void)strcpy(entry->d_name, name_text(i));
        used += 64;
    }
    errno = answer.os_error;
    return answer.result < 0 ? -1 : (ssize_t)used;
}

/* The clock of this machine counts for nothing in a save. */
WRAP(uint64_t, now, (void))
{
    return 5;
}

/* A local file system: a load does not wait for a file that is not there. */
WRAP(int, fstatfs, (int fd, struct statfs *ret))
{
    (void)fd;
    memset(ret, 0, sizeof *ret);
    ret->f_type = 0xef53; /* ext4 */
    return 0;
}

WRAP(int, nanosleep, (const struct timespec *duration, struct timespec *remaining))
{
    (void)duration;
    (void)remaining;
    return 0;
}

/* ---- Text ---- */

static const char *const call_names[CALL_KINDS] = {
    [CALL_END] = "returns",         [CALL_OPEN_DIRECTORY] = "open dir",
    [CALL_CREATE] = "create",       [CALL_OPEN_FILE] = "open",
    [CALL_DUP_ABOVE] = "dup above", [CALL_CLOSE] = "close",
    [CALL_STAT] = "stat",           [CALL_LSTAT] = "lstat",
    [CALL_FSTAT] = "fstat",         [CALL_FCHMOD] = "fchmod",
    [CALL_READ] = "read",           [CALL_WRITE] = "write",
    [CALL_FSYNC] = "fsync",         [CALL_RENAME] = "rename",
    [CALL_UNLINK] = "unlink",       [CALL_GETRANDOM] = "random",
    [CALL_GETDENTS] = "list",       [CALL_FREMOVEXATTR] = "rm xattr",
};

static void describe_stat(const struct answer *answer, char *ret, size_t size)
{
    struct stat info;

    model_unpack_stat(answer, &info);
    (void)snprintf(ret, size, "inode %lu, mode %o, %lu bytes", (unsigned long)info.st_ino,
                   (unsigned)info.st_mode, (unsigned long)info.st_size);
}

const char *model_describe(const struct request *request, const struct answer *answer)
{
    static char line[160];
    char what[48] = "", result[64];

    if (request->name >= 0)
        (void)snprintf(what, sizeof what, "%s", name_text(request->name));
    else if (request->kind != CALL_GETRANDOM && request->kind != CALL_OPEN_DIRECTORY)
        (void)snprintf(what, sizeof what, "descriptor %d", (int)request->fd);
    (void)snprintf(result, sizeof result, "%d", (int)answer->result);
    if (request->kind == CALL_END)
        (void)snprintf(what, sizeof what, "%s",
                       nucleus_status_name((enum nucleus_status)request->mode));
    else if (answer->result < 0)
        (void)snprintf(result, sizeof result, "%s", strerror(answer->os_error));
    else if (request->kind == CALL_LSTAT || request->kind == CALL_FSTAT ||
             request->kind == CALL_STAT)
        describe_stat(answer, result, sizeof result);
    (void)snprintf(line, sizeof line, "%-9s %-36s = %s", call_names[request->kind], what, result);
    return line;
}
