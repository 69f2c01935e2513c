/* SPDX-License-Identifier: MIT */
#include "regular_file.h"

#include <errno.h>

#include "fd_io.h"
#include "system.h"

enum nucleus_status nucleus_lookup_status(int os_error)
{
    switch (os_error) {
    case ENOENT:
        return NUCLEUS_ERROR_NOT_FOUND;
    case ENOTDIR:
        return NUCLEUS_ERROR_NOT_DIRECTORY;
    case ELOOP:
        return NUCLEUS_ERROR_SYMLINK;
    case ENXIO:
        return NUCLEUS_ERROR_NOT_REGULAR;
    default:
        return NUCLEUS_ERROR_IO;
    }
}

static enum nucleus_status check_type(mode_t mode, struct nucleus_error *err)
{
    if (S_ISLNK(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_SYMLINK, "it is a symbolic link");
    if (!S_ISREG(mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "it is not a regular file");
    return NUCLEUS_OK;
}

static enum nucleus_status lookup_failed(int os_error, struct nucleus_error *err)
{
    return nucleus_fail_errno(err, nucleus_lookup_status(os_error), os_error);
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
        return lookup_failed(errno, err);
    status = check_type(info.st_mode, err);
    if (status != NUCLEUS_OK)
        return status;
    fd = nucleus_open(dirfd, path, flags);
    if (fd < 0)
        return lookup_failed(errno, err);
    if (nucleus_system_fstat(fd, &info) < 0)
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
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
