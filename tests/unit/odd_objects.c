/* SPDX-License-Identifier: MIT */
#include "odd_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static const char victim_text[] = "the victim's own bytes";

static void make_link(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(symlink("victim", path), 0);
}

static void make_dangling_link(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(symlink("nothing", path), 0);
}

static void make_hard_link(const char *dir, const char *path)
{
    assert_int_equal(link(path_in(dir, "victim"), path), 0);
}

static void make_fifo(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_socket(const char *dir, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)dir;
    assert_true(strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(fd), 0);
}

static void make_empty_directory(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_full_directory(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(mkdir(path, 0700), 0);
    write_text(path_in(path, "inside"), "x");
}

static void make_null_device(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(mknod(path, S_IFCHR | 0600, makedev(1, 5)), 0); /* /dev/zero */
}

static void make_block_device(const char *dir, const char *path)
{
    (void)dir;
    assert_int_equal(mknod(path, S_IFBLK | 0600, makedev(7, 255)), 0);
}

#define LINK NUCLEUS_ERROR_SYMLINK
#define ODD NUCLEUS_ERROR_NOT_REGULAR
#define TEXT NUCLEUS_ERROR_SYNTAX /* the victim is read: a hard link is a regular file */

const struct odd_object odd_objects[] = {
    {"symbolic link", make_link, LINK, NUCLEUS_OK, LINK},
    {"dangling symbolic link", make_dangling_link, LINK, NUCLEUS_OK, LINK},
    {"hard link", make_hard_link, TEXT, NUCLEUS_OK, NUCLEUS_OK},
    {"FIFO", make_fifo, ODD, NUCLEUS_OK, NUCLEUS_OK},
    {"socket", make_socket, ODD, NUCLEUS_OK, NUCLEUS_OK},
    {"empty directory", make_empty_directory, ODD, ODD, ODD},
    {"full directory", make_full_directory, ODD, ODD, ODD},
};
const size_t odd_objects_count = sizeof odd_objects / sizeof odd_objects[0];

const struct odd_object odd_devices[] = {
    {"character device", make_null_device, ODD, NUCLEUS_OK, NUCLEUS_OK},
    {"block device", make_block_device, ODD, NUCLEUS_OK, NUCLEUS_OK},
};
const size_t odd_devices_count = sizeof odd_devices / sizeof odd_devices[0];

static void check_load(const struct odd_object *object, const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    object->make(dir, path_in(dir, "metadata.json"));
    assert_status(nucleus_metadata_load(dir, &metadata, &err), object->load, &err);
    assert_contains(err.message, "/metadata.json': ");
}

/* Saves with the object called name; what it refuses must still stand, what it takes be gone. */
static void check_save(const struct odd_object *object, const char *dir, const char *name,
                       enum nucleus_status expected)
{
    struct nucleus_error err;
    struct stat before, after;
    size_t names;

    object->make(dir, path_in(dir, name));
    assert_int_equal(lstat(path_in(dir, name), &before), 0);
    names = count_names(dir);
    assert_status(save_sample("new", dir, &err), expected, &err);
    if (expected != NUCLEUS_OK) {
        assert_int_equal(lstat(path_in(dir, name), &after), 0);
        assert_true(before.st_ino == after.st_ino);
        assert_int_equal(count_names(dir), names);
        assert_contains(err.message, path_in(dir, name));
        return;
    }
    /* metadata.json and victim; a regular metadata.json.tmp may be nucleus's and stays. */
    names = S_ISREG(before.st_mode) && strcmp(name, "metadata.json") != 0 ? 3 : 2;
    assert_int_equal(count_names(dir), names);
    assert_true(has_saved(dir, "new"));
}

/* A fresh directory with a victim for each of the three places. */
static void check_place(const struct odd_object *object, int place)
{
    void *dir;
    char *text;

    assert_int_equal(make_directory(&dir), 0);
    write_text(path_in(dir, "victim"), victim_text);
    if (place == 0)
        check_load(object, dir);
    else if (place == 1)
        check_save(object, dir, "metadata.json", object->save);
    else
        check_save(object, dir, "metadata.json.tmp", object->save_temp);
    text = read_file(path_in(dir, "victim"), NULL);
    assert_string_equal(text, victim_text);
    free(text);
    assert_false(exists(path_in(dir, "nothing")));
    assert_int_equal(remove_directory(&dir), 0);
}

void check_odd_objects(const struct odd_object *objects, size_t count)
{
    static const char *const places[] = {"load", "save over", "save beside the temporary"};

    (void)alarm(60); /* an opened FIFO would hang */
    for (size_t i = 0; i < count; i++) {
        for (int place = 0; place < 3; place++) {
            print_message("%s: %s\n", objects[i].name, places[place]);
            check_place(&objects[i], place);
        }
    }
    (void)alarm(0);
}
