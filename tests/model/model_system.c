/* SPDX-License-Identifier: MIT */
/* Replaces src/system.c: each call is a step of the actor that is running. */
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"

enum { ENTRY_SIZE = 64 }; /* bytes of each struct dirent64 */

/* Makes a step; the arguments initialize members of its request. */
#define STEP(...) make_step((struct request){__VA_ARGS__})

static struct answer make_step(struct request request)
{
    const struct answer answer = explorer_step(&request);

    errno = answer.os_error;
    return answer;
}

/* Returns the name that path, relative to dirfd, has in the directory, NO_NAME for the directory
 * itself, or STRANGE_NAME. */
static int8_t name_of(int dirfd, const char *path)
{
    const size_t skipped = dirfd == AT_FDCWD ? strlen(MODEL_DIRECTORY "/") : 0;

    if (strcmp(path, dirfd == AT_FDCWD ? MODEL_DIRECTORY : ".") == 0)
        return NO_NAME;
    if (strncmp(path, MODEL_DIRECTORY "/", skipped) != 0)
        return STRANGE_NAME;
    for (int8_t name = FILE_NAME; name < NAMES; name++)
        if (strcmp(path + skipped, name_text(name)) == 0)
            return name;
    return STRANGE_NAME;
}

int nucleus_system_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    const enum call_kind kind = flags & O_DIRECTORY ? CALL_OPEN_DIRECTORY
                                : flags & O_CREAT   ? CALL_CREATE
                                                    : CALL_OPEN_FILE;

    return STEP(.kind = (uint8_t)kind, .name = name_of(dirfd, path), .fd = dirfd,
                .flags = (uint32_t)flags, .mode = mode)
        .result;
}

int nucleus_system_dup_above(int fd, int min)
{
    return STEP(.kind = CALL_DUP_ABOVE, .fd = fd, .mode = (uint32_t)min).result;
}

int nucleus_system_close(int fd)
{
    return STEP(.kind = CALL_CLOSE, .fd = fd).result;
}

/* Copies the result of a stat. */
static int unpack(struct answer answer, struct stat *ret)
{
    *ret = (struct stat){.st_dev = answer.info.device,
                         .st_ino = answer.info.number,
                         .st_mode = answer.info.mode,
                         .st_uid = answer.info.uid,
                         .st_nlink = answer.info.links,
                         .st_size = answer.info.size,
                         .st_ctime = answer.info.ctime};
    return answer.result;
}

int nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    return unpack(STEP(.kind = CALL_STAT, .name = name_of(dirfd, path), .fd = dirfd,
                       .flags = AT_SYMLINK_NOFOLLOW),
                  ret);
}

int nucleus_system_fstat(int fd, struct stat *ret)
{
    return unpack(STEP(.kind = CALL_FSTAT, .fd = fd), ret);
}

int nucleus_system_fchmod(int fd, mode_t mode)
{
    return STEP(.kind = CALL_FCHMOD, .fd = fd, .mode = mode).result;
}

/* Copies the bytes of a successful answer. */
static ssize_t copy(struct answer answer, void *bytes)
{
    if (answer.result > 0)
        memcpy(bytes, answer.data, (size_t)answer.result);
    return answer.result;
}

ssize_t nucleus_system_read(int fd, void *bytes, size_t size)
{
    const uint8_t count = (uint8_t)(size < 2 * TEXT ? size : 2 * TEXT);

    return copy(STEP(.kind = CALL_READ, .size = count, .fd = fd), bytes);
}

/* Writes at most half a file at once. */
ssize_t nucleus_system_write(int fd, const void *bytes, size_t size)
{
    const uint8_t count = (uint8_t)(size < TEXT / 2 ? size : TEXT / 2);
    uint64_t data = 0;

    memcpy(&data, bytes, count);
    return STEP(.kind = CALL_WRITE, .size = count, .fd = fd, .data = data).result;
}

int nucleus_system_fsync(int fd)
{
    return STEP(.kind = CALL_FSYNC, .fd = fd).result;
}

int nucleus_system_fremovexattr(int fd, const char *name)
{
    (void)name;
    return STEP(.kind = CALL_FREMOVEXATTR, .fd = fd).result;
}

int nucleus_system_renameat(int dirfd, const char *from, const char *to)
{
    const int8_t name = name_of(dirfd, from), new_name = name_of(dirfd, to);

    return STEP(.kind = CALL_RENAME, .name = name, .new_name = new_name, .fd = dirfd).result;
}

int nucleus_system_unlinkat(int dirfd, const char *path)
{
    return STEP(.kind = CALL_UNLINK, .name = name_of(dirfd, path), .fd = dirfd).result;
}

ssize_t nucleus_system_getrandom(void *bytes, size_t size)
{
    return copy(STEP(.kind = CALL_GETRANDOM, .size = (uint8_t)size, .fd = AT_FDCWD), bytes);
}

/* Fills in an entry for each name in the answer. */
ssize_t nucleus_system_getdents(int fd, void *bytes, size_t size)
{
    const struct answer answer = STEP(.kind = CALL_GETDENTS, .fd = fd);
    char *end = bytes;

    if (size < NAMES * ENTRY_SIZE)
        abort();
    for (int name = FILE_NAME; name < NAMES && answer.result > 0; name++) {
        struct dirent64 *entry = (struct dirent64 *)(void *)end;

        if ((answer.data[0] >> name & 1) == 0)
            continue;
        entry->d_reclen = ENTRY_SIZE;
        entry->d_type = DT_UNKNOWN;
        (void)strcpy(entry->d_name, name_text(name));
        end += ENTRY_SIZE;
    }
    return answer.result < 0 ? -1 : end - (char *)bytes;
}

/* The file system is local: a load does not wait for a file that does not exist. */
int nucleus_system_fstatfs(int fd, struct statfs *ret)
{
    (void)fd;
    *ret = (struct statfs){.f_type = 0xef53}; /* ext4 */
    return 0;
}

int nucleus_system_nanosleep(const struct timespec *duration, struct timespec *remaining)
{
    (void)duration;
    (void)remaining;
    return 0;
}
