/* SPDX-License-Identifier: MIT */
#include "atomic_file.h"

#include <errno.h>
#include <stdio.h>

#include "fd_io.h"
#include "leftovers.h"
#include "system.h"
#include "temp_name.h"

enum { MODE = 0600, MAX_NAMES = 16 };

/*
 * A temporary file: opened, filled, and then either published or discarded. Each verb but the
 * last returns NULL, or says what it could not do and leaves the reason in errno.
 */
struct temp {
    int dirfd;
    int fd;                            /* -1: not open */
    char name[NUCLEUS_TEMP_NAME_SIZE]; /* "": it does not exist */
    dev_t device;
    ino_t inode;
};

/* Returns 0 if the file is gone, else the errno that keeps it from being removed. */
static int remove_temp(const struct temp *temp)
{
    if (nucleus_system_unlinkat(temp->dirfd, temp->name) < 0 && errno != ENOENT)
        return errno;
    return 0;
}

/* Creates the file under a name that nobody has. Returns 0, or -1 with errno. */
static int create(struct temp *temp, const char *target)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int os_error = EEXIST;

    for (int i = 0; i < MAX_NAMES && (os_error == EEXIST || os_error == EINTR); i++) {
        uint64_t random;

        if (nucleus_random(&random) < 0)
            return -1;
        nucleus_temp_name(temp->name, target, random);
        temp->fd = nucleus_system_openat(temp->dirfd, temp->name, flags, MODE);
        if (temp->fd >= 0)
            return 0;
        os_error = errno;
        /* Interrupted, it may exist all the same, and nobody else has this name. */
        if (os_error == EINTR && remove_temp(temp) != 0)
            break;
        temp->name[0] = '\0';
    }
    errno = os_error;
    return -1;
}

static const char *open_temp(struct temp *temp, const char *target)
{
    struct stat info;

    if (create(temp, target) < 0)
        return "cannot create the temporary file";
    temp->fd = nucleus_fd_above_stdio(temp->fd);
    if (temp->fd < 0 || nucleus_system_fstat(temp->fd, &info) < 0)
        return "cannot open the temporary file";
    temp->device = info.st_dev;
    temp->inode = info.st_ino;
    /* A umask or a default ACL may have taken bits away. */
    if ((info.st_mode & 07777) != MODE && nucleus_system_fchmod(temp->fd, MODE) < 0)
        return "cannot set the mode of the temporary file";
    return NULL;
}

/* Whatever close says, the descriptor is gone. EINTR says nothing about the data. */
static int close_temp(struct temp *temp)
{
    int fd = temp->fd;

    temp->fd = -1;
    return nucleus_system_close(fd) < 0 && errno != EINTR ? -1 : 0;
}

static const char *fill_temp(struct temp *temp, const void *bytes, size_t len)
{
    if (nucleus_write_all(temp->fd, bytes, len) < 0)
        return "cannot write the temporary file";
    if (nucleus_sync(temp->fd) < 0)
        return "cannot flush the temporary file";
    if (close_temp(temp) < 0)
        return "cannot close the temporary file";
    return NULL;
}

static bool is_published(const struct temp *temp, const char *target)
{
    struct stat info;

    return nucleus_system_fstatat(temp->dirfd, target, &info) == 0 && info.st_dev == temp->device &&
           info.st_ino == temp->inode;
}

/* A network filesystem may rename and then, its answer lost, say EINTR or ENOENT. */
static const char *publish_temp(struct temp *temp, const char *target)
{
    int os_error = EINTR;

    for (int i = 0; i < 2 && os_error == EINTR; i++) {
        if (nucleus_system_renameat(temp->dirfd, temp->name, target) == 0)
            return NULL;
        os_error = errno;
        if ((os_error == ENOENT || os_error == EINTR) && is_published(temp, target))
            return NULL;
    }
    errno = os_error;
    return "cannot rename the temporary file";
}

/* Undoes all there is of temp. Returns as remove_temp(). */
static int discard_temp(struct temp *temp)
{
    if (temp->fd >= 0)
        (void)close_temp(temp);
    return temp->name[0] != '\0' ? remove_temp(temp) : 0;
}

static enum nucleus_status failure_status(const struct temp *temp, int os_error)
{
    if (os_error == EISDIR)
        return NUCLEUS_ERROR_NOT_REGULAR;
    /* Nothing was created and ENOENT: the directory itself is gone. */
    if (os_error == ENOENT && temp->name[0] == '\0')
        return NUCLEUS_ERROR_NOT_FOUND;
    return NUCLEUS_ERROR_IO;
}

/* Discards temp and reports why: failed is the step, errno the reason. */
static enum nucleus_status give_up(struct temp *temp, struct nucleus_shown shown,
                                   const char *failed, struct nucleus_error *err)
{
    int os_error = errno;
    int stuck = discard_temp(temp);
    char described[2][64];
    char reason[NUCLEUS_REASON_SIZE];

    nucleus_describe_errno(os_error, described[0], sizeof described[0]);
    nucleus_describe_errno(stuck, described[1], sizeof described[1]);
    if (stuck == 0)
        (void)snprintf(reason, sizeof reason, "%s: %s", failed, described[0]);
    else
        (void)snprintf(reason, sizeof reason, "%s: %s; %s cannot be removed: %s", failed,
                       described[0], temp->name, described[1]);
    return nucleus_fail_at(err, failure_status(temp, os_error), os_error, "cannot replace", shown,
                           reason);
}

/* Some filesystems have no flush for directories and say so. */
static enum nucleus_status flush_directory(int dirfd, struct nucleus_shown shown,
                                           struct nucleus_error *err)
{
    if (nucleus_sync(dirfd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)
        return NUCLEUS_OK;
    return nucleus_fail_at(err, NUCLEUS_ERROR_NOT_DURABLE, errno, "cannot flush the directory of",
                           shown, NULL);
}

enum nucleus_status nucleus_atomic_file_replace(int dirfd, struct nucleus_shown shown,
                                                const void *bytes, size_t len,
                                                struct nucleus_error *err)
{
    struct temp temp = {.dirfd = dirfd, .fd = -1};
    enum nucleus_status status;
    const char *failed;

    status = nucleus_remove_fixed_temp(dirfd, shown, err);
    if (status != NUCLEUS_OK)
        return status;
    nucleus_sweep(dirfd, shown.name);
    failed = open_temp(&temp, shown.name);
    if (!failed)
        failed = fill_temp(&temp, bytes, len);
    if (!failed)
        failed = publish_temp(&temp, shown.name);
    if (failed)
        return give_up(&temp, shown, failed, err);
    return flush_directory(dirfd, shown, err);
}
