/* SPDX-License-Identifier: MIT */
/* Odd objects at metadata.json or metadata.json.tmp: none is opened or followed. With the word
 * "devices": those that only a privileged process can make. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Each makes its object at path in a directory beside the file called victim. */
static int make_link(const char *path)
{
    return symlink("../victim", path);
}

static int make_dangling_link(const char *path)
{
    return symlink("../nothing", path);
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

static int make_empty_directory(const char *path)
{
    return mkdir(path, 0700);
}

static int make_full_directory(const char *path)
{
    return mkdir(path, 0700) != 0 ? -1 : mkfifo(path_in(path, "inside"), 0600);
}

/* /dev/zero, which never ends. */
static int make_character_device(const char *path)
{
    return mknod(path, S_IFCHR | 0600, makedev(1, 5));
}

/* One whose opening may wait for a disk. */
static int make_block_device(const char *path)
{
    return mknod(path, S_IFBLK | 0600, makedev(7, 255));
}

/* How a load or a save ends. */
struct ending {
    enum nucleus_status status;
    int os_error;
    const char *message;
};

#define LOAD "cannot load 'd/metadata.json': "
#define SAVE "cannot save 'd/metadata.json': "

static const struct ending done = {NUCLEUS_OK, 0, ""};
static const struct ending is_link = {NUCLEUS_ERROR_SYMLINK, 0, LOAD "is a symbolic link"};
static const struct ending is_odd = {NUCLEUS_ERROR_NOT_REGULAR, 0, LOAD "is not a regular file"};
static const struct ending is_directory = {NUCLEUS_ERROR_NOT_REGULAR, 0, LOAD "is a directory"};
static const struct ending is_read = {NUCLEUS_ERROR_SYNTAX, 0,
                                      LOAD "line 1, column 1: expected a value"};
static const struct ending keeps_directory = {NUCLEUS_ERROR_NOT_REGULAR, EISDIR,
                                              SAVE "is a directory"};
static const struct ending link_beside = {NUCLEUS_ERROR_SYMLINK, 0,
                                          SAVE "'metadata.json.tmp' is a symbolic link"};
static const struct ending directory_beside = {NUCLEUS_ERROR_NOT_REGULAR, 0,
                                               SAVE "'metadata.json.tmp' is a directory"};

static const struct object {
    const char *name;
    int (*make)(const char *path);
    const struct ending *load, *save; /* of it, and over it, as metadata.json */
    const struct ending *beside;      /* of a save with it as metadata.json.tmp */
} objects[] = {
    {"symbolic link", make_link, &is_link, &done, &link_beside},
    {"dangling link", make_dangling_link, &is_link, &done, &link_beside},
    {"hard link", make_hard_link, &is_read, &done, &done},
    {"FIFO", make_fifo, &is_odd, &done, &done},
    {"socket", make_socket, &is_odd, &done, &done},
    {"empty directory", make_empty_directory, &is_directory, &keeps_directory, &directory_beside},
    {"full directory", make_full_directory, &is_directory, &keeps_directory, &directory_beside},
};

static const struct object devices[] = {
    {"character device", make_character_device, &is_odd, &done, &done},
    {"block device", make_block_device, &is_odd, &done, &done},
};

static const struct object *first = objects;
static size_t count = COUNT(objects);

static void check_ending(const struct object *object, const struct ending *expected,
                         const struct nucleus_error *err)
{
    if (err->status != expected->status || err->os_error != expected->os_error ||
        strcmp(err->message, expected->message) != 0)
        fail_msg("%s: status %d, %s", object->name, (int)err->status, err->message);
}

/* Puts the object at path, where it stays or is replaced by the new file or by nothing. */
static void check(const struct object *object, const char *path, const struct ending *expected,
                  enum nucleus_status (*act)(struct nucleus_error *err))
{
    static const char text[] = "the victim's own bytes";
    const bool is_beside = strstr(path, ".tmp") != NULL;
    const bool is_saved = expected->status == NUCLEUS_OK;
    struct nucleus_error err;
    struct stat before, after;
    char *victim;
    void *dir = copy_text("d");

    assert_int_equal(mkdir("d", 0700), 0);
    write_text("victim", text);
    if (object->make(path) != 0 || lstat(path, &before) != 0)
        fail_msg("a %s cannot be made", object->name);
    (void)act(&err);
    check_ending(object, expected, &err);
    if ((lstat(path, &after) == 0 && after.st_ino == before.st_ino) != (is_beside || !is_saved))
        fail_msg("%s at %s: it is there or gone, and should not be", object->name, path);
    if (count_names("d") != (is_saved && is_beside ? 2 : 1))
        fail_msg("%s at %s: something is left over", object->name, path);
    assert_true(!is_saved || has_saved("d", "new"));
    victim = read_file("victim", NULL);
    assert_string_equal(victim, text);
    assert_false(exists("nothing"));
    free(victim);
    assert_int_equal(remove_directory(&dir), 0);
}

static enum nucleus_status load(struct nucleus_error *err)
{
    return load_sample("d", err);
}

static enum nucleus_status save(struct nucleus_error *err)
{
    return save_sample("new", "d", err);
}

static void load_refuses_what_is_no_regular_file(void **state)
{
    (void)state;
    for (const struct object *object = first; object < first + count; object++)
        check(object, "d/metadata.json", object->load, load);
}

static void save_replaces_all_but_a_directory(void **state)
{
    (void)state;
    for (const struct object *object = first; object < first + count; object++)
        check(object, "d/metadata.json", object->save, save);
}

static void save_refuses_a_link_and_a_directory_at_the_fixed_name(void **state)
{
    (void)state;
    for (const struct object *object = first; object < first + count; object++)
        check(object, "d/metadata.json.tmp", object->beside, save);
}

/* Returns whether this process can make each device. Says why if not. */
static bool can_make_devices(void)
{
    void *dir;
    bool can = true;

    (void)enter_directory(&dir);
    for (size_t i = 0; can && i < COUNT(devices); i++)
        can = devices[i].make(devices[i].name) == 0;
    if (!can)
        (void)printf("skipped: no device can be made here: %s\n", strerror(errno));
    (void)leave_directory(&dir);
    return can;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(load_refuses_what_is_no_regular_file),
        IN_DIRECTORY(save_replaces_all_but_a_directory),
        IN_DIRECTORY(save_refuses_a_link_and_a_directory_at_the_fixed_name),
    };

    if (argc > 1 && strcmp(argv[1], "devices") == 0) {
        if (!can_make_devices())
            return TEST_SKIPPED;
        first = devices;
        count = COUNT(devices);
    }
    (void)alarm(60); /* an opened FIFO would hang */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
