/* SPDX-License-Identifier: MIT */
/*
 * Many savers and loaders in one directory at once, as threads and as processes, and beside them
 * savers that work as nucleus does, with one fixed temporary name that is unlinked and created
 * again. Each save of ours works; each load finds one whole file; nothing is left at the end.
 *
 * One saver of nucleus's kind alone never fails, whatever we do: we leave its temporary file alone
 * while it is young. Several of them disturb each other, and may publish each other's file while it
 * is empty; then an empty file, and nothing else, may be found.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

enum {
    MAX_WORKERS = 16,
    MIN_SAVES = 300,     /* by each saver */
    MAX_SAVES = 20000,   /* where loaders or nucleus's savers are slow to get their turn */
    ENOUGH = 100,        /* of new files found, and of nucleus's saves */
    MAX_ARGUMENTS = 200, /* our files have up to 6 kB; nucleus's have less than a page */
};

static const char fixed[] = "metadata.json.tmp"; /* nucleus's */

static const struct scenario {
    const char *name;
    bool is_processes;
    size_t savers, loaders, nucleus_savers;
} scenarios[] = {
    {"threads", false, 4, 2, 0},
    {"threads beside nucleus", false, 3, 2, 1},
    {"processes", true, 4, 2, 0},
    {"processes beside nucleus", true, 3, 2, 1},
    {"processes beside three that disturb each other", true, 2, 2, 3},
};

struct worker {
    struct crowd *crowd;
    void (*work)(struct worker *worker);
    uint32_t number;
    unsigned newest[MAX_WORKERS]; /* a loader's: of each saver, the last save that it found */
    char failure[640];            /* the first one; "": none */
    pthread_t thread;
    pid_t process;
};

/* Shared by all workers, processes too. */
struct crowd {
    const struct scenario *scenario;
    const char *dir;
    int dirfd;
    atomic_bool is_over; /* the savers are done */
    atomic_size_t changes;
    atomic_size_t nucleus_saves;
    struct worker workers[MAX_WORKERS];
    size_t count;
};

int __real_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_fsync(int fd);
int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);

/* The power stays on here: the time is better spent on more saves, with others between the steps
 * of each. */
int __wrap_nucleus_system_fsync(int fd)
{
    (void)fd;
    (void)sched_yield();
    return 0;
}

int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    int result = __real_nucleus_system_fstatat(dirfd, path, ret);
    int os_error = errno;

    (void)sched_yield();
    errno = os_error;
    return result;
}

