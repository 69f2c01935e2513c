/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "checkpoint_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum store_result fail(struct nucleus_error *err, enum store_result result,
                              enum nucleus_status status, int os_error, const char *what)
{
    err->status = status;
    err->os_error = os_error;
    if (os_error)
        (void)snprintf(err->message, sizeof err->message, "%s: %s", what, strerror(os_error));
    else
        (void)snprintf(err->message, sizeof err->message, "%s", what);
    return result;
}

static int open_checkpoint(int root, const char *id)
{
    return openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum store_result checkpoint_store_save(int root, const struct nucleus_metadata *metadata,
                                        struct nucleus_error *err)
{
    enum nucleus_status status;
    int dir;

    if (mkdirat(root, metadata->container_id, 0700) != 0 && errno != EEXIST)
        return fail(err, STORE_FAILED, NUCLEUS_ERROR_IO, errno, "cannot create the checkpoint");
    dir = open_checkpoint(root, metadata->container_id);
    if (dir < 0)
        return fail(err, STORE_FAILED, NUCLEUS_ERROR_IO, errno, "cannot open the checkpoint");
    status = nucleus_metadata_save_at(metadata, dir, err);
    (void)close(dir);
    if (status == NUCLEUS_ERROR_NOT_DURABLE)
        return STORE_NOT_DURABLE;
    if (status != NUCLEUS_OK)
        return STORE_FAILED;
    /* The library flushed the directory that it was given; the entry for it is in this one. */
    if (fsync(root) != 0)
        return fail(err, STORE_NOT_DURABLE, NUCLEUS_ERROR_NOT_DURABLE, errno,
                    "cannot flush the store");
    return STORE_DONE;
}

static enum store_result result_of_load(enum nucleus_status status)
{
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
    default: /* those that later versions of the library add, too */
        return STORE_FAILED;
    }
}

enum store_result checkpoint_store_load(int root, const char *id, struct nucleus_metadata *ret,
                                        struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum store_result result;
    int dir = open_checkpoint(root, id);

    if (dir < 0 && errno == ENOENT)
        return fail(err, STORE_NO_CHECKPOINT, NUCLEUS_ERROR_NOT_FOUND, errno, "no checkpoint");
    if (dir < 0)
        return fail(err, STORE_FAILED, NUCLEUS_ERROR_IO, errno, "cannot open the checkpoint");
    result = result_of_load(nucleus_metadata_load_at(dir, &metadata, err));
    (void)close(dir);
    if (result != STORE_DONE)
        return result;
    if (strcmp(metadata.container_id, id) != 0) {
        nucleus_metadata_clear(&metadata);
        return fail(err, STORE_DAMAGED, NUCLEUS_ERROR_SCHEMA, 0, "of another container");
    }
    *ret = metadata;
    return STORE_DONE;
}

enum store_result checkpoint_store_rename(int root, const char *id, const char *name,
                                          struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum store_result result = checkpoint_store_load(root, id, &metadata, err);
    char *copy;

    if (result != STORE_DONE)
        return result;
    copy = strdup(name);
    if (copy) {
        free(metadata.container_name); /* the library's memory is plain malloc(3) */
        metadata.container_name = copy;
        result = checkpoint_store_save(root, &metadata, err);
    } else {
        result = fail(err, STORE_FAILED, NUCLEUS_ERROR_NO_MEMORY, 0, "out of memory");
    }
    nucleus_metadata_clear(&metadata);
    return result;
}
