/* SPDX-License-Identifier: MIT */
/* Special files at metadata.json or metadata.json.tmp are neither opened nor followed. */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct result {
    enum nucleus_status status;
    int os_error;
    const char *message;
};

#define LOAD "cannot load 'd/metadata.json': "
#define SAVE "cannot save 'd/metadata.json': "

static const struct result ok = {NUCLEUS_OK, 0, ""};
static const struct result is_link = {NUCLEUS_ERROR_SYMLINK, 0, LOAD "is a symbolic link"};
static const struct result is_special = {NUCLEUS_ERROR_NOT_REGULAR, 0,
                                         LOAD "is not a regular file"};
static const struct result is_directory = {NUCLEUS_ERROR_NOT_REGULAR, 0, LOAD "is a directory"};
static const struct result is_read = {NUCLEUS_ERROR_SYNTAX, 0,
                                      LOAD "line 1, column 1: expected a value"};
static const struct result onto_directory = {NUCLEUS_ERROR_NOT_REGULAR, EISDIR,
                                             SAVE "is a directory"};
static const struct result temp_is_link = {NUCLEUS_ERROR_SYMLINK, 0,
                                           SAVE "'metadata.json.tmp' is a symbolic link"};
static const struct result temp_is_directory = {NUCLEUS_ERROR_NOT_REGULAR, 0,
                                                SAVE "'metadata.json.tmp' is a directory"};

static const struct object {
    const char *name;
    mode_t type;                      /* of the object to make; 0 for a hard link */
    const char *target;               /* of a symbolic link */
    const struct result *load, *save; /* with the object as metadata.json */
    const struct result *save_beside; /* with the object as metadata.json.tmp */
} objects[] = {
    {"symbolic link", S_IFLNK, "../victim", &is_link, &ok, &temp_is_link},
    {"dangling link", S_IFLNK, "../nothing", &is_link, &ok, &temp_is_link},
    {"hard link", 0, NULL, &is_read, &ok, &ok},
    {"FIFO", S_IFIFO, NULL, &is_special, &ok, &ok},
    {"socket", S_IFSOCK, NULL, &is_special, &ok, &ok},
    {"directory", S_IFDIR, NULL, &is_directory, &onto_directory, &temp_is_directory},
    {"character device", S_IFCHR, NULL, &is_special, &ok, &ok},
    {"block device", S_IFBLK, NULL, &is_special, &ok, &ok},
};

static void make_object(const struct object *object, const char *path)
{
    /* /dev/zero, which never ends; a disk, which may be slow to open */
    const dev_t device = object->type == S_IFCHR ? makedev(1, 5) : makedev(7, 255);
    int result;

    if (object->type == S_IFLNK)
        result = symlink(object->target, path);
    else if (object->type == S_IFDIR)
        result = mkdir(path, 0700);
    else if (object->type != 0)
        result = mknod(path, object->type | 0600, device);
    else
        result = link("victim", path);
    if (result != 0 && strstr(object->name, "device"))
        skip_test("no device can be made here");
    assert_int_equal(result, 0);
}

static void victim(void)
{
    assert_int_equal(mkdir("d", 0700), 0);
    write_text("victim", "the victim's bytes");
    (void)alarm(60); /* opening a FIFO would block */
}

/* Loads or saves with the object at path, where it is kept or replaced by the new file. */
static void check(const struct object *object, const char *path, const struct result *expected,
                  bool is_load, bool is_kept)
{
    const bool is_saved = !is_load && expected->status == NUCLEUS_OK;
    struct nucleus_error err;
    struct stat before, after;
    char *bytes;

    make_object(object, path);
    assert_int_equal(lstat(path, &before), 0);
    (void)(is_load ? load_sample("d", &err) : save_sample("new", "d", &err));
    assert_status(err.status, expected->status, &err);
    assert_int_equal(err.os_error, expected->os_error);
    assert_string_equal(err.message, expected->message);
    assert_int_equal(lstat(path, &after) == 0 && after.st_ino == before.st_ino, is_kept);
    assert_int_equal(count_names("d"), is_saved && is_kept ? 2 : 1);
    assert_true(!is_saved || has_saved("d", "new"));
    bytes = read_file("victim", NULL);
    assert_string_equal(bytes, "the victim's bytes");
    assert_false(exists("nothing"));
    free(bytes);
}

TEST_EACH_IN(victim, objects, load_refuses_all_but_regular_files)
{
    check(row, "d/metadata.json", row->load, true, true);
}

TEST_EACH_IN(victim, objects, save_replaces_everything_but_a_directory)
{
    check(row, "d/metadata.json", row->save, false, row->save->status != NUCLEUS_OK);
}

TEST_EACH_IN(victim, objects, save_refuses_a_link_or_directory_at_the_fixed_name)
{
    check(row, "d/metadata.json.tmp", row->save_beside, false, true);
}

TEST_IN(victim, save_keeps_a_directory_that_is_not_empty)
{
    struct nucleus_error err;

    assert_int_equal(mkdir("d/metadata.json", 0700), 0);
    assert_int_equal(mkfifo("d/metadata.json/inside", 0600), 0);
    assert_status(save_sample("new", "d", &err), NUCLEUS_ERROR_NOT_REGULAR, &err);
    assert_true(exists("d/metadata.json/inside"));
}
