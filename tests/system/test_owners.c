/* SPDX-License-Identifier: MIT */
/*
 * A save removes stale temporary files of the owner that its own file has, as the file system shows
 * it, and no others. The temporary files of other savers are two hours old.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

enum { TWO_HOURS = 2 * 60 * 60, USER = 1000, SHOWN = 1234, CHILD_FAILED = 100 };

static const char of_root[] = ".metadata.json.tmp.0000000000000000";
static const char of_user[] = ".metadata.json.tmp.1000100010001000";

int __real_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);

int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    const int returned = __real_nucleus_system_fstatat(dirfd, path, ret);

    if (returned == 0 && (strcmp(path, of_root) == 0 || strcmp(path, of_user) == 0))
        ret->st_ctim.tv_sec -= TWO_HOURS;
    return returned;
}

/* Makes a temporary file of each user in a directory of theirs. */
static int make_temps(void **state)
{
    assert_int_equal(enter_directory(state), 0);
    write_text(of_root, "");
    write_text(of_user, "");
    assert_int_equal(chown(of_user, USER, USER), 0);
    return 0;
}

static int save_here(void)
{
    return (int)save_sample("a", ".", NULL);
}

static int do_nothing(void)
{
    return 0;
}

/* Returns the result of action in a child, or CHILD_FAILED if become fails there. */
static int run_as(int (*become)(void), int (*action)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(become() == 0 ? action() : CHILD_FAILED);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int enter_user_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}

static int set_file_system_user(void)
{
    (void)setfsuid(USER);
    return setfsuid(USER) == USER ? 0 : -1;
}

static void a_user_without_an_id_removes_nothing(void **state)
{
    (void)state;
    assert_int_equal(run_as(enter_user_namespace, save_here), NUCLEUS_OK);
    assert_true(exists(of_root));
    assert_true(exists(of_user));
}

static void the_user_of_the_file_system_counts(void **state)
{
    (void)state;
    assert_int_equal(chown(".", USER, USER), 0);
    assert_int_equal(run_as(set_file_system_user, save_here), NUCLEUS_OK);
    assert_true(exists(of_root));
    assert_false(exists(of_user));
}

static void files_that_are_shown_with_another_owner_are_removed(void **state)
{
    char command[128];
    enum nucleus_status status;
    struct nucleus_error err;

    (void)state;
    assert_int_equal(mkdir("real", 0700), 0);
    assert_int_equal(mkdir("shown", 0700), 0);
    write_text(path_in("real", of_root), "");
    (void)snprintf(command, sizeof command, "bindfs --force-user=%d real shown 2>/dev/null", SHOWN);
    assert_int_equal(system(command), 0);
    status = save_sample("a", "shown", &err);
    assert_int_equal(system("umount shown"), 0);
    assert_status(status, NUCLEUS_OK, &err);
    assert_int_equal(count_names("real"), 1);
    assert_true(exists("real/metadata.json"));
}

int main(int argc, char **argv)
{
#define WITH_TEMPS(test) cmocka_unit_test_setup_teardown(test, make_temps, leave_directory)
    const struct CMUnitTest tests[] = {
        WITH_TEMPS(a_user_without_an_id_removes_nothing),
        WITH_TEMPS(the_user_of_the_file_system_counts),
    };
    const struct CMUnitTest bindfs_tests[] = {
        IN_DIRECTORY(files_that_are_shown_with_another_owner_are_removed),
    };

    (void)argv;
    if (geteuid() != 0) {
        print_message("skipped: only root has files of several users\n");
        return TEST_SKIPPED;
    }
    if (argc == 1 && run_as(enter_user_namespace, do_nothing) != 0) {
        print_message("skipped: no user namespace can be made\n");
        return TEST_SKIPPED;
    }
    if (argc == 1)
        return cmocka_run_group_tests(tests, NULL, NULL);
    if (system("command -v bindfs >/dev/null && test -c /dev/fuse") != 0) {
        print_message("skipped: there is no bindfs here\n");
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(bindfs_tests, NULL, NULL);
}
