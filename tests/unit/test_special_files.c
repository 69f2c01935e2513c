/* SPDX-License-Identifier: MIT */
/* Special files at metadata.json or metadata.json.tmp are neither opened nor followed. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { OK = NUCLEUS_OK, LINK = NUCLEUS_ERROR_SYMLINK, IRREGULAR = NUCLEUS_ERROR_NOT_REGULAR };

static const struct object {
    const char *name;
    mode_t type;        /* of the object; 0 for a hard link */
    const char *target; /* of a link */
    const char *reason; /* why it is refused */
    /* Statuses of a load and a save with the object as metadata.json, and of a save with it as
     * metadata.json.tmp. */
    int load, save, save_beside;
} objects[] = {
    {"symbolic link", S_IFLNK, "../victim", "is a symbolic link", LINK, OK, LINK},
    {"dangling link", S_IFLNK, "../nothing", "is a symbolic link", LINK, OK, LINK},
    {"directory", S_IFDIR, NULL, "is a directory", IRREGULAR, IRREGULAR, IRREGULAR},
    {"hard link", 0, "victim", "line 1, column 1: expected a value", NUCLEUS_ERROR_SYNTAX, OK, OK},
    {"FIFO", S_IFIFO, NULL, "is not a regular file", IRREGULAR, OK, OK},
    {"socket", S_IFSOCK, NULL, "is not a regular file", IRREGULAR, OK, OK},
    {"character device", S_IFCHR, NULL, "is not a regular file", IRREGULAR, OK, OK},
    {"block device", S_IFBLK, NULL, "is not a regular file", IRREGULAR, OK, OK},
};

static void make_object(const struct object *object, const char *path)
{
    /* /dev/zero, which never ends; a disk, which may be slow to open */
    const dev_t device = object->type == S_IFCHR ? makedev(1, 5) : makedev(7, 255);
    const int result = object->type == S_IFLNK   ? symlink(object->target, path)
                       : object->type == S_IFDIR ? mkdir(path, 0700)
                       : object->type == 0       ? link(object->target, path)
                                                 : mknod(path, object->type | 0600, device);

    if (result != 0 && strstr(object->name, "device"))
        skip_test("device files cannot be created here");
    assert_int_equal(result, 0);
}

static void victim(void)
{
    assert_int_equal(mkdir("d", 0700), 0);
    write_text("victim", "the victim's bytes");
    (void)alarm(60); /* opening a FIFO would block */
}

/* Loads or saves with the object at path. Checks the status and, after a failure, the message,
 * which is "cannot ", before and the reason. Checks that the object is kept or, if is_kept is
 * false, replaced. Returns os_error. */
static int check(const struct object *object, const char *path, bool is_load, bool is_kept,
                 int expected, const char *before)
{
    const bool is_saved = !is_load && expected == NUCLEUS_OK;
    struct nucleus_error err;
    struct stat old, new;
    char message[128] = "";

    make_object(object, path);
    assert_int_equal(lstat(path, &old), 0);
    (void)(is_load ? load_sample("d", &err) : save_sample("new", "d", &err));
    assert_status(err.status, (enum nucleus_status)expected, &err);
    if (expected != NUCLEUS_OK)
        (void)snprintf(message, sizeof message, "cannot %s%s", before, object->reason);
    assert_string_equal(err.message, message);
    assert_int_equal(lstat(path, &new) == 0 && new.st_ino == old.st_ino, is_kept);
    assert_int_equal(count_names("d"), is_saved && is_kept ? 2 : 1);
    assert_true(!is_saved || has_saved("d", "new"));
    assert_file("victim", "the victim's bytes");
    assert_false(exists("nothing"));
    return err.os_error;
}

TEST_EACH_IN(victim, objects, load_refuses_all_but_regular_files)
{
    assert_int_equal(
        check(row, "d/metadata.json", true, true, row->load, "load 'd/metadata.json': "), 0);
}

TEST_EACH_IN(victim, objects, save_replaces_everything_but_a_directory)
{
    const bool is_kept = row->save != NUCLEUS_OK;

    assert_int_equal(
        check(row, "d/metadata.json", false, is_kept, row->save, "save 'd/metadata.json': "),
        is_kept ? EISDIR : 0);
}

TEST_EACH_IN(victim, objects, save_refuses_a_link_or_directory_at_the_fixed_name)
{
    assert_int_equal(check(row, "d/metadata.json.tmp", false, true, row->save_beside,
                           "save 'd/metadata.json': 'metadata.json.tmp' "),
                     0);
}
