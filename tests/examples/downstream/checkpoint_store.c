/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "checkpoint_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reports a failed system call of this component. */
static enum store_result fail(struct nucleus_error *err, enum store_result result,
                              enum nucleus_status status, const char *what)
{
    err->status = status;
    err->os_error = errno;
    (void)snprintf(err->message, sizeof err->message, "%s: %s", what, strerror(err->os_error));
    return result;
}

/* Opens ROOT/id, which is created if necessary if creates is true. Returns the descriptor, or -1
 * with errno set. An ID that was loaded can be any string, and must not lead out of ROOT. */
static int open_checkpoint(int root, const char *id, bool creates)
{
    if (strchr(id, '/') || strcmp(id, ".") == 0 || strcmp(id, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    if (creates && mkdirat(root, id, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum store_result checkpoint_store_save(int root, const struct nucleus_metadata *metadata,
                                        struct nucleus_error *err)
{
    enum nucleus_status status;
    int dir = open_checkpoint(root, metadata->container_id, true);

    if (dir < 0)
        return fail(err, STORE_FAILED, NUCLEUS_ERROR_IO, "cannot open the checkpoint");
    status = nucleus_metadata_save_at(metadata, dir, err);
    (void)close(dir);
    if (status == NUCLEUS_ERROR_NOT_DURABLE)
        return STORE_NOT_DURABLE;
    if (status != NUCLEUS_OK)
        return STORE_FAILED;
    /* The library has flushed ROOT/ID, but not ROOT, which contains the name ID. */
    if (fsync(root) != 0)
        return fail(err, STORE_NOT_DURABLE, NUCLEUS_ERROR_NOT_DURABLE, "cannot flush the store");
    return STORE_DONE;
}

enum store_result checkpoint_store_load(int root, const char *id, struct nucleus_metadata *ret,
                                        struct nucleus_error *err)
{
    enum nucleus_status status;
    int dir = open_checkpoint(root, id, false);

    if (dir < 0 && errno == ENOENT)
        return fail(err, STORE_NO_CHECKPOINT, NUCLEUS_ERROR_NOT_FOUND, "no checkpoint");
    if (dir < 0)
        return fail(err, STORE_FAILED, NUCLEUS_ERROR_IO, "cannot open the checkpoint");
    status = nucleus_metadata_load_at(dir, ret, err);
    (void)close(dir);
    switch (status) {
    case NUCLEUS_OK:
        return STORE_DONE;
    case NUCLEUS_ERROR_NOT_FOUND:
        return STORE_NO_CHECKPOINT;
    case NUCLEUS_ERROR_SYMLINK:
    case NUCLEUS_ERROR_NOT_REGULAR:
    case NUCLEUS_ERROR_TOO_LARGE:
    case NUCLEUS_ERROR_SYNTAX:
    case NUCLEUS_ERROR_SCHEMA:
        return STORE_DAMAGED;
    default: /* includes statuses that later versions of the library add */
        return STORE_FAILED;
    }
}
