/* SPDX-License-Identifier: MIT */
#include "regular_file.h"

#include <errno.h>
#include <stdlib.h>

#include "directory.h"
#include "fd_io.h"
#include "system.h"

/* Each pause is twice as long as the one before. */
enum { MAX_PAUSES = 9, FIRST_PAUSE = 50000 /* nanoseconds */ };

static enum nucleus_status check_type(mode_t mode, struct nucleus_error *err)
{
    if (S_ISLNK(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_SYMLINK, "is a symbolic link");
    if (S_ISDIR(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "is a directory");
    if (!S_ISREG(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "is not a regular file");
    return NUCLEUS_OK;
}

enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, struct nucleus_error *err)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    enum nucleus_status status;
    struct stat info;
    int fd;

    /* Opening a device can have side effects, so the type is checked first. It is checked again
     * on the open file, which may be a different one. */
    if (nucleus_system_fstatat(dirfd, path, &info) < 0)
        return nucleus_fail_lookup(err);
    status = check_type(info.st_mode, err);
    if (status != NUCLEUS_OK)
        return status;
    fd = nucleus_open(dirfd, path, flags);
    if (fd < 0)
        return nucleus_fail_lookup(err);
    if (nucleus_system_fstat(fd, &info) < 0)
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno, NULL);
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

/* Reads an open file, which must have exactly size bytes. */
static enum nucleus_status read_text(int fd, size_t size, char **ret_text,
                                     struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;
    char *text = malloc(size + 1);
    ssize_t count;

    if (!text)
        return nucleus_fail_memory(err);
    /* One byte more detects a file that grows. */
    count = nucleus_read_up_to(fd, text, size + 1, size);
    if (count < 0)
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno, NULL);
    else if ((size_t)count != size)
        status = nucleus_fail(err, NUCLEUS_ERROR_IO, "file changed size while being read");
    if (status == NUCLEUS_OK)
        *ret_text = text;
    else
        free(text);
    return status;
}

enum nucleus_status nucleus_regular_file_read(int dirfd, const char *path, size_t max_len,
                                              char **ret_text, size_t *ret_len,
                                              struct nucleus_error *err)
{
    enum nucleus_status status;
    off_t size = 0;
    int fd = -1;

    status = nucleus_regular_file_open(dirfd, path, &fd, &size, err);
    if (status != NUCLEUS_OK)
        return status;
    if (size > (off_t)max_len)
        status = nucleus_fail_too_large(err);
    else
        status = read_text(fd, (size_t)size, ret_text, err);
    (void)nucleus_system_close(fd);
    *ret_len = (size_t)size;
    return status;
}

/*
 * Returns true for an error that may be due to the file being replaced: a network file system can
 * report it as stale or with the size of another file. FUSE, which looks up the name and then
 * queries the file separately, can report it as missing.
 */
static bool is_transient(int dirfd, enum nucleus_status status, const struct nucleus_error *err)
{
    if (status != NUCLEUS_OK && err->os_error == ENOENT)
        return !nucleus_directory_is_local(dirfd);
    /* os_error is 0 if the size has changed. */
    return status == NUCLEUS_ERROR_IO && (err->os_error == ESTALE || err->os_error == 0);
}

enum nucleus_status nucleus_regular_file_read_retrying(int dirfd, const char *name, size_t max_len,
                                                       char **ret_text, size_t *ret_len,
                                                       struct nucleus_error *err)
{
    for (int i = 0;; i++) {
        const enum nucleus_status status =
            nucleus_regular_file_read(dirfd, name, max_len, ret_text, ret_len, err);

        if (i == MAX_PAUSES || !is_transient(dirfd, status, err))
            return status;
        nucleus_sleep((long)FIRST_PAUSE << i);
    }
}
