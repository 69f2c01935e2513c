/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

enum { MAX_ARGUMENTS = 200 }; /* our files have up to 6 kB; nucleus's have less than a page */

struct nucleus_metadata crowd_metadata(uint32_t number, unsigned save, size_t arguments)
{
    struct nucleus_metadata metadata;
    char name[32];

    (void)snprintf(name, sizeof name, "saver-%u-%u", (unsigned)number, save);
    metadata = sample_metadata(name);
    free(metadata.command[0]);
    free(metadata.command[1]);
    free(metadata.command);
    metadata.command = calloc(arguments + 1, sizeof(char *));
    assert_non_null(metadata.command);
    for (size_t i = 0; i < arguments; i++)
        metadata.command[i] = copy_text(name);
    metadata.original_pid = number;
    metadata.checkpoint_at = save;
    free(metadata.version);
    metadata.version = copy_text(name);
    return metadata;
}

static bool is_whole(const struct nucleus_metadata *metadata)
{
    const char *name = metadata->container_id;

    for (char **argument = metadata->command; *argument; argument++)
        if (strcmp(*argument, name) != 0)
            return false;
    return strcmp(metadata->version, name) == 0 && metadata->original_pid < MAX_WORKERS;
}

void crowd_note_failure(struct worker *worker, const char *what, const char *reason)
{
    if (worker->failure[0] == '\0')
        (void)snprintf(worker->failure, sizeof worker->failure, "%s: %s", what, reason);
}

bool crowd_is_satisfied(const struct crowd *crowd)
{
    return crowd->changes >= ENOUGH &&
           (crowd->nucleus_savers == 0 || crowd->nucleus_saves >= ENOUGH);
}

static void work_as_saver(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;

    for (unsigned i = 1; i <= MIN_SAVES || (i <= MAX_SAVES && !crowd_is_satisfied(crowd)); i++) {
        struct nucleus_metadata metadata = crowd_metadata(worker->number, i, i % MAX_ARGUMENTS);
        struct nucleus_error err;
        enum nucleus_status status = i % 2 == 0
                                         ? nucleus_metadata_save(&metadata, crowd->dir, &err)
                                         : nucleus_metadata_save_at(&metadata, crowd->dirfd, &err);

        if (status != NUCLEUS_OK)
            crowd_note_failure(worker, "save", err.message);
        nucleus_metadata_clear(&metadata);
    }
}

/* What one saver published never comes back after its next one was seen. */
static void check_found(struct worker *worker, const struct nucleus_metadata *metadata)
{
    unsigned save = (unsigned)metadata->checkpoint_at;
    unsigned *newest;

    if (!is_whole(metadata)) {
        crowd_note_failure(worker, "mixture", metadata->container_id);
        return;
    }
    newest = &worker->newest[metadata->original_pid];
    if (save < *newest)
        crowd_note_failure(worker, "came back", metadata->container_id);
    if (save != *newest)
        worker->crowd->changes++;
    *newest = save;
}

/* A file that was empty, and perhaps grew just then. */
static bool is_empty_file(const struct nucleus_error *err)
{
    if (err->status == NUCLEUS_ERROR_SYNTAX)
        return strstr(err->message, "line 1, column 1: unexpected end") != NULL;
    return err->status == NUCLEUS_ERROR_IO && err->os_error == 0;
}

static void load_once(struct worker *worker, bool is_at)
{
    struct crowd *crowd = worker->crowd;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = is_at ? nucleus_metadata_load_at(crowd->dirfd, &metadata, &err)
                                       : nucleus_metadata_load(crowd->dir, &metadata, &err);

    if (status == NUCLEUS_OK) {
        check_found(worker, &metadata);
        nucleus_metadata_clear(&metadata);
    } else if (crowd->nucleus_savers < 2 || !is_empty_file(&err)) {
        crowd_note_failure(worker, "load", err.message);
    }
}

static void work_as_loader(struct worker *worker)
{
    for (unsigned i = 0; !worker->crowd->is_over; i++)
        load_once(worker, i % 2 == 0);
}

/* The steps of nucleus 0.3.8, src/checkpoint/metadata.rs. Returns the one that failed; NULL: none.
 */
static const char *save_as_nucleus(const struct crowd *crowd, const char *text, size_t len)
{
    struct stat info;
    bool is_written;
    int fd;

    if (stat(crowd->temp, &info) == 0 &&
        (lstat(crowd->temp, &info) < 0 || S_ISLNK(info.st_mode) || unlink(crowd->temp) < 0))
        return "nucleus: remove its stale file";
    fd = open(crowd->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return "nucleus: create";
    (void)sched_yield();
    is_written = write(fd, text, len) == (ssize_t)len;
    (void)sched_yield(); /* its fsync */
    (void)close(fd);
    if (!is_written)
        return "nucleus: write";
    return rename(crowd->temp, crowd->file) < 0 ? "nucleus: rename" : NULL;
}

static void work_as_nucleus(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;
    unsigned save = 1;

    while (!crowd->is_over) {
        struct nucleus_metadata metadata = crowd_metadata(worker->number, save, 3);
        const char *failed = "to_json";
        char *text = NULL;
        size_t len;

        if (nucleus_metadata_to_json(&metadata, &text, &len, NULL) == NUCLEUS_OK)
            failed = save_as_nucleus(crowd, text, len);
        if (failed && crowd->nucleus_savers == 1)
            crowd_note_failure(worker, failed, strerror(errno));
        if (!failed) {
            crowd->nucleus_saves++;
            save++;
        }
        free(text);
        nucleus_metadata_clear(&metadata);
    }
}

void *crowd_work(void *argument)
{
    struct worker *worker = argument;

    if (worker->role == SAVER)
        work_as_saver(worker);
    else if (worker->role == LOADER)
        work_as_loader(worker);
    else
        work_as_nucleus(worker);
    return NULL;
}
