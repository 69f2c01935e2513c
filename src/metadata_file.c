/* SPDX-License-Identifier: MIT */
/* metadata.json in a directory: save and load. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic_file.h"
#include "regular_file.h"
#include "system.h"

static const char file_name[] = "metadata.json";

/* A directory as the caller names it: by path, or NULL for the one that dirfd is. */
struct place {
    int dirfd;
    const char *dir;
};

static struct nucleus_shown shown_file(const struct place *place)
{
    return (struct nucleus_shown){place->dir, file_name};
}

/* How messages name the directory when it cannot be opened, and what stands before that. */
static struct nucleus_shown shown_directory(const struct place *place)
{
    if (!place->dir)
        return shown_file(place);
    return (struct nucleus_shown){.name = place->dir};
}

static const char *cannot_open(const struct place *place)
{
    return place->dir ? "cannot open directory" : "cannot open directory of";
}

static enum nucleus_status open_directory(const struct place *place, int flags, int *ret_fd,
                                          struct nucleus_error *err)
{
    return nucleus_directory_open(place->dirfd, place->dir ? place->dir : ".", flags, ret_fd,
                                  cannot_open(place), shown_directory(place), err);
}

/* Reports a failure that has only its reason so far. */
static enum nucleus_status load_failed(const struct place *place, enum nucleus_status status,
                                       struct nucleus_error *err)
{
    if (status == NUCLEUS_ERROR_NOT_DIRECTORY)
        nucleus_error_wrap(err, cannot_open(place), shown_directory(place));
    else
        nucleus_error_wrap(err, "cannot load", shown_file(place));
    return status;
}

static enum nucleus_status replace(const struct place *place, const char *text, size_t len,
                                   struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    status = open_directory(place, O_RDONLY, &fd, err);
    if (status != NUCLEUS_OK)
        return status;
    status = nucleus_atomic_file_replace(fd, shown_file(place), text, len, err);
    (void)nucleus_system_close(fd);
    return status;
}

static enum nucleus_status save(const struct nucleus_metadata *metadata, const struct place *place,
                                struct nucleus_error *err)
{
    const int cancellation = nucleus_system_hold_cancellation();
    enum nucleus_status status;
    char *text = NULL;
    size_t len;

    status = nucleus_metadata_to_json(metadata, &text, &len, err);
    if (status == NUCLEUS_OK)
        status = replace(place, text, len, err);
    else
        nucleus_error_wrap(err, "cannot save", shown_file(place));
    free(text);
    nucleus_system_release_cancellation(cancellation);
    return status;
}

enum nucleus_status nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!metadata || !dir)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata or dir is NULL");
    return save(metadata, &(struct place){AT_FDCWD, dir}, err);
}

enum nucleus_status nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata is NULL");
    return save(metadata, &(struct place){dirfd, NULL}, err);
}

/* Reads and decodes path, which is the file as seen from dirfd. */
static enum nucleus_status load_path(const struct place *place, int dirfd, const char *path,
                                     struct nucleus_metadata *ret, struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len;

    status = nucleus_regular_file_read(dirfd, path, NUCLEUS_CHECKPOINT_MAX_BYTES, &text, &len, err);
    if (status == NUCLEUS_OK)
        status = nucleus_metadata_from_json(text, len, ret, err);
    free(text);
    return status == NUCLEUS_OK ? status : load_failed(place, status, err);
}

/* For a directory whose own path is so long that no path can lead through it. */
static enum nucleus_status load_in_directory(const struct place *place,
                                             struct nucleus_metadata *ret,
                                             struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    status = open_directory(place, O_PATH, &fd, err);
    if (status != NUCLEUS_OK)
        return status;
    status = load_path(place, fd, file_name, ret, err);
    (void)nucleus_system_close(fd);
    return status;
}

static enum nucleus_status load(const struct place *place, struct nucleus_metadata *ret,
                                struct nucleus_error *err)
{
    const int cancellation = nucleus_system_hold_cancellation();
    enum nucleus_status status;
    char path[PATH_MAX];

    if (!place->dir) {
        status = load_path(place, place->dirfd, file_name, ret, err);
    } else if (strlen(place->dir) + sizeof "/" + sizeof file_name - 1 > sizeof path) {
        status = load_in_directory(place, ret, err);
    } else {
        (void)snprintf(path, sizeof path, "%s/%s", place->dir, file_name);
        status = load_path(place, place->dirfd, path, ret, err);
    }
    nucleus_system_release_cancellation(cancellation);
    return status;
}

enum nucleus_status nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!dir || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "dir or ret_metadata is NULL");
    if (dir[0] == '\0')
        return nucleus_fail_at(err, NUCLEUS_ERROR_NOT_FOUND, ENOENT, "cannot open directory",
                               (struct nucleus_shown){.name = dir}, NULL);
    return load(&(struct place){AT_FDCWD, dir}, ret_metadata, err);
}

enum nucleus_status nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "ret_metadata is NULL");
    return load(&(struct place){dirfd, NULL}, ret_metadata, err);
}
