/* SPDX-License-Identifier: MIT */
#include "regular_file.h"

#include <errno.h>
#include <stdlib.h>

#include "fd_io.h"
#include "system.h"

/* With a pause before each but the first try, twice as long each time: 26 ms in all. */
enum { MAX_TRIES = 10, FIRST_PAUSE = 50000 /* nanoseconds */ };

/* Reports the errno of a lookup, or of a call about what it found. */
static enum nucleus_status call_failed(int os_error, struct nucleus_error *err)
{
    return nucleus_fail_errno(err, nucleus_status_from_errno(os_error), os_error);
}

enum nucleus_status nucleus_directory_open(int dirfd, const char *path, int flags, int *ret_fd,
                                           struct nucleus_error *err)
{
    const int fd = nucleus_open(dirfd, path, flags | O_DIRECTORY | O_CLOEXEC);

    *ret_fd = nucleus_fd_above_stdio(fd);
    return *ret_fd < 0 ? call_failed(errno, err) : NUCLEUS_OK;
}

static enum nucleus_status check_type(mode_t mode, struct nucleus_error *err)
{
    if (S_ISLNK(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_SYMLINK, "is a symbolic link");
    if (!S_ISREG(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "not a regular file");
    return NUCLEUS_OK;
}

enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, struct nucleus_error *err)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    enum nucleus_status status;
    struct stat info;
    int fd;

    /* Opening a device may have side effects, so it is looked at first; what is opened in the
     * end is looked at again. */
    if (nucleus_system_fstatat(dirfd, path, &info) < 0)
        return call_failed(errno, err);
    status = check_type(info.st_mode, err);
    if (status != NUCLEUS_OK)
        return status;
    fd = nucleus_open(dirfd, path, flags);
    if (fd < 0)
        return call_failed(errno, err);
    if (nucleus_system_fstat(fd, &info) < 0)
        status = call_failed(errno, err);
    else
        status = check_type(info.st_mode, err);
    if (status != NUCLEUS_OK) {
        (void)nucleus_system_close(fd);
        return status;
    }
    *ret_fd = fd;
    *ret_size = info.st_size;
    return NUCLEUS_OK;
}

/* Reads the size bytes that an open file has, and no other number of them. */
static enum nucleus_status read_text(int fd, size_t size, char **ret_text,
                                     struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;
    char *text = malloc(size + 1);
    ssize_t count;

    if (!text)
        return nucleus_fail_memory(err);
    /* One more, to see it grow; where a read stops short of that, the file ends. */
    count = nucleus_read_up_to(fd, text, size + 1, size);
    if (count < 0)
        status = call_failed(errno, err);
    else if ((size_t)count != size)
        status = nucleus_fail(err, NUCLEUS_ERROR_IO, "file changed size while being read");
    if (status == NUCLEUS_OK)
        *ret_text = text;
    else
        free(text);
    return status;
}

static enum nucleus_status read_once(int dirfd, const char *path, size_t cap, char **ret_text,
                                     size_t *ret_len, struct nucleus_error *err)
{
    enum nucleus_status status;
    off_t size = 0;
    int fd = -1;

    status = nucleus_regular_file_open(dirfd, path, &fd, &size, err);
    if (status != NUCLEUS_OK)
        return status;
    if (size > (off_t)cap)
        status = nucleus_fail_too_large(err);
    else
        status = read_text(fd, (size_t)size, ret_text, err);
    (void)nucleus_system_close(fd);
    *ret_len = (size_t)size;
    return status;
}

/*
 * Whether a file that is just being replaced could have given this answer. A network file system
 * may have it as stale, or with the size of another one; FUSE, which looks up first and asks
 * afterwards, as missing, by lstat(2) as by open(2).
 */
static bool may_be_replaced(enum nucleus_status status, const struct nucleus_error *err)
{
    /* Without an errno, the size has changed. */
    return status == NUCLEUS_ERROR_NOT_FOUND ||
           (status == NUCLEUS_ERROR_IO && (err->os_error == ESTALE || err->os_error == 0));
}

enum nucleus_status nucleus_regular_file_read(int dirfd, const char *path, size_t cap,
                                              char **ret_text, size_t *ret_len,
                                              struct nucleus_error *err)
{
    enum nucleus_status status = read_once(dirfd, path, cap, ret_text, ret_len, err);

    for (int i = 1; i < MAX_TRIES && may_be_replaced(status, err); i++) {
        nucleus_system_pause((long)FIRST_PAUSE << (i - 1));
        status = read_once(dirfd, path, cap, ret_text, ret_len, err);
    }
    return status;
}
