/* SPDX-License-Identifier: MIT */
/* Threads, or processes, save and load in one directory at once. Each save succeeds, and each load
 * finds a complete file. The state explorer tries every order of the steps of a few calls; this
 * test runs many calls on a real kernel, and under ThreadSanitizer. */
#include "test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SAVERS = 3,
    WORKERS = 5,
    MIN_SAVES = 200,     /* by each saver */
    MAX_SAVES = 20000,   /* if the loaders are slow */
    MIN_CHANGES = 100,   /* new files that the loaders find */
    MAX_ARGUMENTS = 200, /* for files of up to 6 kB */
};

struct worker {
    uint32_t number; /* savers come first */
    char failure[640];
    pthread_t thread;
    pid_t process; /* 0 if the worker is a thread */
};

static struct {
    atomic_bool is_over; /* the savers have ended */
    atomic_size_t changes;
    struct worker workers[WORKERS];
} * shared; /* memory of all workers, which may be processes */

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

static void record_failure(struct worker *worker, const char *what, const char *reason)
{
    (void)snprintf(worker->failure, sizeof worker->failure, "%s: %s", what, reason);
}

static void save_often(struct worker *worker)
{
    for (unsigned i = 1; i <= MIN_SAVES || (i <= MAX_SAVES && shared->changes < MIN_CHANGES); i++) {
        struct nucleus_metadata metadata = make_metadata(worker->number, i);
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_save(&metadata, ".", &err)
                       : nucleus_metadata_save_at(&metadata, AT_FDCWD, &err))
            record_failure(worker, "save", err.message);
        nucleus_metadata_clear(&metadata);
    }
}

/* newest contains the number of the newest save of each saver that this worker has loaded. */
static void check_found(struct worker *worker, const struct nucleus_metadata *metadata,
                        unsigned newest[SAVERS])
{
    const unsigned save = (unsigned)metadata->checkpoint_at;

    if (!is_complete(metadata)) {
        record_failure(worker, "mixture", metadata->container_id);
        return;
    }
    if (save < newest[metadata->original_pid])
        record_failure(worker, "an older file came back", metadata->container_id);
    shared->changes += save != newest[metadata->original_pid];
    newest[metadata->original_pid] = save;
}

static void load_often(struct worker *worker)
{
    unsigned newest[SAVERS] = {0};

    for (unsigned i = 0; !shared->is_over; i++) {
        struct nucleus_metadata metadata = {0};
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_load_at(AT_FDCWD, &metadata, &err)
                       : nucleus_metadata_load(".", &metadata, &err))
            record_failure(worker, "load", err.message);
        else
            check_found(worker, &metadata, newest);
        nucleus_metadata_clear(&metadata);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;

    if (worker->number < SAVERS)
        save_often(worker);
    else
        load_often(worker);
    return NULL;
}

static void start(struct worker *worker, bool is_process)
{
    pid_t process;

    if (!is_process) {
        assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
        return;
    }
    process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        (void)work(worker);
        _exit(EXIT_SUCCESS);
    }
    worker->process = process; /* only here, because the child shares this memory */
}

static void wait_for(const struct worker *worker)
{
    int status;

    if (worker->process == 0) {
        assert_int_equal(pthread_join(worker->thread, NULL), 0);
        return;
    }
    assert_int_equal(waitpid(worker->process, &status, 0), worker->process);
    assert_int_equal(status, 0);
}

static void saved(void)
{
    struct nucleus_metadata metadata = make_metadata(0, 0);

    assert_int_equal(nucleus_metadata_save(&metadata, ".", NULL), NUCLEUS_OK);
    nucleus_metadata_clear(&metadata);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
}

/* Processes come first, so that no thread exists when they are forked. */
static const struct {
    const char *name;
    bool is_process;
} kinds[] = {{"processes", true}, {"threads", false}};

TEST_EACH_IN(saved, kinds, savers_and_loaders_do_not_disturb_each_other)
{
    for (uint32_t i = 0; i < WORKERS; i++) {
        shared->workers[i].number = i;
        start(&shared->workers[i], row->is_process);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        shared->is_over = i >= SAVERS;
        wait_for(&shared->workers[i]);
    }
    for (size_t i = 0; i < WORKERS; i++)
        assert_string_equal(shared->workers[i].failure, "");
    assert_true(shared->changes >= MIN_CHANGES);
    assert_int_equal(count_names("."), 1);
}
