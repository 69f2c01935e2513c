/* SPDX-License-Identifier: MIT */
/* Saves and loads metadata.json in a directory, and adds its path to messages. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "atomic_file.h"
#include "directory.h"
#include "regular_file.h"
#include "system.h"

static const char file_name[] = "metadata.json";

/* The directory that a caller specified: path relative to fd, or fd itself if path is NULL. */
struct dir_ref {
    int fd;
    const char *path;
};

static enum nucleus_status open_directory(struct dir_ref dir, int flags, int *ret_fd,
                                          struct nucleus_error *err)
{
    enum nucleus_status status =
        nucleus_directory_open(dir.fd, dir.path ? dir.path : ".", flags, ret_fd, err);

    if (status != NUCLEUS_OK)
        nucleus_error_wrap(
            err, dir.path ? "cannot open directory " : "cannot open the directory of ",
            (struct nucleus_display_path){.name = dir.path ? dir.path : file_name}, ": ");
    return status;
}

/* Adds the path of the file to a message that is only the reason. */
static enum nucleus_status add_path(enum nucleus_status status, const char *cannot,
                                    struct dir_ref dir, struct nucleus_error *err)
{
    const struct nucleus_display_path path = {dir.path, file_name};

    if (status == NUCLEUS_ERROR_NOT_DURABLE)
        nucleus_error_wrap(err, "", path, " was replaced, but ");
    else if (status != NUCLEUS_OK)
        nucleus_error_wrap(err, cannot, path, ": ");
    return status;
}

static enum nucleus_status save(const struct nucleus_metadata *metadata, struct dir_ref dir,
                                struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len;
    int fd;

    status = nucleus_metadata_to_json(metadata, &text, &len, err);
    if (status != NUCLEUS_OK)
        return add_path(status, "cannot save ", dir, err);
    status = open_directory(dir, O_RDONLY, &fd, err);
    if (status == NUCLEUS_OK) {
        status = nucleus_atomic_file_replace(fd, file_name, text, len, err);
        status = add_path(status, "cannot save ", dir, err);
        (void)nucleus_system_close(fd);
    }
    free(text);
    return status;
}

enum nucleus_status nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!metadata || !dir)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata or dir is NULL");
    return save(metadata, (struct dir_ref){AT_FDCWD, dir}, err);
}

enum nucleus_status nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata is NULL");
    return save(metadata, (struct dir_ref){dirfd, NULL}, err);
}

/* Reads the file with a single lookup. If it fails, read_in_directory() tries again
 * and determines the status. */
static enum nucleus_status read_at_once(struct dir_ref dir, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err)
{
    const char *path = file_name;
    char buf[PATH_MAX];

    if (dir.path) {
        const int len = snprintf(buf, sizeof buf, "%s/%s", dir.path, file_name);

        /* An empty path would name a file in the root directory. */
        if (dir.path[0] == '\0' || (size_t)len >= sizeof buf)
            return NUCLEUS_ERROR_NOT_FOUND;
        path = buf;
    }
    return nucleus_regular_file_read(dir.fd, path, NUCLEUS_CHECKPOINT_MAX_BYTES, ret_text, ret_len,
                                     err);
}

static enum nucleus_status read_in_directory(struct dir_ref dir, char **ret_text, size_t *ret_len,
                                             struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    status = open_directory(dir, O_PATH, &fd, err);
    if (status != NUCLEUS_OK)
        return status;
    status = nucleus_regular_file_read_retrying(fd, file_name, NUCLEUS_CHECKPOINT_MAX_BYTES,
                                                ret_text, ret_len, err);
    (void)nucleus_system_close(fd);
    return add_path(status, "cannot load ", dir, err);
}

static enum nucleus_status load(struct dir_ref dir, struct nucleus_metadata *ret,
                                struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text;
    size_t len;

    status = read_at_once(dir, &text, &len, err);
    if (status != NUCLEUS_OK)
        status = read_in_directory(dir, &text, &len, err);
    if (status != NUCLEUS_OK)
        return status;
    status = nucleus_metadata_from_json(text, len, ret, err);
    free(text);
    return add_path(status, "cannot load ", dir, err);
}

enum nucleus_status nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!dir || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "dir or ret_metadata is NULL");
    return load((struct dir_ref){AT_FDCWD, dir}, ret_metadata, err);
}

enum nucleus_status nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "ret_metadata is NULL");
    return load((struct dir_ref){dirfd, NULL}, ret_metadata, err);
}
