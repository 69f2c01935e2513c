/* SPDX-License-Identifier: MIT */
/* metadata.json in a directory: save and load. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "error.h"
#include "fd_io.h"
#include "regular_file.h"
#include "system.h"

static const char file_name[] = "metadata.json";

/* The directory for every step of a save: path from dirfd on. */
static enum nucleus_status open_directory(int dirfd, const char *path, struct nucleus_shown shown,
                                          int *ret_fd, struct nucleus_error *err)
{
    int fd = nucleus_fd_above_stdio(nucleus_open(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));

    if (fd < 0 && !shown.dir)
        return nucleus_fail_at(err, nucleus_lookup_status(errno), errno,
                               "cannot open the directory of", shown, NULL);
    if (fd < 0)
        return nucleus_fail_at(err, nucleus_lookup_status(errno), errno, "cannot open directory",
                               (struct nucleus_shown){.name = shown.dir}, NULL);
    *ret_fd = fd;
    return NUCLEUS_OK;
}

static enum nucleus_status save(const struct nucleus_metadata *metadata, int dirfd,
                                const char *path, struct nucleus_shown shown,
                                struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text;
    size_t len;
    int fd = -1;

    status = nucleus_metadata_to_json(metadata, &text, &len, err);
    if (status != NUCLEUS_OK) {
        nucleus_error_wrap(err, "cannot save", shown);
        return status;
    }
    status = open_directory(dirfd, path, shown, &fd, err);
    if (status == NUCLEUS_OK) {
        status = nucleus_atomic_file_replace(fd, shown, text, len, err);
        (void)nucleus_system_close(fd);
    }
    free(text);
    return status;
}

enum nucleus_status nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!metadata || !dir)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata or dir is NULL");
    return save(metadata, AT_FDCWD, dir, (struct nucleus_shown){dir, file_name}, err);
}

enum nucleus_status nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata is NULL");
    return save(metadata, dirfd, ".", (struct nucleus_shown){NULL, file_name}, err);
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
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
    else if ((size_t)count != size)
        status = nucleus_fail(err, NUCLEUS_ERROR_IO, "its size changed while it was read");
    if (status == NUCLEUS_OK)
        *ret_text = text;
    else
        free(text);
    return status;
}

static enum nucleus_status read_file(int dirfd, const char *path, char **ret_text, size_t *ret_len,
                                     struct nucleus_error *err)
{
    enum nucleus_status status;
    off_t size;
    int fd;

    status = nucleus_regular_file_open(dirfd, path, &fd, &size, err);
    if (status != NUCLEUS_OK)
        return status;
    if (size > NUCLEUS_CHECKPOINT_MAX_BYTES)
        status = nucleus_fail_large(err);
    else
        status = read_text(fd, (size_t)size, ret_text, err);
    (void)nucleus_system_close(fd);
    *ret_len = (size_t)size;
    return status;
}

static enum nucleus_status load(int dirfd, const char *path, struct nucleus_shown shown,
                                struct nucleus_metadata *ret, struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len = 0;

    status = read_file(dirfd, path, &text, &len, err);
    if (status == NUCLEUS_OK)
        status = nucleus_metadata_from_json(text, len, ret, err);
    if (status != NUCLEUS_OK)
        nucleus_error_wrap(err, "cannot load", shown);
    free(text);
    return status;
}

/* DIR/metadata.json. NULL: no memory. */
static char *join(const char *dir)
{
    size_t size = strlen(dir) + 1 + sizeof file_name;
    char *path = malloc(size);

    if (path)
        (void)snprintf(path, size, "%s/%s", dir, file_name);
    return path;
}

enum nucleus_status nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                                          struct nucleus_error *err)
{
    const struct nucleus_shown shown = {dir, file_name};
    enum nucleus_status status;
    char *path;

    err = NUCLEUS_OR_SCRATCH(err);
    if (!dir || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "dir or ret_metadata is NULL");
    if (dir[0] == '\0')
        return nucleus_fail_at(err, NUCLEUS_ERROR_NOT_FOUND, ENOENT, "cannot open directory",
                               (struct nucleus_shown){.name = dir}, NULL);
    path = join(dir);
    if (!path) {
        status = nucleus_fail_memory(err);
        nucleus_error_wrap(err, "cannot load", shown);
        return status;
    }
    status = load(AT_FDCWD, path, shown, ret_metadata, err);
    free(path);
    return status;
}

enum nucleus_status nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "ret_metadata is NULL");
    return load(dirfd, file_name, (struct nucleus_shown){NULL, file_name}, ret_metadata, err);
}
