/* SPDX-License-Identifier: MIT */
/* A save removes only those stale temporary files that have the same owner, as the file system
 * reports it, as its own temporary file. */
#include "system_calls.h"
#include "test.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

enum { USER = 1000 };

static const char of_root[] = "d/.metadata.json.tmp.0000000000000000";
static const char of_user[] = "d/.metadata.json.tmp.1000100010001000";

/* Creates d, with a stale file of root and one of another user. */
static void directory(void)
{
    if (geteuid() != 0)
        skip_test("only root can create files of several users");
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("d", 0700), 0);
    write_text(of_root, "");
    write_text(of_user, "");
    assert_int_equal(chown(of_user, USER, USER), 0);
}

static void save(const char *dir)
{
    struct nucleus_error err;

    set_call_hooks(NULL, age_stale_temps);
    assert_status(save_sample("a", dir, &err), NUCLEUS_OK, &err);
}

TEST_IN(directory, the_file_system_user_removes_its_own_files)
{
    assert_int_equal(chown("d", USER, USER), 0);
    (void)setfsuid(USER);
    save("d");
    (void)setfsuid(0);
    assert_true(exists(of_root));
    assert_false(exists(of_user));
}

TEST_IN(directory, files_that_a_mount_shows_with_one_owner_are_removed)
{
    if (system("command -v bindfs >/dev/null && test -c /dev/fuse") != 0)
        skip_test("bindfs is not available");
    assert_int_equal(mkdir("mount", 0700), 0);
    assert_int_equal(system("bindfs --force-user=1234 d mount 2>/dev/null"), 0);
    save("mount");
    assert_int_equal(system("umount mount"), 0);
    assert_int_equal(count_names("d"), 1);
    assert_true(exists("d/metadata.json"));
}

/* This is the last test, because a process cannot leave its user namespace. */
TEST_IN(directory, a_user_without_a_mapped_id_removes_nothing)
{
    if (unshare(CLONE_NEWUSER) != 0)
        skip_test("user namespaces cannot be created");
    save("d");
    assert_true(exists(of_root));
    assert_true(exists(of_user));
}
