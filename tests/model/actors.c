/* SPDX-License-Identifier: MIT */
/* Runs the actors: savers and loaders of the library, and savers of nucleus. */
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"
#include "system.h"

/* ---- Memory of the library, which allocates one block at a time, for the text ---- */

void *actor_malloc(size_t size);
void actor_free(void *block);

void *actor_malloc(size_t size)
{
    static alignas(max_align_t) char block[2 * TEXT];

    if (size > sizeof block)
        abort();
    return memset(block, '?', sizeof block);
}

void actor_free(void *block)
{
    (void)block;
}

/* ---- Text instead of JSON: TEXT copies of a byte that identifies the writer ---- */

enum nucleus_status nucleus_metadata_to_json(const struct nucleus_metadata *metadata,
                                             char **ret_text, size_t *ret_len,
                                             struct nucleus_error *err)
{
    *ret_text = actor_malloc(TEXT);
    *ret_len = TEXT;
    memset(*ret_text, (int)metadata->original_pid, TEXT);
    return nucleus_error_clear(err);
}

enum nucleus_status nucleus_metadata_from_json(const char *text, size_t len,
                                               struct nucleus_metadata *ret,
                                               struct nucleus_error *err)
{
    if (len != TEXT || memcmp(text, text + 1, TEXT - 1) != 0)
        return nucleus_fail(err, NUCLEUS_ERROR_SYNTAX, "incomplete");
    ret->original_pid = (unsigned char)text[0];
    return nucleus_error_clear(err);
}

/* ---- The library's savers and loaders ---- */

static uint64_t names_in(const char *message)
{
    uint64_t set = 0;

    for (int name = FIRST_TEMP; name < NAMES; name++)
        if (strstr(message, name_text(name)))
            set |= (uint64_t)1 << name;
    return set;
}

static void act_as_saver(size_t actor, struct request *report)
{
    const struct nucleus_metadata metadata = {.original_pid = (uint32_t)(FIRST_BYTE + actor)};
    struct nucleus_error err;

    report->mode = scenario->is_at ? nucleus_metadata_save_at(&metadata, CALLER_FD, &err)
                                   : nucleus_metadata_save(&metadata, MODEL_DIRECTORY, &err);
    report->flags = strstr(err.message, "; the file may have been replaced") != NULL;
    report->data = names_in(err.message);
}

static void act_as_loader(struct request *report)
{
    struct nucleus_metadata metadata = {0};

    report->mode = scenario->is_at ? nucleus_metadata_load_at(CALLER_FD, &metadata, NULL)
                                   : nucleus_metadata_load(MODEL_DIRECTORY, &metadata, NULL);
    report->data = metadata.original_pid;
}

/* ---- nucleus 0.3.8, src/checkpoint/metadata.rs: by path, with one temporary name ---- */

static const char fixed_path[] = MODEL_DIRECTORY "/metadata.json.tmp";

/* Returns CALL_END, or the kind of the call that failed: CALL_STAT for a symbolic link. */
static enum call_kind act_as_nucleus(size_t actor)
{
    const struct request exists = {.kind = CALL_STAT, .name = FIXED_NAME, .fd = AT_FDCWD};
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    enum call_kind failed = CALL_END;
    char half[TEXT / 2];
    struct stat info;
    int fd;

    if (explorer_step(&exists).result == 0) {
        if (nucleus_system_fstatat(AT_FDCWD, fixed_path, &info) < 0 || S_ISLNK(info.st_mode))
            return CALL_STAT;
        if (nucleus_system_unlinkat(AT_FDCWD, fixed_path) < 0)
            return CALL_UNLINK;
    }
    fd = nucleus_system_openat(AT_FDCWD, fixed_path, flags, MODE);
    if (fd < 0)
        return CALL_CREATE;
    memset(half, FIRST_BYTE + (int)actor, sizeof half);
    (void)nucleus_system_write(fd, half, sizeof half);
    (void)nucleus_system_write(fd, half, sizeof half);
    if (nucleus_system_fsync(fd) < 0)
        failed = CALL_FSYNC;
    else if (nucleus_system_renameat(AT_FDCWD, fixed_path, MODEL_DIRECTORY "/metadata.json") < 0)
        failed = CALL_RENAME;
    (void)nucleus_system_close(fd);
    return failed;
}

/*
 * The request CALL_END is the report of an actor:
 *
 * saver:   mode is the status; flags is 1 if the message warns that the file may have been
 *          replaced; data is the set of temporary files that the message names
 * loader:  mode is the status; data is the byte that fills the file
 * nucleus: data is the kind of the call that failed, or CALL_END
 */
void act(size_t actor)
{
    struct request report = {.kind = CALL_END, .name = NO_NAME, .fd = -1};

    if (world.actors[actor].kind == SAVER)
        act_as_saver(actor, &report);
    else if (world.actors[actor].kind == LOADER)
        act_as_loader(&report);
    else
        report.data = act_as_nucleus(actor);
    (void)explorer_step(&report);
}
