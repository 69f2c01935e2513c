/* SPDX-License-Identifier: MIT */
/*
 * Savers and loaders in one directory at once, as threads and as processes. Each save works, and
 * each load finds a complete file. test_model explores what can happen; this is for the kernel and
 * for ThreadSanitizer.
 */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

enum {
    SAVERS = 3,
    WORKERS = 5,
    MIN_SAVES = 200,     /* by each saver */
    MAX_SAVES = 20000,   /* if the loaders are slow to get their turn */
    ENOUGH = 100,        /* new files found */
    MAX_ARGUMENTS = 200, /* files have up to 6 kB */
};

/* Shared by all workers, processes too. */
static struct crowd {
    const char *dir;
    int dirfd;
    atomic_bool is_over; /* the savers are done */
    atomic_size_t changes;
    struct worker {
        uint32_t number;
        char failure[640]; /* the first one, or "" */
        pthread_t thread;
        pid_t process;
    } workers[WORKERS];
} * crowd;

int __wrap_nucleus_system_fsync(int fd);

/* The power stays on here: the time is better spent on more saves. */
int __wrap_nucleus_system_fsync(int fd)
{
    (void)fd;
    return 0;
}

/* The name of the save is in every place, so that no mixture goes unseen. */
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

    for (char **argument = metadata->command; *argument; argument++)
        if (strcmp(*argument, name) != 0)
            return false;
    return strcmp(metadata->version, name) == 0 && metadata->original_pid < SAVERS;
}

static void note_failure(struct worker *worker, const char *what, const char *reason)
{
    if (worker->failure[0] == '\0')
        (void)snprintf(worker->failure, sizeof worker->failure, "%s: %s", what, reason);
}

static void work_as_saver(struct worker *worker)
{
    for (unsigned i = 1; i <= MIN_SAVES || (i <= MAX_SAVES && crowd->changes < ENOUGH); i++) {
        struct nucleus_metadata metadata = make_metadata(worker->number, i);
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_save(&metadata, crowd->dir, &err)
                       : nucleus_metadata_save_at(&metadata, crowd->dirfd, &err))
            note_failure(worker, "save", err.message);
        nucleus_metadata_clear(&metadata);
    }
}

/* A file that a saver published never comes back once its next one was seen. */
static void check_found(struct worker *worker, const struct nucleus_metadata *metadata,
                        unsigned newest[SAVERS])
{
    const unsigned save = (unsigned)metadata->checkpoint_at;

    if (!is_complete(metadata)) {
        note_failure(worker, "mixture", metadata->container_id);
        return;
    }
    if (save < newest[metadata->original_pid])
        note_failure(worker, "came back", metadata->container_id);
    crowd->changes += save != newest[metadata->original_pid];
    newest[metadata->original_pid] = save;
}

static void work_as_loader(struct worker *worker)
{
    unsigned newest[SAVERS] = {0};

    for (unsigned i = 0; !crowd->is_over; i++) {
        struct nucleus_metadata metadata = {0};
        struct nucleus_error err;

        if (i % 2 == 0 ? nucleus_metadata_load_at(crowd->dirfd, &metadata, &err)
                       : nucleus_metadata_load(crowd->dir, &metadata, &err))
            note_failure(worker, "load", err.message);
        else
            check_found(worker, &metadata, newest);
        nucleus_metadata_clear(&metadata);
    }
}

static void *work(void *argument)
{
    struct worker *worker = argument;

    if (worker->number < SAVERS)
        work_as_saver(worker);
    else
        work_as_loader(worker);
    return NULL;
}

static void start_thread(struct worker *worker)
{
    assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
}

static void wait_for_thread(struct worker *worker)
{
    assert_int_equal(pthread_join(worker->thread, NULL), 0);
}

static void start_process(struct worker *worker)
{
    const pid_t process = fork(); /* worker is the child's too */

    assert_true(process >= 0);
    if (process == 0) {
        (void)alarm(250); /* should the parent die */
        (void)work(worker);
        _exit(0);
    }
    worker->process = process;
}

static void wait_for_process(struct worker *worker)
{
    int status;

    assert_int_equal(waitpid(worker->process, &status, 0), worker->process);
    assert_int_equal(status, 0);
}

static int make_crowd(void **state)
{
    struct nucleus_metadata metadata = make_metadata(0, 0);

    (void)make_directory(state);
    crowd = mmap(NULL, sizeof *crowd, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(crowd != MAP_FAILED);
    crowd->dir = *state;
    crowd->dirfd = open(crowd->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(crowd->dirfd >= 0);
    for (uint32_t i = 0; i < WORKERS; i++)
        crowd->workers[i].number = i;
    assert_int_equal(nucleus_metadata_save(&metadata, crowd->dir, NULL), NUCLEUS_OK);
    nucleus_metadata_clear(&metadata);
    return 0;
}

static int remove_crowd(void **state)
{
    assert_int_equal(close(crowd->dirfd), 0);
    assert_int_equal(munmap(crowd, sizeof *crowd), 0);
    return remove_directory(state);
}

static void run_crowd(void (*start)(struct worker *worker), void (*wait)(struct worker *worker))
{
    size_t failures = 0;

    for (size_t i = 0; i < WORKERS; i++)
        start(&crowd->workers[i]);
    for (size_t i = 0; i < WORKERS; i++) {
        crowd->is_over = i >= SAVERS;
        wait(&crowd->workers[i]);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        if (crowd->workers[i].failure[0] != '\0')
            print_error("worker %zu: %s\n", i, crowd->workers[i].failure);
        failures += crowd->workers[i].failure[0] != '\0';
    }
    assert_int_equal(failures, 0);
    assert_true(crowd->changes >= ENOUGH);
    assert_int_equal(count_names(crowd->dir), 1);
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    run_crowd(start_thread, wait_for_thread);
}

static void processes_do_not_disturb_each_other(void **state)
{
    (void)state;
    run_crowd(start_process, wait_for_process);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_crowd, remove_crowd)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(threads_do_not_disturb_each_other),
        TEST(processes_do_not_disturb_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