/* Save number save of a worker: its name is in every place, so that no mixture goes unseen. */
static struct nucleus_metadata make_metadata(uint32_t number, unsigned save, size_t arguments)
{
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

static bool is_whole(const struct nucleus_metadata *metadata)
{
    const char *name = metadata->container_id;

    for (char **argument = metadata->command; *argument; argument++)
        if (strcmp(*argument, name) != 0)
            return false;
    return strcmp(metadata->version, name) == 0 && metadata->original_pid < MAX_WORKERS;
}

static void note_failure(struct worker *worker, const char *what, const char *reason)
{
    if (worker->failure[0] == '\0')
        (void)snprintf(worker->failure, sizeof worker->failure, "%s: %s", what, reason);
}

/* Whether all had their turn. */
static bool is_satisfied(const struct crowd *crowd)
{
    return crowd->changes >= ENOUGH &&
           (crowd->scenario->nucleus_savers == 0 || crowd->nucleus_saves >= ENOUGH);
}

static void work_as_saver(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;

    for (unsigned i = 1; i <= MIN_SAVES || (i <= MAX_SAVES && !is_satisfied(crowd)); i++) {
        struct nucleus_metadata metadata = make_metadata(worker->number, i, i % MAX_ARGUMENTS);
        struct nucleus_error err;
        enum nucleus_status status = i % 2 == 0
                                         ? nucleus_metadata_save(&metadata, crowd->dir, &err)
                                         : nucleus_metadata_save_at(&metadata, crowd->dirfd, &err);

        if (status != NUCLEUS_OK)
            note_failure(worker, "save", err.message);
        nucleus_metadata_clear(&metadata);
    }
}

/* What one saver published never comes back after its next one was seen. */
static void check_found(struct worker *worker, const struct nucleus_metadata *metadata)
{
    unsigned save = (unsigned)metadata->checkpoint_at;
    unsigned *newest;

    if (!is_whole(metadata)) {
        note_failure(worker, "mixture", metadata->container_id);
        return;
    }
    newest = &worker->newest[metadata->original_pid];
    if (save < *newest)
        note_failure(worker, "came back", metadata->container_id);
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

static void work_as_loader(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;

    for (unsigned i = 0; !crowd->is_over; i++) {
        struct nucleus_metadata metadata;
        struct nucleus_error err;
        enum nucleus_status status = i % 2 == 0
                                         ? nucleus_metadata_load_at(crowd->dirfd, &metadata, &err)
                                         : nucleus_metadata_load(crowd->dir, &metadata, &err);

        if (status == NUCLEUS_OK) {
            check_found(worker, &metadata);
            nucleus_metadata_clear(&metadata);
        } else if (crowd->scenario->nucleus_savers < 2 || !is_empty_file(&err)) {
            note_failure(worker, "load", err.message);
        }
    }
}

/* The steps of nucleus 0.3.8, src/checkpoint/metadata.rs. Returns the one that failed; NULL: none.
 */
static const char *save_as_nucleus(int dirfd, const char *text, size_t len)
{
    struct stat info;
    bool is_written;
    int fd;

    if (fstatat(dirfd, fixed, &info, 0) == 0 &&
        (fstatat(dirfd, fixed, &info, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(info.st_mode) ||
         unlinkat(dirfd, fixed, 0) < 0))
        return "nucleus: remove its stale file";
    fd = openat(dirfd, fixed, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return "nucleus: create";
    (void)sched_yield();
    is_written = write(fd, text, len) == (ssize_t)len;
    (void)sched_yield(); /* its fsync */
    (void)close(fd);
    if (!is_written)
        return "nucleus: write";
    return renameat(dirfd, fixed, dirfd, "metadata.json") < 0 ? "nucleus: rename" : NULL;
}

static void work_as_nucleus(struct worker *worker)
{
    struct crowd *crowd = worker->crowd;
    unsigned save = 1;

    while (!crowd->is_over) {
        struct nucleus_metadata metadata = make_metadata(worker->number, save, 3);
        const char *failed = "to_json";
        char *text = NULL;
        size_t len;

        if (nucleus_metadata_to_json(&metadata, &text, &len, NULL) == NUCLEUS_OK)
            failed = save_as_nucleus(crowd->dirfd, text, len);
        if (failed && crowd->scenario->nucleus_savers == 1)
            note_failure(worker, failed, strerror(errno));
        if (!failed) {
            crowd->nucleus_saves++;
            save++;
        }
        free(text);
        nucleus_metadata_clear(&metadata);
    }
}

static void *work_as_thread(void *worker)
{
    ((struct worker *)worker)->work(worker);
    return NULL;
}

static void start(struct worker *worker)
{
    pid_t process;

    if (!worker->crowd->scenario->is_processes) {
        assert_int_equal(pthread_create(&worker->thread, NULL, work_as_thread, worker), 0);
        return;
    }
    process = fork(); /* worker is the child's too */
    assert_true(process >= 0);
    if (process == 0) {
        worker->work(worker);
        _exit(0);
    }
    worker->process = process;
}

static void wait_for(struct worker *worker)
{
    int status = 0;

    if (!worker->crowd->scenario->is_processes)
        assert_int_equal(pthread_join(worker->thread, NULL), 0);
    else if (waitpid(worker->process, &status, 0) != worker->process || status != 0)
        note_failure(worker, "process", "ended badly");
}

static void add_workers(struct crowd *crowd, void (*work)(struct worker *worker), size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct worker *worker = &crowd->workers[crowd->count];

        worker->crowd = crowd;
        worker->work = work;
        worker->number = (uint32_t)crowd->count++;
    }
}

static struct crowd *make_crowd(const char *dir, const struct scenario *scenario)
{
    struct crowd *crowd =
        mmap(NULL, sizeof *crowd, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(crowd != MAP_FAILED);
    crowd->scenario = scenario;
    crowd->dir = dir;
    crowd->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(crowd->dirfd >= 0);
    add_workers(crowd, work_as_saver, scenario->savers);
    add_workers(crowd, work_as_loader, scenario->loaders);
    add_workers(crowd, work_as_nucleus, scenario->nucleus_savers);
    return crowd;
}

static void run(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++)
        start(&crowd->workers[i]);
    for (size_t i = 0; i < crowd->count; i++) {
        crowd->is_over = i >= crowd->scenario->savers;
        wait_for(&crowd->workers[i]);
    }
}

static void check(const struct crowd *crowd)
{
    size_t failures = 0;

    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->workers[i].failure[0] == '\0')
            continue;
        print_error("worker %zu: %s\n", i, crowd->workers[i].failure);
        failures++;
    }
    print_message("%s: %zu new files found, %zu saves of nucleus's kind\n", crowd->scenario->name,
                  (size_t)crowd->changes, (size_t)crowd->nucleus_saves);
    assert_int_equal(failures, 0);
    assert_true(is_satisfied(crowd));
}

static void save_here(const char *dir, unsigned save)
{
    struct nucleus_metadata metadata = make_metadata(0, save, 1);
    struct nucleus_error err;

    assert_status(nucleus_metadata_save(&metadata, dir, &err), NUCLEUS_OK, &err);
    nucleus_metadata_clear(&metadata);
}

static void savers_and_loaders_do_not_disturb_each_other(void **state)
{
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct crowd *crowd = make_crowd(*state, &scenarios[i]);

        save_here(*state, 0);
        run(crowd);
        check(crowd);
        save_here(*state, MAX_SAVES + 1);
        assert_int_equal(count_names(*state), 1);
        assert_int_equal(close(crowd->dirfd), 0);
        assert_int_equal(munmap(crowd, sizeof *crowd), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(savers_and_loaders_do_not_disturb_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
