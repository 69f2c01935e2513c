/* SPDX-License-Identifier: MIT */
#include "atomic_file.h"

#include <errno.h>

#include "fd_io.h"
#include "stale_temps.h"
#include "system.h"

enum { MODE = 0600, MAX_NAMES = 16 };

/*
 * A temporary file is created, filled, flushed and renamed. Each of these steps returns NULL, or
 * names what failed and leaves errno set.
 */
struct temp {
    int dirfd;
    int fd;                            /* -1 if it is not open */
    char name[NUCLEUS_TEMP_NAME_SIZE]; /* "" if it does not exist */
    struct stat info;                  /* set once it is filled */
    bool rename_failed;
    bool may_be_published; /* the rename failed, but may have been performed */
};

/* Returns 0 if the file no longer exists, or the errno of the unlink. */
static int remove_temp(struct temp *temp)
{
    if (nucleus_system_unlinkat(temp->dirfd, temp->name) == 0)
        return 0;
    if (errno != ENOENT)
        return errno;
    /* The lookups of is_published() may have been answered from a cache. */
    if (temp->rename_failed)
        temp->may_be_published = true;
    return 0;
}

/* Returns true if an open(2) that failed with os_error cannot have created the file. */
static bool cannot_have_created(int os_error)
{
    return os_error == EEXIST || os_error == EROFS;
}

/*
 * Creates the file under an unused random name. Most errors do not prove that it was not created: a
 * filter can deny the open of a file that was just created, and a file server's reply can be lost.
 * The name is random, so such a file is ours and is removed.
 */
static const char *create_temp(struct temp *temp, const char *target)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int os_error = EEXIST;

    for (int i = 0; i < MAX_NAMES && (os_error == EEXIST || os_error == EINTR); i++) {
        if (nucleus_temp_name(temp->name, target) < 0)
            return "cannot create temporary file";
        temp->fd = nucleus_system_openat(temp->dirfd, temp->name, flags, MODE);
        if (temp->fd >= 0) {
            temp->fd = nucleus_fd_above_stdio(temp->fd);
            return temp->fd < 0 ? "cannot open temporary file" : NULL;
        }
        os_error = errno;
        if (!cannot_have_created(os_error) && remove_temp(temp) != 0)
            break;
        temp->name[0] = '\0';
    }
    errno = os_error;
    return "cannot create temporary file";
}

/*
 * Restores the mode bits that umask or a default ACL took away. If chmod is unsupported, denied or
 * a no-op, a stricter mode is accepted. Returns 0, or -1 with errno set.
 */
static int set_mode(struct temp *temp)
{
    int os_error = EPERM;

    if ((temp->info.st_mode & 07777) == MODE)
        return 0;
    if (nucleus_system_fchmod(temp->fd, MODE) < 0) {
        os_error = errno;
        if (os_error != ENOSYS && os_error != EPERM && os_error != EACCES && os_error != EOPNOTSUPP)
            return -1;
    }
    if (nucleus_system_fstat(temp->fd, &temp->info) < 0)
        return -1;
    errno = os_error;
    return (temp->info.st_mode & 07777 & ~(mode_t)MODE) == 0 ? 0 : -1;
}

/* Writes and flushes the file. Its ctime is the file server's clock, so stale files can be aged. */
static const char *fill_temp(struct temp *temp, const void *bytes, size_t len)
{
    if (nucleus_write_all(temp->fd, bytes, len) < 0)
        return "cannot write temporary file";
    if (nucleus_system_fstat(temp->fd, &temp->info) < 0)
        return "cannot examine temporary file";
    if (set_mode(temp) < 0)
        return "cannot set the mode of temporary file";
    nucleus_stale_temps_remove(temp->dirfd, temp->name, &temp->info);
    return nucleus_sync(temp->fd) < 0 ? "cannot flush temporary file" : NULL;
}

/* Returns 0, or the errno of the lookup. */
static int look_up(int dirfd, const char *name, struct stat *ret)
{
    int result;

    NUCLEUS_RETRY(result, nucleus_system_fstatat(dirfd, name, ret));
    return result < 0 ? errno : 0;
}

/*
 * Returns true if a rename that reported an error was performed: a network file system may lose the
 * reply. The target then is our file, whose inode number is not reused while it is open, and the
 * temporary name no longer exists. If it no longer exists but the target is another file, a later
 * save may have replaced ours, or the temporary file may have been removed: the result is unknown.
 */
static bool is_published(struct temp *temp, const char *target)
{
    struct stat info, unused;
    const int target_errno = look_up(temp->dirfd, target, &info);
    const int temp_errno = look_up(temp->dirfd, temp->name, &unused);

    temp->may_be_published = temp_errno != 0;
    return temp_errno == ENOENT && target_errno == 0 && info.st_dev == temp->info.st_dev &&
           info.st_ino == temp->info.st_ino;
}

