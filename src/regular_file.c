/* SPDX-License-Identifier: MIT */
#include "regular_file.h"

#include <errno.h>
#include <stdlib.h>

#include "fd_io.h"
#include "system.h"

enum { MAX_TRIES = 10 };

enum nucleus_status nucleus_directory_open(int dirfd, const char *path, int flags, int *ret_fd,
                                           const char *what, struct nucleus_shown shown,
                                           struct nucleus_error *err)
{
    const int fd = nucleus_open(dirfd, path, flags | O_DIRECTORY | O_CLOEXEC);

    *ret_fd = nucleus_fd_above_stdio(fd);
    if (*ret_fd < 0)
        return nucleus_fail_at(err, nucleus_lookup_status(errno), errno, what, shown, NULL);
    return NUCLEUS_OK;
}

static enum nucleus_status check_type(mode_t mode, struct nucleus_error *err)
{
    if (S_ISLNK(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_SYMLINK, "is a symbolic link");
    if (!S_ISREG(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "not a regular file");
    return NUCLEUS_OK;
}

/* errno of a call about the file. A network file system says ESTALE of one that was replaced. */
static enum nucleus_status call_failed(int os_error, bool *ret_is_replaced,
                                       struct nucleus_error *err)
{
    *ret_is_replaced = os_error == ESTALE;
    return nucleus_fail_errno(err, nucleus_lookup_status(os_error), os_error);
}

enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, bool *ret_is_replaced,
                                              struct nucleus_error *err)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    enum nucleus_status status;
    struct stat info;
    int fd;

    *ret_is_replaced = false;
    /* Opening a device may have side effects, so it is looked at first; what is opened in the
     * end is looked at again. */
    if (nucleus_system_fstatat(dirfd, path, &info) < 0)
        return call_failed(errno, ret_is_replaced, err);
    status = check_type(info.st_mode, err);
    if (status != NUCLEUS_OK)
        return status;
    fd = nucleus_open(dirfd, path, flags);
    if (fd < 0) {
        status = call_failed(errno, ret_is_replaced, err);
        *ret_is_replaced |= status == NUCLEUS_ERROR_NOT_FOUND;
        return status;
    }
    if (nucleus_system_fstat(fd, &info) < 0)
        status = call_failed(errno, ret_is_replaced, err);
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
static enum nucleus_status read_text(int fd, size_t size, char **ret_text, bool *ret_is_replaced,
                                     struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;
    char *text = malloc(size + 1);
    ssize_t count;

    if (!text)
        return nucleus_fail_memory(err);
    /* One more, to see it grow; where a read stops short of that, the file ends. */
    count = nucleus_read_up_to(fd, text, size + 1, size);
    if (count < 0) {
        status = call_failed(errno, ret_is_replaced, err);
    } else if ((size_t)count != size) {
        status = nucleus_fail(err, NUCLEUS_ERROR_IO, "file changed size while being read");
        *ret_is_replaced = true;
    }
    if (status == NUCLEUS_OK)
        *ret_text = text;
    else
        free(text);
    return status;
}

static enum nucleus_status read_once(int dirfd, const char *path, size_t cap, char **ret_text,
                                     size_t *ret_len, bool *ret_is_replaced,
                                     struct nucleus_error *err)
{
    enum nucleus_status status;
    off_t size = 0;
    int fd = -1;

    status = nucleus_regular_file_open(dirfd, path, &fd, &size, ret_is_replaced, err);
    if (status != NUCLEUS_OK)
        return status;
    if (size > (off_t)cap)
        status = nucleus_fail_large(err);
    else
        status = read_text(fd, (size_t)size, ret_text, ret_is_replaced, err);
    (void)nucleus_system_close(fd);
    *ret_len = (size_t)size;
    return status;
}

enum nucleus_status nucleus_regular_file_read(int dirfd, const char *path, size_t cap,
                                              char **ret_text, size_t *ret_len,
                                              struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_ERROR_IO;
    bool is_replaced = true;

    for (int i = 0; i < MAX_TRIES && is_replaced; i++)
        status = read_once(dirfd, path, cap, ret_text, ret_len, &is_replaced, err);
    return status;
}
