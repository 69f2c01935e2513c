/* SPDX-License-Identifier: MIT */
#include "atomic_file.h"

#include <errno.h>

#include "fd_io.h"
#include "stale_temps.h"
#include "system.h"

enum { MODE = 0600, MAX_NAMES = 16 };

/*
 * A temporary file: opened, filled, and then either published or discarded. Each verb but the
 * last returns NULL, or says what it could not do and leaves the reason in errno.
 */
struct temp {
    int dirfd;
    int fd;                            /* -1: it was not opened */
    char name[NUCLEUS_TEMP_NAME_SIZE]; /* "": it does not exist */
    struct stat info;                  /* once it is filled */
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
        if (nucleus_temp_name(temp->name, target) < 0)
            return -1;
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
    if (create(temp, target) < 0)
        return "cannot create temporary file";
    temp->fd = nucleus_fd_above_stdio(temp->fd);
    return temp->fd < 0 ? "cannot open temporary file" : NULL;
}

/*
 * The file was created with its mode; a umask or a default ACL may have taken bits away. Where
 * there is no chmod, or one that does nothing, a mode that is narrower will do. Returns 0, or -1
 * with errno.
 */
static int set_mode(struct temp *temp)
{
    int os_error = EPERM;

    if ((temp->info.st_mode & 07777) == MODE)
        return 0;
    if (nucleus_system_fchmod(temp->fd, MODE) < 0) {
        os_error = errno;
        if (os_error != ENOSYS && os_error != EPERM && os_error != EOPNOTSUPP)
            return -1;
    }
    if (nucleus_system_fstat(temp->fd, &temp->info) < 0)
        return -1;
    errno = os_error;
    return (temp->info.st_mode & 07777 & ~(mode_t)MODE) == 0 ? 0 : -1;
}

static const char *fill_temp(struct temp *temp, const void *bytes, size_t len)
{
    if (nucleus_write_all(temp->fd, bytes, len) < 0)
        return "cannot write temporary file";
    if (nucleus_system_fstat(temp->fd, &temp->info) < 0)
        return "cannot examine temporary file";
    if (set_mode(temp) < 0)
        return "cannot set the mode of temporary file";
    return NULL;
}

/* The new file also tells how late it is, so this is when the leftovers can go. */
static const char *flush_temp(struct temp *temp, const char *target)
{
    nucleus_stale_temps_remove(temp->dirfd, target, &temp->info);
    return nucleus_sync(temp->fd) < 0 ? "cannot flush temporary file" : NULL;
}

/* The target is our file, which keeps its inode number while it is open, and has no other name. */
static bool is_published(const struct temp *temp, const char *target)
{
    struct stat info;

    return nucleus_system_fstatat(temp->dirfd, target, &info) == 0 &&
           info.st_dev == temp->info.st_dev && info.st_ino == temp->info.st_ino &&
           nucleus_system_fstatat(temp->dirfd, temp->name, &info) < 0 && errno == ENOENT;
}

/* A network file system may rename and then, its answer lost, report an error. */
static const char *publish_temp(struct temp *temp, const char *target)
{
    int os_error = EINTR;

    for (int i = 0; i < 2 && os_error == EINTR; i++) {
        if (nucleus_system_renameat(temp->dirfd, temp->name, target) == 0)
            return NULL;
        os_error = errno;
        if (is_published(temp, target))
            return NULL;
    }
    errno = os_error;
    return "cannot rename temporary file";
}

/* Whatever close says, the descriptor is gone. EINTR says nothing about the data. */
static int close_temp(const struct temp *temp)
{
    return nucleus_system_close(temp->fd) < 0 && errno != EINTR ? -1 : 0;
}

/* Undoes all there is of temp. Returns as remove_temp(). */
static int discard_temp(const struct temp *temp)
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
static enum nucleus_status give_up(const struct temp *temp, const char *failed,
                                   struct nucleus_error *err)
{
    const int os_error = errno;
    const int stuck = discard_temp(temp);
    char described[64];

    nucleus_fail_step(err, failure_status(temp, os_error), os_error, failed);
    if (stuck != 0) {
        nucleus_describe_errno(stuck, described, sizeof described);
        nucleus_error_append(err, "; temporary file '%s' could not be removed: %s", temp->name,
                             described);
    }
    return err->status;
}

/* Some file systems have no flush for directories and say so. */
static int flush_directory(int dirfd)
{
    if (nucleus_sync(dirfd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)
        return 0;
    return -1;
}

/* The rename is done: closes the file and makes its name durable. */
static enum nucleus_status settle(const struct temp *temp, struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;

    if (close_temp(temp) < 0)
        status = nucleus_fail_step(err, NUCLEUS_ERROR_NOT_DURABLE, errno, "it could not be closed");
    if (flush_directory(temp->dirfd) < 0 && status == NUCLEUS_OK)
        status = nucleus_fail_step(err, NUCLEUS_ERROR_NOT_DURABLE, errno,
                                   "its directory could not be flushed to disk");
    return status == NUCLEUS_OK ? nucleus_error_clear(err) : status;
}

enum nucleus_status nucleus_atomic_file_replace(int dirfd, const char *name, const void *bytes,
                                                size_t len, struct nucleus_error *err)
{
    struct temp temp = {.dirfd = dirfd, .fd = -1};
    enum nucleus_status status;
    const char *failed;

    status = nucleus_fixed_temp_check(dirfd, name, err);
    if (status != NUCLEUS_OK)
        return status;
    failed = open_temp(&temp, name);
    if (!failed)
        failed = fill_temp(&temp, bytes, len);
    if (!failed)
        failed = flush_temp(&temp, name);
    if (!failed)
        failed = publish_temp(&temp, name);
    return failed ? give_up(&temp, failed, err) : settle(&temp, err);
}
