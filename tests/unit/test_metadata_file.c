/* SPDX-License-Identifier: MIT */
/* Saves and loads metadata.json in a directory, by path and by descriptor. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Fails the test unless dir contains only the metadata.json of this container. */
static void assert_saved(const char *dir, const char *id)
{
    assert_true(has_saved(dir, id));
    assert_int_equal(count_names(dir), 1);
}

TEST_IN(empty_directory, a_second_save_replaces_the_first)
{
    struct nucleus_error err;

    assert_status(save_sample("first", ".", &err), NUCLEUS_OK, &err);
    poison(&err, sizeof err);
    assert_status(save_sample("second", ".", &err), NUCLEUS_OK, &err);
    assert_saved(".", "second");
    poison(&err, sizeof err);
    assert_status(load_sample(".", &err), NUCLEUS_OK, &err);
}

static void assert_saved_with_mode_0600(void)
{
    struct nucleus_error err;
    struct stat info;

    assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
    assert_int_equal(stat("metadata.json", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static const struct {
    const char *name;
    mode_t mask;
} umasks[] = {{"0", 0}, {"022", 022}, {"0777", 0777}};

TEST_EACH_IN(empty_directory, umasks, the_mode_is_0600_regardless_of_the_umask)
{
    const mode_t old = umask(row->mask);

    assert_saved_with_mode_0600();
    assert_int_equal(umask(old), row->mask);
}

/* A default ACL that denies the owner access to new files and grants it to others, as the value of
 * system.posix_acl_default (linux/posix_acl_xattr.h), in little-endian order: version 2, and then
 * the tag, permissions and ID of user::, user:65537:, group::, mask:: and other::. */
static const unsigned char acl[] = "\2\0\0\0"
                                   "\x01\0\0\0\xff\xff\xff\xff\x02\0\7\0\1\0\1\0"
                                   "\x04\0\7\0\xff\xff\xff\xff\x10\0\7\0\xff\xff\xff\xff"
                                   "\x20\0\7\0\xff\xff\xff\xff";

TEST_IN(empty_directory, the_mode_is_0600_regardless_of_a_default_acl)
{
    if (setxattr(".", "system.posix_acl_default", acl, sizeof acl - 1, 0) != 0)
        skip_test("this file system has no default ACLs");
    assert_saved_with_mode_0600();
}

static const struct {
    const char *name;
    int flags; /* -1 for AT_FDCWD */
} descriptors[] = {{"O_PATH", O_PATH}, {"O_RDONLY", O_RDONLY}, {"AT_FDCWD", -1}};

TEST_EACH_IN(empty_directory, descriptors, any_kind_of_descriptor_is_accepted_and_left_unchanged)
{
    const int fd = row->flags < 0 ? AT_FDCWD : open(".", row->flags | O_DIRECTORY);
    const int flags = fcntl(fd, F_GETFD);
    const size_t count = count_descriptors();
    struct nucleus_error err;

    assert_status(save_sample_at("at", fd, &err), NUCLEUS_OK, &err);
    assert_status(load_sample_at(fd, &err), NUCLEUS_OK, &err);
    assert_saved(".", "at");
    assert_int_equal(count_descriptors(), count);
    assert_int_equal(fcntl(fd, F_GETFD), flags);
    assert_true(row->flags != O_RDONLY || lseek(fd, 0, SEEK_CUR) == 0);
    assert_true(row->flags < 0 || close(fd) == 0);
}

static void not_directories(void)
{
    write_text("file", "x");
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
}

static const struct {
    const char *dir;
    enum nucleus_status status;
    int os_error;
} bad_directories[] = {
    {"", NUCLEUS_ERROR_NOT_FOUND, ENOENT},          {"none", NUCLEUS_ERROR_NOT_FOUND, ENOENT},
    {"file", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR}, {"fifo", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
    {"loop", NUCLEUS_ERROR_SYMLINK, ELOOP},
};

TEST_EACH_IN(not_directories, bad_directories, load_and_save_report_a_bad_directory_alike)
{
    struct nucleus_error err, save_err;
    char message[128];

    (void)snprintf(message, sizeof message, "cannot open directory '%s': %s", row->dir,
                   strerror(row->os_error));
    assert_status(load_sample(row->dir, &err), row->status, &err);
    assert_string_equal(err.message, message);
    assert_int_equal(err.os_error, row->os_error);
    assert_status(save_sample("a", row->dir, &save_err), row->status, &save_err);
    assert_string_equal(save_err.message, message);
}

TEST_IN(not_directories, a_bad_descriptor_is_refused)
{
    const int file = open("file", O_RDONLY);
    struct nucleus_error err;

    assert_status(load_sample_at(-1, &err), NUCLEUS_ERROR_IO, &err);
    assert_string_equal(err.message,
                        "cannot open the directory of 'metadata.json': Bad file descriptor");
    assert_status(save_sample_at("a", -1, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, EBADF);
    assert_status(load_sample_at(file, &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_status(save_sample_at("a", file, &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_int_equal(close(file), 0);
}

TEST_IN(empty_directory, a_symbolic_link_to_a_directory_is_followed)
{
    struct nucleus_error err;

    assert_int_equal(mkdir("dir", 0700), 0);
    assert_int_equal(symlink("dir", "link"), 0);
    assert_status(save_sample("a", "link", &err), NUCLEUS_OK, &err);
    assert_status(load_sample("link", &err), NUCLEUS_OK, &err);
    assert_saved("dir", "a");
}

/* The path consists of "." and slashes. */
TEST_IN(empty_directory, the_path_of_a_directory_may_have_any_length_below_path_max)
{
    char path[PATH_MAX + 1] = ".";
    struct nucleus_error err, save_err;

    memset(path + 1, '/', PATH_MAX - 1);
    for (size_t len = PATH_MAX - 20; len < PATH_MAX; len++) {
        path[len] = '\0';
        assert_status(save_sample("a", path, &err), NUCLEUS_OK, &err);
        assert_saved(path, "a");
        path[len] = '/';
    }
    assert_status(load_sample(path, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENAMETOOLONG);
    assert_status(save_sample("a", path, &save_err), NUCLEUS_ERROR_IO, &save_err);
    assert_string_equal(save_err.message, err.message);
}

TEST_IN(empty_directory, metadata_that_cannot_be_saved_changes_nothing)
{
    struct nucleus_error err;

    assert_status(save_sample("\xff", ".", &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message,
                        "cannot save './metadata.json': member 'container_id' is not valid UTF-8");
    assert_status(save_sample("\xff", "", &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_int_equal(count_names("."), 0);
}

static const struct {
    const char *text;
    off_t size; /* of the file; 0 for the length of text */
    enum nucleus_status status;
    const char *message;
} bad_files[] = {
    {"{}", 0, NUCLEUS_ERROR_SCHEMA, "missing member 'container_id'"},
    {"", 0, NUCLEUS_ERROR_SYNTAX, "line 1, column 1: unexpected end of input"},
    {" ", NUCLEUS_CHECKPOINT_MAX_BYTES, NUCLEUS_ERROR_SYNTAX, "line 1, column 2: expected a value"},
    {" ", NUCLEUS_CHECKPOINT_MAX_BYTES + 1, NUCLEUS_ERROR_TOO_LARGE, "larger than 4194304 bytes"},
};

TEST_EACH_IN(empty_directory, bad_files, an_error_in_the_text_names_the_file)
{
    struct nucleus_error err;

    write_text("metadata.json", row->text);
    assert_true(row->size == 0 || truncate("metadata.json", row->size) == 0);
    assert_status(load_sample(".", &err), row->status, &err);
    assert_true(strncmp(err.message, "cannot load './metadata.json': ", 31) == 0);
    assert_string_equal(err.message + 31, row->message);
}

/* Switches to another user if run by root, to whom permissions do not apply. */
TEST_IN(empty_directory, loading_needs_no_permission_to_read_the_directory)
{
    const uid_t user = geteuid(), other = user == 0 ? 65534 : user;
    enum nucleus_status found, missing;
    struct nucleus_error err;

    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("e", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", "d/metadata.json");
    assert_int_equal(chown("d", other, (gid_t)-1) + chown("e", other, (gid_t)-1), 0);
    assert_int_equal(chmod("d", 0100) + chmod("e", 0100) + chmod(".", 0711), 0);
    assert_int_equal(seteuid(other), 0);
    found = load_sample("d", &err);
    missing = load_sample("e", &err);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(chmod("d", 0700) + chmod("e", 0700), 0);
    assert_int_equal(found, NUCLEUS_OK);
    assert_int_equal(missing, NUCLEUS_ERROR_NOT_FOUND);
}
