/* SPDX-License-Identifier: MIT */
/*
 * Many savers and loaders in one directory at once, as threads and as processes, and beside them
 * savers that work as nucleus does (crowd.h). Each save of ours works, and each of nucleus's
 * while no other nucleus saves; each load finds one whole file; nothing is left at the end.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "system.h"

struct scenario {
    const char *name;
    bool is_processes;
    uint32_t savers;
    uint32_t loaders;
    uint32_t nucleus_savers;
};

static atomic_bool is_overtaken; /* another saver removes what is to go right before we do */

int __real_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __real_nucleus_system_unlinkat(int dirfd, const char *path);
int __wrap_nucleus_system_fsync(int fd);
int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_unlinkat(int dirfd, const char *path);

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

int __wrap_nucleus_system_unlinkat(int dirfd, const char *path)
{
    if (is_overtaken)
        (void)__real_nucleus_system_unlinkat(dirfd, path);
    return __real_nucleus_system_unlinkat(dirfd, path);
}

static void start(struct worker *worker, bool is_process)
{
    pid_t process;

    if (!is_process) {
        assert_int_equal(pthread_create(&worker->thread, NULL, crowd_work, worker), 0);
        return;
    }
    process = fork(); /* worker is the child's too */
    assert_true(process >= 0);
    if (process == 0) {
        (void)crowd_work(worker);
        _exit(0);
    }
    worker->process = process;
}

static void wait_for(struct worker *worker, bool is_process)
{
    int status = 0;

    if (!is_process)
        assert_int_equal(pthread_join(worker->thread, NULL), 0);
    else if (waitpid(worker->process, &status, 0) != worker->process || status != 0)
        crowd_note_failure(worker, "process", "ended badly");
}

static void add_workers(struct crowd *crowd, enum role role, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct worker *worker = &crowd->workers[crowd->count];

        worker->crowd = crowd;
        worker->role = role;
        worker->number = (uint32_t)crowd->count++;
    }
}

static struct crowd *make_crowd(const char *dir, const struct scenario *scenario)
{
    struct crowd *crowd =
        mmap(NULL, sizeof *crowd, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(crowd != MAP_FAILED);
    (void)snprintf(crowd->dir, sizeof crowd->dir, "%s", dir);
    (void)snprintf(crowd->temp, sizeof crowd->temp, "%s/metadata.json.tmp", dir);
    (void)snprintf(crowd->file, sizeof crowd->file, "%s/metadata.json", dir);
    crowd->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(crowd->dirfd >= 0);
    crowd->nucleus_savers = scenario->nucleus_savers;
    add_workers(crowd, SAVER, scenario->savers);
    add_workers(crowd, LOADER, scenario->loaders);
    add_workers(crowd, NUCLEUS_SAVER, scenario->nucleus_savers);
    return crowd;
}

static void run(struct crowd *crowd, const struct scenario *scenario)
{
    for (size_t i = 0; i < crowd->count; i++)
        start(&crowd->workers[i], scenario->is_processes);
    for (size_t i = 0; i < scenario->savers; i++)
        wait_for(&crowd->workers[i], scenario->is_processes);
    crowd->is_over = true;
    for (size_t i = scenario->savers; i < crowd->count; i++)
        wait_for(&crowd->workers[i], scenario->is_processes);
}

static void save_here(const char *dir, unsigned save)
{
    struct nucleus_metadata metadata = crowd_metadata(0, save, 1);
    struct nucleus_error err;

    assert_status(nucleus_metadata_save(&metadata, dir, &err), NUCLEUS_OK, &err);
    nucleus_metadata_clear(&metadata);
}

static void check(struct crowd *crowd, const struct scenario *scenario)
{
    size_t failures = 0;

    for (size_t i = 0; i < crowd->count; i++) {
        if (crowd->workers[i].failure[0] == '\0')
            continue;
        print_error("%s: worker %zu: %s\n", scenario->name, i, crowd->workers[i].failure);
        failures++;
    }
    print_message("%s: %zu new files found, %zu saves of nucleus's kind\n", scenario->name,
                  (size_t)crowd->changes, (size_t)crowd->nucleus_saves);
    assert_int_equal(failures, 0);
    assert_true(crowd_is_satisfied(crowd));
}

static void run_together(const char *dir, const struct scenario *scenario)
{
    struct crowd *crowd = make_crowd(dir, scenario);

    save_here(dir, 0);
    run(crowd, scenario);
    check(crowd, scenario);
    save_here(dir, MAX_SAVES + 1);
    assert_int_equal(count_names(dir), 1);
    assert_int_equal(close(crowd->dirfd), 0);
    assert_int_equal(munmap(crowd, sizeof *crowd), 0);
}

static void threads_find_whole_files(void **state)
{
    run_together(*state, &(struct scenario){"threads", false, 4, 2, 0});
}

static void threads_find_whole_files_beside_nucleus(void **state)
{
    run_together(*state, &(struct scenario){"threads beside nucleus", false, 3, 2, 1});
}

static void processes_find_whole_files(void **state)
{
    run_together(*state, &(struct scenario){"processes", true, 4, 2, 0});
}

static void processes_find_whole_files_beside_nucleus(void **state)
{
    run_together(*state, &(struct scenario){"processes beside nucleus", true, 3, 2, 1});
}

static void processes_are_not_disturbed_by_nucleus_savers_that_disturb_each_other(void **state)
{
    run_together(*state, &(struct scenario){"processes beside three", true, 2, 2, 3});
}

static void an_odd_object_may_be_removed_by_another_saver_first(void **state)
{
    assert_int_equal(mkfifo(path_in(*state, "metadata.json.tmp"), 0600), 0);
    is_overtaken = true;
    save_here(*state, 1);
    is_overtaken = false;
    assert_int_equal(count_names(*state), 1);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(threads_find_whole_files),
        IN_DIRECTORY(threads_find_whole_files_beside_nucleus),
        IN_DIRECTORY(processes_find_whole_files),
        IN_DIRECTORY(processes_find_whole_files_beside_nucleus),
        IN_DIRECTORY(processes_are_not_disturbed_by_nucleus_savers_that_disturb_each_other),
        IN_DIRECTORY(an_odd_object_may_be_removed_by_another_saver_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
