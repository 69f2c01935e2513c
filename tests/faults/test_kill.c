/* SPDX-License-Identifier: MIT */
/*
 * A saver is killed right before and right after each of its system calls. A reader finds the old
 * file or the new one, whole; the next save works; what the dead one left is swept in time.
 */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system_calls.h"

enum { HOUR = 60 * 60 };

/* Whatever is left in dir is age seconds old. */
static void save(const char *dir, const char *id, int64_t age)
{
    struct nucleus_error err;

    age_leftovers(age);
    assert_status(save_sample(id, dir, &err), NUCLEUS_OK, &err);
    assert_true(has_saved(dir, id));
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
    if (--death.countdown == 0 && !death.is_after)
        (void)raise(SIGKILL);
}

static void die_afterwards(struct call *call)
{
    (void)call;
    if (death.countdown == 0)
        (void)raise(SIGKILL);
}

/* A child saves and is killed at its nth call. Returns false if it made fewer. */
static bool save_and_die(const char *dir, size_t nth, bool is_after)
{
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        death.countdown = nth;
        death.is_after = is_after;
        watch_calls(die_in_time, die_afterwards);
        _exit(save_new(dir, NULL) == NUCLEUS_OK ? 0 : 1);
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
    size_t count = count_names(dir) - exists(path_in(dir, "metadata.json")); /* left over */

    assert_true(count <= 1);
    save(dir, "next", HOUR - 1);
    assert_int_equal(count_names(dir), 1 + count);
    save(dir, "last", HOUR + 1);
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
        save(dir, "old", 0);
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

static void a_killed_save_leaves_the_old_file_or_the_new_one(void **state)
{
    for (int has_old = 0; has_old <= 1; has_old++) {
        struct found found = {0};

        for (size_t n = 1; kill_one(*state, has_old, n, false, &found); n++)
            assert_true(kill_one(*state, has_old, n, true, &found));
        assert_true(found.old >= 10);
        assert_true(found.published >= 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_killed_save_leaves_the_old_file_or_the_new_one,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
