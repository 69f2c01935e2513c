/* SPDX-License-Identifier: MIT */
/* metadata.json in a directory: save and load. What is below knows no path: it gives the reason,
 * and the path is put before it here. */
#include <stdio.h>
#include <stdlib.h>

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

static enum nucleus_status open_directory(const struct place *place, int flags, int *ret_fd,
                                          struct nucleus_error *err)
{
    const char *path = place->dir ? place->dir : ".";
    enum nucleus_status status = nucleus_directory_open(place->dirfd, path, flags, ret_fd, err);

    if (status != NUCLEUS_OK && place->dir)
        nucleus_error_wrap(err, "cannot open directory", (struct nucleus_shown){.name = path});
    else if (status != NUCLEUS_OK)
        nucleus_error_wrap(err, "cannot open directory of", shown_file(place));
    return status;
}

static enum nucleus_status save_failed(const struct place *place, struct nucleus_error *err)
{
    char after[NUCLEUS_REASON_SIZE];

    if (err->status != NUCLEUS_ERROR_NOT_DURABLE) {
        nucleus_error_wrap(err, "cannot save", shown_file(place));
    } else {
        (void)snprintf(after, sizeof after, " was replaced, but %.200s", err->message);
        nucleus_error_set_path(err, "", shown_file(place), after);
    }
    return err->status;
}

static enum nucleus_status replace(const struct place *place, const char *text, size_t len,
                                   struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    status = open_directory(place, O_RDONLY, &fd, err);
    if (status != NUCLEUS_OK)
        return status;
    status = nucleus_atomic_file_replace(fd, file_name, text, len, err);
    (void)nucleus_system_close(fd);
    return status == NUCLEUS_OK ? status : save_failed(place, err);
}

static enum nucleus_status save(const struct nucleus_metadata *metadata, const struct place *place,
                                struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len;

    status = nucleus_metadata_to_json(metadata, &text, &len, err);
    status = status == NUCLEUS_OK ? replace(place, text, len, err) : save_failed(place, err);
    free(text);
    return status;
}

enum nucleus_status nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!metadata || !dir)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata or dir is NULL");
    return save(metadata, &(struct place){AT_FDCWD, dir}, err);
}

enum nucleus_status nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "metadata is NULL");
    return save(metadata, &(struct place){dirfd, NULL}, err);
}

static enum nucleus_status load_from(int dirfd, struct nucleus_metadata *ret,
                                     struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len;

    status =
        nucleus_regular_file_read(dirfd, file_name, NUCLEUS_CHECKPOINT_MAX_BYTES, &text, &len, err);
    if (status == NUCLEUS_OK)
        status = nucleus_metadata_from_json(text, len, ret, err);
    free(text);
    return status;
}

static enum nucleus_status load(const struct place *place, struct nucleus_metadata *ret,
                                struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    status = open_directory(place, O_PATH, &fd, err);
    if (status == NUCLEUS_OK) {
        status = load_from(fd, ret, err);
        (void)nucleus_system_close(fd);
        if (status != NUCLEUS_OK)
            nucleus_error_wrap(err, "cannot load", shown_file(place));
    }
    return status;
}

enum nucleus_status nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                                          struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!dir || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "dir or ret_metadata is NULL");
    return load(&(struct place){AT_FDCWD, dir}, ret_metadata, err);
}

enum nucleus_status nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                                             struct nucleus_error *err)
{
    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "ret_metadata is NULL");
    return load(&(struct place){dirfd, NULL}, ret_metadata, err);
}
