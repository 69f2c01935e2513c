/* SPDX-License-Identifier: MIT */
/* metadata.json in a directory, saved and loaded by path and by descriptor. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fails the test unless dir contains metadata.json of this container and nothing else. */
static void assert_saved(const char *dir, const char *id)
{
    assert_true(has_saved(dir, id));
    assert_int_equal(count_names(dir), 1);
}

TEST_IN(empty_directory, a_saved_file_is_the_canonical_text)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    size_t len, file_len;
    char *text = encode_metadata(&metadata, &len), *file;

    poison(&err, sizeof err);
    assert_status(nucleus_metadata_save(&metadata, ".", &err), NUCLEUS_OK, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(err.os_error, 0);
    file = read_file("metadata.json", &file_len);
    assert_int_equal(file_len, len);
    assert_memory_equal(file, text, len);
    free(file);
    free(text);
    nucleus_metadata_clear(&metadata);
    assert_saved(".", "a");
}

TEST_IN(empty_directory, a_file_of_nucleus_is_loaded)
{
    static const char *const command[] = {"nginx", "-g", "daemon off;"};
    const struct nucleus_resource_limits *limits;
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "metadata.json");
    poison(&metadata, sizeof metadata);
    poison(&err, sizeof err);
    assert_status(nucleus_metadata_load(".", &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(err.os_error, 0);
    assert_string_equal(metadata.container_id, "d4dcdbdf206f70050237351a60825bdbb");
    assert_string_equal(metadata.container_name, "web-2");
    assert_int_equal(metadata.original_pid, 4242);
    for (size_t i = 0; i < COUNT(command); i++)
        assert_string_equal(metadata.command[i], command[i]);
    assert_null(metadata.command[COUNT(command)]);
    assert_true(metadata.checkpoint_at == 1795434105);
    assert_string_equal(metadata.version, "0.3.8");
    assert_false(metadata.using_gvisor);
    assert_false(metadata.rootless);
    assert_string_equal(metadata.cgroup_path, "/sys/fs/cgroup/nucleus-d4dcdbdf206f");
    limits = metadata.resource_limits;
    assert_false(limits->memory_high.is_set);
    assert_true(limits->memory_swap_max.is_set && limits->memory_swap_max.value == 0);
    assert_true(limits->cpu_period_us == 100000);
    assert_int_equal(limits->io_limits_count, 1);
    assert_string_equal(limits->io_limits[0].device, "8:0");
    assert_true(limits->io_limits[0].wbps.is_set && limits->io_limits[0].wbps.value == 2097152);
    nucleus_metadata_clear(&metadata);
}

TEST_IN(empty_directory, a_second_save_replaces_the_first)
{
    struct nucleus_error err;

    assert_status(save_sample("first", ".", &err), NUCLEUS_OK, &err);
    assert_status(save_sample("second", ".", &err), NUCLEUS_OK, &err);
    assert_saved(".", "second");
}

static const struct {
    const char *name;
    mode_t mask;
} umasks[] = {{"0", 0}, {"022", 022}, {"0277", 0277}, {"0777", 0777}};

TEST_EACH_IN(empty_directory, umasks, the_mode_is_0600_regardless_of_the_umask)
{
    const mode_t old = umask(row->mask);
    struct nucleus_error err;
    struct stat info;

    assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
    assert_int_equal(umask(old), row->mask);
    assert_int_equal(stat("metadata.json", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static const struct {
    const char *name;
    int flags; /* -1 for AT_FDCWD */
} descriptors[] = {{"O_PATH", O_PATH}, {"O_RDONLY", O_RDONLY}, {"AT_FDCWD", -1}};

TEST_EACH_IN(empty_directory, descriptors, any_kind_of_descriptor_is_accepted_and_left_as_it_is)
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

static void assert_message(const struct nucleus_error *err, int os_error, const char *before,
                           const char *dir)
{
    char message[sizeof err->message];

    (void)snprintf(message, sizeof message, "%s'%s': %s", before, dir, strerror(os_error));
    assert_int_equal(err->os_error, os_error);
    assert_string_equal(err->message, message);
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
    {"", NUCLEUS_ERROR_NOT_FOUND, ENOENT},
    {"none", NUCLEUS_ERROR_NOT_FOUND, ENOENT},
    {"file", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
    {"file/x", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
    {"fifo", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
    {"loop", NUCLEUS_ERROR_SYMLINK, ELOOP},
};

TEST_EACH_IN(not_directories, bad_directories, load_and_save_name_a_bad_directory_alike)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    poison(&metadata, sizeof metadata);
    assert_status(nucleus_metadata_load(row->dir, &metadata, &err), row->status, &err);
    assert_message(&err, row->os_error, "cannot open directory ", row->dir);
    assert_true(is_poisoned(&metadata, sizeof metadata));
    assert_status(save_sample("a", row->dir, &err), row->status, &err);
    assert_message(&err, row->os_error, "cannot open directory ", row->dir);
}

/* Fails the test unless both a load and a save fail to open the directory. */
static void assert_both_fail(int fd, enum nucleus_status expected, int os_error)
{
    static const char before[] = "cannot open the directory of ";
    struct nucleus_error err;

    assert_status(load_sample_at(fd, &err), expected, &err);
    assert_message(&err, os_error, before, "metadata.json");
    assert_status(save_sample_at("a", fd, &err), expected, &err);
    assert_message(&err, os_error, before, "metadata.json");
}

TEST_IN(not_directories, a_bad_descriptor_is_refused)
{
    const int fd = open("file", O_RDONLY);

    assert_both_fail(-1, NUCLEUS_ERROR_IO, EBADF);
    assert_both_fail(fd, NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR);
    assert_int_equal(close(fd), 0);
}

TEST_IN(empty_directory, a_removed_directory_is_not_found)
{
    struct nucleus_error err;
    int fd;

    assert_int_equal(mkdir("gone", 0700), 0);
    fd = open("gone", O_RDONLY | O_DIRECTORY);
    assert_int_equal(rmdir("gone"), 0);
    assert_status(save_sample_at("a", fd, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_contains(err.message, "'metadata.json'");
    assert_int_equal(close(fd), 0);
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
    off_t size; /* of the file, if it is not that of the text */
    enum nucleus_status status;
    const char *message;
} bad_files[] = {
    {"{\n x}", 0, NUCLEUS_ERROR_SYNTAX, "line 2, column 2: expected a member name"},
    {"{}", 0, NUCLEUS_ERROR_SCHEMA, "missing member 'container_id'"},
    {"", 0, NUCLEUS_ERROR_SYNTAX, "line 1, column 1: unexpected end of input"},
    {" ", NUCLEUS_CHECKPOINT_MAX_BYTES, NUCLEUS_ERROR_SYNTAX, "line 1, column 2: expected a value"},
    {" ", NUCLEUS_CHECKPOINT_MAX_BYTES + 1, NUCLEUS_ERROR_TOO_LARGE, "larger than 4194304 bytes"},
    {" ", INT64_C(3) << 30, NUCLEUS_ERROR_TOO_LARGE, "larger than 4194304 bytes"},
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

/* Runs as another user if it is root, to whom permissions do not apply. */
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
    assert_int_equal(chmod("d", 0700), 0);
    assert_int_equal(found, NUCLEUS_OK);
    assert_int_equal(missing, NUCLEUS_ERROR_NOT_FOUND);
}
