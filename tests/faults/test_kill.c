/* SPDX-License-Identifier: MIT */
/*
 * A saver is killed right before and right after each of its system calls. A reader finds the old
 * file or the new one, whole; the next save works; what the dead one left is swept in time, and
 * nothing else is.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"
#include "system_calls.h"

enum { HOUR = 60 * 60 };

static const char temp_prefix[] = ".metadata.json.tmp.";

/* The library's user, and the time for it, seconds since 1970. */
static struct {
    uid_t euid;
    uint64_t now;
} world;

uid_t __wrap_nucleus_system_euid(void);
uint64_t __wrap_nucleus_system_now(void);

uid_t __wrap_nucleus_system_euid(void)
{
    return world.euid;
}

uint64_t __wrap_nucleus_system_now(void)
{
    return world.now;
}

static int make_world(void **state)
{
    world.euid = geteuid();
    world.now = 2000000000;
    return make_directory(state);
}

static void save(const char *dir, const char *id)
{
    struct nucleus_error err;

    assert_status(save_sample(id, dir, &err), NUCLEUS_OK, &err);
}

/* Last modified age seconds ago. */
static void set_age(const char *path, int64_t age)
{
    struct timespec time = {.tv_sec = (time_t)((int64_t)world.now - age)};
    struct timespec times[2] = {time, time};

    assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

/* How many temporary files dir has. The path of the last is in ret_path. */
static size_t find_leftover(const char *dir, char ret_path[PATH_MAX])
{
    DIR *stream = opendir(dir);
    size_t count = 0;

    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream));) {
        if (strncmp(entry->d_name, temp_prefix, strlen(temp_prefix)) != 0)
            continue;
        (void)snprintf(ret_path, PATH_MAX, "%s/%s", dir, entry->d_name);
        count++;
    }
    assert_int_equal(closedir(stream), 0);
    return count;
}

/* When the child dies: at this call, counted from 1. */
static struct {
    size_t countdown;
    bool is_after;
} death;

static void die_in_time(struct call *call)
{
    /* A big file is half written when the child dies between two writes. */
    if (call->kind == CALL_WRITE && call->size > 100)
        call->size = 100;
    if (!death.is_after && --death.countdown == 0)
        (void)raise(SIGKILL);
}

static void die_afterwards(struct call *call)
{
    (void)call;
    if (death.is_after && --death.countdown == 0)
        (void)raise(SIGKILL);
}

/* A child saves and is killed at its nth call. Returns false if it made fewer. */
static bool save_and_die(const char *dir, size_t nth, bool is_after)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        struct nucleus_metadata metadata = sample_metadata("new");

        death.countdown = nth;
        death.is_after = is_after;
        watch_calls(die_in_time, die_afterwards);
        _exit(nucleus_metadata_save(&metadata, dir, NULL) == NUCLEUS_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return false;
    }
    assert_int_equal(WTERMSIG(status), SIGKILL);
    return true;
}

/* The next save works whatever the dead one left; what it left goes when it is old. */
static void check_next_saves(const char *dir)
{
    char leftover[PATH_MAX];
    size_t count = find_leftover(dir, leftover);

    assert_true(count <= 1);
    if (count == 1)
        set_age(leftover, HOUR);
    save(dir, "next");
    assert_true(has_saved(dir, "next"));
    assert_int_equal(count_names(dir), 1 + count);
    if (count == 1)
        set_age(leftover, HOUR + 1);
    save(dir, "last");
    assert_true(has_saved(dir, "last"));
    assert_int_equal(count_names(dir), 1);
}

/* What readers found after a kill. */
struct found {
    size_t old; /* or no file, where there was none */
    size_t published;
};

/* Returns false if the save had no nth call to be killed at. */
static bool kill_one(const char *dir, bool has_old, size_t nth, bool is_after, struct found *found)
{
    const char *file = path_in(dir, "metadata.json");

    if (has_old)
        save(dir, "old");
    else
        assert_true(unlink(file) == 0 || errno == ENOENT);
    if (!save_and_die(dir, nth, is_after))
        return false;
    if (exists(file) && has_saved(dir, "new"))
        found->published++;
    else if (has_old ? has_saved(dir, "old") : !exists(file))
        found->old++;
    else
        fail_msg("neither old nor new, %s call %zu", is_after ? "after" : "before", nth);
    check_next_saves(dir);
    return true;
}

