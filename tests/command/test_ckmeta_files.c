/* SPDX-License-Identifier: MIT */
/* What ckmeta says to an odd object at metadata.json or metadata.json.tmp, and that no object leads
 * it anywhere else. With the word "devices": those that only a privileged process can make. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Each makes its object at path; a file called victim stands in the working directory. */
static int make_symlink(const char *path)
{
    return symlink("../victim", path);
}

static int make_dangling_symlink(const char *path)
{
    return symlink("../nowhere", path);
}

static int make_hard_link(const char *path)
{
    return link("victim", path);
}

static int make_fifo(const char *path)
{
    return mkfifo(path, 0600);
}

static int make_socket(const char *path)
{
    return mknod(path, S_IFSOCK | 0600, 0);
}

static int make_dir(const char *path)
{
    return mkdir(path, 0700);
}

/* /dev/zero, which never ends. */
static int make_character_device(const char *path)
{
    return mknod(path, S_IFCHR | 0600, makedev(1, 5));
}

/* loop0, whose opening may wait for a disk. */
static int make_block_device(const char *path)
{
    return mknod(path, S_IFBLK | 0600, makedev(7, 0));
}

#define LOAD "cannot load 'd/metadata.json': "
#define SAVE "cannot save 'd/metadata.json': "
#define REFUSING "refusing to remove 'd/metadata.json.tmp': "

/* What each command says to an object; NULL: it succeeds. */
struct row {
    const char *name;
    int (*make)(const char *path);
    const char *load, *save, *save_beside;
    int save_error;      /* the reason that ends save */
    size_t names_beside; /* after save_beside; a young regular file may be nucleus's, and stays */
};

static const struct row objects[] = {
    {"symlink", make_symlink, LOAD "is a symbolic link", NULL, REFUSING "is a symbolic link", 0, 1},
    {"dangling symlink", make_dangling_symlink, LOAD "is a symbolic link", NULL,
     REFUSING "is a symbolic link", 0, 1},
    {"hard link", make_hard_link, NULL, NULL, NULL, 0, 2},
    {"FIFO", make_fifo, LOAD "not a regular file", NULL, NULL, 0, 1},
    {"socket", make_socket, LOAD "not a regular file", NULL, NULL, 0, 1},
    {"directory", make_dir, LOAD "not a regular file",
     SAVE "cannot rename temporary file: ", REFUSING "Is a directory", EISDIR, 1},
};

static const struct row devices[] = {
    {"character device", make_character_device, LOAD "not a regular file", NULL, NULL, 0, 1},
    {"block device", make_block_device, LOAD "not a regular file", NULL, NULL, 0, 1},
};

static const struct row *rows = objects;
static size_t rows_count = COUNT(objects);

static struct stat set_up(const struct row *row, const char *path)
{
    struct stat info = {0};

    copy_file("m", "victim");
    if (row->make(path) != 0 || lstat(path, &info) != 0)
        fail_msg("a %s cannot be made", row->name);
    return info;
}

static void check_victim(const struct row *row)
{
    char *text = read_file("victim", NULL);
    char *expected = read_file("m", NULL);

    if (strcmp(text, expected) != 0 || exists("nowhere"))
        fail_msg("%s: it was followed", row->name);
    free(expected);
    free(text);
    assert_int_equal(unlink("victim"), 0);
}

static void check_untouched(const struct row *row, const char *path, const struct stat *before)
{
    struct stat after;

    if (lstat(path, &after) != 0 || after.st_ino != before->st_ino ||
        after.st_mode != before->st_mode || count_names("d") != 1)
        fail_msg("%s: the directory was changed", row->name);
    assert_int_equal(remove(path), 0);
}

static void check_saved(const struct row *row, size_t names)
{
    struct stat info;

    if (lstat("d/metadata.json", &info) != 0 || info.st_mode != (S_IFREG | 0600) ||
        info.st_nlink != 1 || count_names("d") != names)
        fail_msg("%s: there is not one new file of mode 0600", row->name);
    assert_int_equal(unlink("d/metadata.json"), 0);
    (void)unlink("d/metadata.json.tmp");
}

static void load_refuses_what_is_no_regular_file(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + rows_count; row++) {
        const struct stat before = set_up(row, "d/metadata.json");

        if (row->load)
            EXPECT_FAILURE("load d", EXIT_FAILED, row->load, 0);
        else
            EXPECT_OUTPUT("load d version", "0.2.0\n");
        check_untouched(row, "d/metadata.json", &before);
        check_victim(row);
    }
}

static void check_save(const struct row *row, const char *path, const char *message, int os_error,
                       size_t names)
{
    const struct stat before = set_up(row, path);

    if (message) {
        EXPECT_FAILURE("save --state s d", EXIT_FAILED, message, os_error);
        check_untouched(row, path, &before);
    } else {
        EXPECT_OUTPUT("save --metadata m d", "");
        check_saved(row, names);
    }
    check_victim(row);
}

static void save_replaces_all_but_a_directory(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + rows_count; row++)
        check_save(row, "d/metadata.json", row->save, row->save_error, 1);
}

static void save_refuses_a_symlink_and_a_directory_at_the_fixed_name(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + rows_count; row++)
        check_save(row, "d/metadata.json.tmp", row->save_beside, 0, row->names_beside);
}

/* Returns whether this process can make each device. Says why if not. */
static bool can_make_devices(void)
{
    void *state;
    bool can = true;

    (void)enter_place(&state);
    for (size_t i = 0; can && i < COUNT(devices); i++) {
        can = devices[i].make(devices[i].name) == 0;
        if (!can)
            (void)fprintf(stderr, "skipped: a %s cannot be made here: %s\n", devices[i].name,
                          strerror(errno));
    }
    (void)leave_place(&state);
    return can;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(load_refuses_what_is_no_regular_file),
        IN_PLACE(save_replaces_all_but_a_directory),
        IN_PLACE(save_refuses_a_symlink_and_a_directory_at_the_fixed_name),
    };

    if (argc > 1 && strcmp(argv[1], "devices") == 0) {
        if (!can_make_devices())
            return TEST_SKIPPED;
        rows = devices;
        rows_count = COUNT(devices);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
