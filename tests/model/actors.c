/* SPDX-License-Identifier: MIT */
#include "actors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "explorer.h"
#include "model_system.h"
#include "model_world.h"

static struct {
    size_t used;
    alignas(max_align_t) char bytes[1024];
} memory;

void *actor_malloc(size_t size)
{
    const size_t at = memory.used;

    memory.used = (at + size + 15) / 16 * 16;
    if (memory.used > sizeof memory.bytes)
        abort();
    return memset(memory.bytes + at, '?', size);
}

void actor_free(void *block)
{
    (void)block;
}

/* ---- Texts in the place of JSON: TEXT times the same byte, which names the writer ---- */

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
    const struct nucleus_metadata metadata = {.original_pid = (uint32_t)('a' + actor)};
    struct nucleus_error err;

    report->mode = scenario->is_at ? nucleus_metadata_save_at(&metadata, CALLER_FD, &err)
                                   : nucleus_metadata_save(&metadata, MODEL_DIRECTORY, &err);
    report->flags = strstr(err.message, "; the file may have been replaced") ? MAY_BE_REPLACED : 0;
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

static const char *const nucleus_steps[] = {NULL,
                                            "examine its stale file",
                                            "remove it",
                                            "create its file",
                                            "flush its file",
                                            "rename its file"};

const char *nucleus_failure(const struct request *report)
{
    return nucleus_steps[report->data];
}

static struct answer step_on_name(enum call_kind kind)
{
    return explorer_step(&(struct request){.kind = (uint8_t)kind,
                                           .name = FIXED_NAME,
                                           .new_name = FILE_NAME,
                                           .fd = AT_FDCWD,
                                           .flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                                           .mode = MODE});
}

static struct answer step_on_file(enum call_kind kind, int fd, uint64_t data)
{
    return explorer_step(&(struct request){
        .kind = (uint8_t)kind, .name = NO_NAME, .size = TEXT / 2, .fd = fd, .data = data});
}

/* Returns false if there is a link or something is refused: then it fails as it documents. */
static bool remove_stale(struct request *report)
{
    struct answer answer;
    struct stat info;

    if (step_on_name(CALL_STAT).result < 0)
        return true;
    answer = step_on_name(CALL_LSTAT);
    report->data = 1;
    if (answer.result < 0)
        return false;
    model_unpack_stat(&answer, &info);
    if (S_ISLNK(info.st_mode))
        return false;
    report->data = 2;
    return step_on_name(CALL_UNLINK).result == 0;
}

static void act_as_nucleus(size_t actor, struct request *report)
{
    uint64_t half = 0;
    int fd;

    memset(&half, 'a' + (int)actor, TEXT / 2);
    if (!remove_stale(report))
        return;
    report->data = 3;
    fd = step_on_name(CALL_CREATE).result;
    if (fd < 0)
        return;
    (void)step_on_file(CALL_WRITE, fd, half);
    (void)step_on_file(CALL_WRITE, fd, half);
    report->data = 4;
    if (step_on_file(CALL_FSYNC, fd, 0).result == 0) {
        report->data = 5;
        if (step_on_name(CALL_RENAME).result == 0)
            report->data = 0;
    }
    (void)step_on_file(CALL_CLOSE, fd, 0);
}

void act(size_t actor)
{
    struct request report = {.kind = CALL_END, .name = NO_NAME};

    memory.used = 0;
    if (world.actors[actor].kind == SAVER)
        act_as_saver(actor, &report);
    else if (world.actors[actor].kind == LOADER)
        act_as_loader(&report);
    else
        act_as_nucleus(actor, &report);
    (void)explorer_step(&report);
}