static void kill_at_each_call(const char *dir, bool has_old)
{
    struct found found = {0};

    for (size_t n = 1; kill_one(dir, has_old, n, false, &found); n++)
        assert_true(kill_one(dir, has_old, n, true, &found));
    assert_true(found.old >= 10);
    assert_true(found.published >= 5);
}

static void a_killed_overwrite_leaves_the_old_file_or_the_new_one(void **state)
{
    kill_at_each_call(*state, true);
}

static void a_killed_first_save_leaves_no_file_or_the_new_one(void **state)
{
    kill_at_each_call(*state, false);
}

static void save_sweeps_what_is_older_than_an_hour(void **state)
{
    static const struct {
        const char *name;
        int64_t age; /* seconds */
        bool is_left;
    } rows[] = {
        {".metadata.json.tmp.0000000000000000", HOUR + 1, false},
        {".metadata.json.tmp.0123456789abcdef", 1000000000, false},
        {".metadata.json.tmp.1111111111111111", HOUR, true},
        {".metadata.json.tmp.2222222222222222", 0, true},
        {".metadata.json.tmp.3333333333333333", -HOUR, true},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };

    for (size_t i = 0; i < ROWS; i++) {
        write_text(path_in(*state, rows[i].name), "half a fi");
        set_age(path_in(*state, rows[i].name), rows[i].age);
    }
    save(*state, "new");
    for (size_t i = 0; i < ROWS; i++) {
        if (exists(path_in(*state, rows[i].name)) != rows[i].is_left)
            fail_msg("%s is %s", rows[i].name, rows[i].is_left ? "gone" : "left");
    }
}

static void make_file(const char *path)
{
    write_text(path, "a file");
}

static void make_subdirectory(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_symlink(const char *path)
{
    assert_int_equal(symlink("/dev/null", path), 0);
}

static void make_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void save_leaves_what_only_looks_like_its_leftover(void **state)
{
    static const struct {
        const char *name;
        void (*make)(const char *path);
    } rows[] = {
        {".metadata.json.tmp.0123456789abcde", make_file},
        {".metadata.json.tmp.0123456789abcdef0", make_file},
        {".metadata.json.tmp.0123456789abcdef~", make_file},
        {".metadata.json.tmp.0123456789ABCDEF", make_file},
        {".metadata.json.tmp.0123456789abcdeg", make_file},
        {".metadata.json.tmp.", make_file},
        {".metadata.json.tmp-0123456789abcdef", make_file},
        {".metadata.json.0123456789abcdef", make_file},
        {"metadata.json.tmp.0123456789abcdef", make_file},
        {".state.json.tmp.0123456789abcdef", make_file},
        {".metadata.json.tmp.1111111111111111", make_subdirectory},
        {".metadata.json.tmp.2222222222222222", make_symlink},
        {".metadata.json.tmp.3333333333333333", make_fifo},
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };

    for (size_t i = 0; i < ROWS; i++) {
        rows[i].make(path_in(*state, rows[i].name));
        set_age(path_in(*state, rows[i].name), 2 * HOUR);
    }
    save(*state, "new");
    for (size_t i = 0; i < ROWS; i++) {
        if (!exists(path_in(*state, rows[i].name)))
            fail_msg("%s is gone", rows[i].name);
    }
}

static void save_leaves_the_leftovers_of_other_users(void **state)
{
    const char *path = path_in(*state, ".metadata.json.tmp.0123456789abcdef");

    write_text(path, "another user's");
    set_age(path, 2 * HOUR);
    world.euid = geteuid() + 1;
    save(*state, "new");
    assert_true(exists(path));
    world.euid = geteuid();
    save(*state, "new");
    assert_false(exists(path));
}

#define KILL_TEST(test) cmocka_unit_test_setup_teardown(test, make_world, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KILL_TEST(a_killed_overwrite_leaves_the_old_file_or_the_new_one),
        KILL_TEST(a_killed_first_save_leaves_no_file_or_the_new_one),
        KILL_TEST(save_sweeps_what_is_older_than_an_hour),
        KILL_TEST(save_leaves_what_only_looks_like_its_leftover),
        KILL_TEST(save_leaves_the_leftovers_of_other_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