static const char *rename_temp(struct temp *temp, const char *target)
{
    int os_error = EINTR;

    for (int i = 0; i < 2 && os_error == EINTR; i++) {
        if (nucleus_system_renameat(temp->dirfd, temp->name, target) == 0)
            return NULL;
        /* If the result of the first rename is unknown, its error is reported. */
        if (!temp->may_be_published)
            os_error = errno;
        if (is_published(temp, target))
            return NULL;
    }
    temp->rename_failed = true;
    errno = os_error;
    return "cannot rename temporary file";
}

static enum nucleus_status failure_status(const struct temp *temp, int os_error)
{
    if (temp->may_be_published)
        return NUCLEUS_ERROR_IO;
    /* If no file was created, ENOENT refers to the directory. */
    if (os_error == ENOENT && temp->name[0] == '\0')
        return NUCLEUS_ERROR_NOT_FOUND;
    return os_error == EISDIR ? NUCLEUS_ERROR_NOT_REGULAR : NUCLEUS_ERROR_IO;
}

/* Closes and unlinks the temporary file, and reports the step that failed, with its errno. */
static enum nucleus_status abort_replace(struct temp *temp, const char *failed_step,
                                         struct nucleus_error *err)
{
    const int os_error = errno;
    enum nucleus_status status;
    int unlink_errno = 0;

    if (temp->fd >= 0)
        (void)nucleus_system_close(temp->fd);
    if (temp->name[0] != '\0')
        unlink_errno = remove_temp(temp);
    status = failure_status(temp, os_error);
    if (status == NUCLEUS_ERROR_NOT_REGULAR)
        (void)nucleus_fail(err, status, "is a directory");
    else
        (void)nucleus_fail_errno(err, status, os_error, failed_step);
    err->os_error = os_error;
    if (unlink_errno != 0) {
        char description[64];

        nucleus_describe_errno(unlink_errno, description, sizeof description);
        nucleus_error_append(err, "; temporary file '%s' could not be removed: %s", temp->name,
                             description);
    }
    if (temp->may_be_published)
        nucleus_error_append(err, "; the file may have been replaced");
    return status;
}

/* Some file systems cannot flush a directory; their errors are ignored. */
static const char *flush_directory(const struct temp *temp)
{
    if (nucleus_sync(temp->dirfd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)
        return NULL;
    return "its directory could not be flushed to disk";
}

/*
 * Checks that the file system still accepts writes, by removing an attribute that a new file cannot
 * have: this starts a transaction, but changes nothing. Returns 0, or -1 with errno set.
 */
static int probe_file_system(int fd)
{
    int result;

    NUCLEUS_RETRY(result, nucleus_system_fremovexattr(fd, "user.nucleus-checkpoint"));
    /* Other errors, such as ENOSPC for the transaction itself, do not concern the file. */
    return result < 0 && (errno == EIO || errno == EROFS) ? -1 : 0;
}

/*
 * After a disk has failed, fsync(2) of the directory returns 0 on xfs and ext4 if the sync of
 * another process has consumed the error. An fsync of the file still reports it, unless the fault
 * is over; the file system then no longer accepts writes. On FUSE, only the flush of the file may
 * make its new name durable, because a daemon need not implement fsyncdir.
 */
static const char *confirm_flush(const struct temp *temp)
{
    if (nucleus_sync(temp->fd) < 0 || probe_file_system(temp->fd) < 0)
        return "it could not be flushed to disk";
    return NULL;
}

/* Makes the renamed file durable and closes it. */
static enum nucleus_status sync_published(const struct temp *temp, struct nucleus_error *err)
{
    const char *failed_step = flush_directory(temp);
    int os_error;

    if (!failed_step)
        failed_step = confirm_flush(temp);
    os_error = errno;
    /* The descriptor is closed even if close(2) fails; EINTR does not mean that data are lost. */
    if (nucleus_system_close(temp->fd) < 0 && errno != EINTR && !failed_step) {
        failed_step = "it could not be closed";
        os_error = errno;
    }
    return failed_step ? nucleus_fail_errno(err, NUCLEUS_ERROR_NOT_DURABLE, os_error, failed_step)
                       : nucleus_error_clear(err);
}

enum nucleus_status nucleus_atomic_file_replace(int dirfd, const char *name, const void *bytes,
                                                size_t len, struct nucleus_error *err)
{
    struct temp temp = {.dirfd = dirfd, .fd = -1};
    enum nucleus_status status;
    const char *failed_step;

    status = nucleus_fixed_temp_check(dirfd, name, err);
    if (status != NUCLEUS_OK)
        return status;
    failed_step = create_temp(&temp, name);
    if (!failed_step)
        failed_step = fill_temp(&temp, bytes, len);
    if (!failed_step)
        failed_step = rename_temp(&temp, name);
    return failed_step ? abort_replace(&temp, failed_step, err) : sync_published(&temp, err);
}
