/* SPDX-License-Identifier: MIT */
/* Threads save and load in one directory at once. Each save succeeds, and each load finds a
 * complete file. The state explorer tries every order of the steps of a few calls; this test runs
 * many calls on a real kernel, and under ThreadSanitizer. */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SAVERS = 3,
    THREADS = 5,
    MIN_SAVES = 200,     /* by each saver */
    MAX_SAVES = 20000,   /* if the loaders are slow */
    MIN_CHANGES = 100,   /* new files that the loaders find */
    MAX_ARGUMENTS = 200, /* for files of up to 6 kB */
};

static atomic_bool is_over; /* the savers have ended */
static atomic_size_t changes;

static struct thread {
    uint32_t number; /* savers come first */
    char failure[640];
    pthread_t id;
} threads[THREADS];

int __wrap_nucleus_system_fsync(int fd);

/* Skips the flush, so that the savers can save more often. This test simulates no power failure. */
int __wrap_nucleus_system_fsync(int fd)
{
    (void)fd;
    return 0;
}

/* Writes the name of the save in many places, so that a mixture of two files is detected. */
static struct nucleus_metadata make_metadata(uint32_t number, unsigned save)
{
    const size_t arguments = save % MAX_ARGUMENTS;
    struct nucleus_metadata metadata = {
        .container_name = copy_text("web-1"),
        .original_pid = number,
        .command = calloc(arguments + 1, sizeof(char *)),
        .checkpoint_at = save,
    };
    char name[32];

    (void)snprintf(name, sizeof name, "saver-%u-%u", (unsigned)number, save);
    metadata.container_id = copy_text(name);
    metadata.version = copy_text(name);
    assert_non_null(metadata.command);
    for (size_t i = 0; i < arguments; i++)
        metadata.command[i] = copy_text(name);
    return metadata;
}

static bool is_complete(const struct nucleus_metadata *metadata)
{
    const char *name = metadata->container_id;

    for (char **argument = metadata->command; *argument; argument++) {
        if (strcmp(*argument, name) != 0)
            return false;
    }
    return strcmp(metadata->version, name) == 0 && metadata->original_pid < SAVERS;
}

static void record_failure(struct thread *thread, const char *what, const char *reason)
{
    (void)snprintf(thread->failure, sizeof thread->failure, "%s: %s", what, reason);
}

static void save_often(struct thread *thread)
{
    for (unsigned i = 1; i <= MIN_SAVES || (i <= MAX_SAVES && changes < MIN_CHANGES); i++) {
        struct nucleus_metadata metadata = make_metadata(thread->number, i);
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_save(&metadata, ".", &err)
                       : nucleus_metadata_save_at(&metadata, AT_FDCWD, &err))
            record_failure(thread, "save", err.message);
        nucleus_metadata_clear(&metadata);
    }
}

/* newest contains the number of the newest save of each saver that this thread has loaded. */
static void check_found(struct thread *thread, const struct nucleus_metadata *metadata,
                        unsigned newest[SAVERS])
{
    const unsigned save = (unsigned)metadata->checkpoint_at;

    if (!is_complete(metadata)) {
        record_failure(thread, "mixture", metadata->container_id);
        return;
    }
    if (save < newest[metadata->original_pid])
        record_failure(thread, "an older file came back", metadata->container_id);
    changes += save != newest[metadata->original_pid];
    newest[metadata->original_pid] = save;
}

static void load_often(struct thread *thread)
{
    unsigned newest[SAVERS] = {0};

    for (unsigned i = 0; !is_over; i++) {
        struct nucleus_metadata metadata = {0};
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_load_at(AT_FDCWD, &metadata, &err)
                       : nucleus_metadata_load(".", &metadata, &err))
            record_failure(thread, "load", err.message);
        else
            check_found(thread, &metadata, newest);
        nucleus_metadata_clear(&metadata);
    }
}

static void *work(void *argument)
{
    struct thread *thread = argument;

    if (thread->number < SAVERS)
        save_often(thread);
    else
        load_often(thread);
    return NULL;
}

static void saved(void)
{
    struct nucleus_metadata metadata = make_metadata(0, 0);

    assert_int_equal(nucleus_metadata_save(&metadata, ".", NULL), NUCLEUS_OK);
    nucleus_metadata_clear(&metadata);
}

TEST_IN(saved, savers_and_loaders_do_not_disturb_each_other)
{
    for (uint32_t i = 0; i < THREADS; i++) {
        threads[i].number = i;
        assert_int_equal(pthread_create(&threads[i].id, NULL, work, &threads[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        is_over = i >= SAVERS;
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_string_equal(threads[i].failure, "");
    assert_true(changes >= MIN_CHANGES);
    assert_int_equal(count_names("."), 1);
}
