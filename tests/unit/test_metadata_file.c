/* SPDX-License-Identifier: MIT */
/* metadata.json in a directory: saved and loaded, by path and by descriptor. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* dir holds metadata.json of this container and nothing else. */
static void assert_saved(const char *dir, const char *id)
{
    assert_true(has_saved(dir, id));
    assert_int_equal(count_names(dir), 1);
}

static void a_saved_file_is_the_canonical_text(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    size_t len, file_len;
    char *text, *file;

    (void)state;
    poison(&err, sizeof err);
    assert_status(nucleus_metadata_save(&metadata, ".", &err), NUCLEUS_OK, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(err.os_error, 0);
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    file = read_file("metadata.json", &file_len);
    assert_int_equal(file_len, len);
    assert_memory_equal(file, text, len);
    free(file);
    free(text);
    nucleus_metadata_clear(&metadata);
    assert_saved(".", "a");
}

static void assert_limit(struct nucleus_optional_u64 limit, bool is_set, uint64_t value)
{
    assert_int_equal(limit.is_set, is_set);
    assert_true(!is_set || limit.value == value);
}

static void a_file_of_nucleus_is_read(void **state)
{
    struct nucleus_metadata metadata;
    const struct nucleus_resource_limits *limits;
    struct nucleus_error err;

    (void)state;
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "metadata.json");
    poison(&metadata, sizeof metadata);
    poison(&err, sizeof err);
    assert_status(nucleus_metadata_load(".", &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(err.os_error, 0);
    assert_string_equal(metadata.container_id, "d4dcdbdf206f70050237351a60825bdbb");
    assert_string_equal(metadata.container_name, "web-2");
    assert_int_equal(metadata.original_pid, 4242);
    assert_string_equal(metadata.command[0], "nginx");
    assert_string_equal(metadata.command[1], "-g");
    assert_string_equal(metadata.command[2], "daemon off;");
    assert_null(metadata.command[3]);
    assert_true(metadata.checkpoint_at == 1795434105);
    assert_string_equal(metadata.version, "0.3.8");
    assert_false(metadata.using_gvisor);
    assert_false(metadata.rootless);
    assert_string_equal(metadata.cgroup_path, "/sys/fs/cgroup/nucleus-d4dcdbdf206f");
    limits = metadata.resource_limits;
    assert_limit(limits->memory_bytes, true, 536870912);
    assert_limit(limits->memory_high, false, 0);
    assert_limit(limits->memory_swap_max, true, 0);
    assert_limit(limits->cpu_quota_us, true, 50000);
    assert_true(limits->cpu_period_us == 100000);
    assert_limit(limits->cpu_weight, true, 100);
    assert_limit(limits->pids_max, true, 256);
    assert_int_equal(limits->io_limits_count, 1);
    assert_string_equal(limits->io_limits[0].device, "8:0");
    assert_limit(limits->io_limits[0].riops, false, 0);
    assert_limit(limits->io_limits[0].wiops, false, 0);
    assert_limit(limits->io_limits[0].rbps, true, 1048576);
    assert_limit(limits->io_limits[0].wbps, true, 2097152);
    nucleus_metadata_clear(&metadata);
}

static void a_second_save_replaces_the_first(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_status(save_sample("first", ".", &err), NUCLEUS_OK, &err);
    assert_status(save_sample("second", ".", &err), NUCLEUS_OK, &err);
    assert_saved(".", "second");
}

static void the_mode_is_0600_whatever_the_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 0277, 0777};

    (void)state;
    for (size_t i = 0; i < COUNT(masks); i++) {
        mode_t old = umask(masks[i]);
        struct nucleus_error err;
        struct stat info;

        assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
        assert_int_equal(umask(old), masks[i]);
        assert_int_equal(stat("metadata.json", &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
    }
}

/* A descriptor stays as it was. */
static void any_kind_of_descriptor_is_taken(void **state)
{
    const int fds[] = {open(".", O_PATH | O_DIRECTORY), open(".", O_RDONLY | O_DIRECTORY),
                       AT_FDCWD};

    (void)state;
    for (size_t i = 0; i < COUNT(fds); i++) {
        const size_t descriptors = count_descriptors();
        const int flags = fcntl(fds[i], F_GETFD);
        struct nucleus_error err;

        assert_status(save_sample_at("at", fds[i], &err), NUCLEUS_OK, &err);
        assert_status(load_sample_at(fds[i], &err), NUCLEUS_OK, &err);
        assert_saved(".", "at");
        assert_int_equal(count_descriptors(), descriptors);
        assert_int_equal(fcntl(fds[i], F_GETFD), flags);
        assert_int_equal(unlink("metadata.json"), 0);
    }
    assert_int_equal(lseek(fds[1], 0, SEEK_CUR), 0);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
}

/* A directory that is none, and what the messages of a load and of a save begin with. */
static const struct {
    const char *dir;
    enum nucleus_status status;
    int os_error;
    const char *load, *save;
} bad_directories[] = {
    {"", NUCLEUS_ERROR_NOT_FOUND, ENOENT,
     "cannot open directory '': ", "cannot open directory '': "},
    {"none", NUCLEUS_ERROR_NOT_FOUND, ENOENT,
     "cannot open directory 'none': ", "cannot open directory 'none': "},
    {"file", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR,
     "cannot open directory 'file': ", "cannot open directory 'file': "},
    {"file/x", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR,
     "cannot open directory 'file/x': ", "cannot open directory 'file/x': "},
    {"fifo", NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR,
     "cannot open directory 'fifo': ", "cannot open directory 'fifo': "},
    {"loop", NUCLEUS_ERROR_SYMLINK, ELOOP,
     "cannot open directory 'loop': ", "cannot open directory 'loop': "},
};

static void assert_message(const struct nucleus_error *err, int os_error, const char *before)
{
    char message[sizeof err->message];

    (void)snprintf(message, sizeof message, "%s%s", before, strerror(os_error));
    assert_int_equal(err->os_error, os_error);
    assert_string_equal(err->message, message);
}

static void a_bad_directory_has_a_status_of_its_own(void **state)
{
    (void)state;
    write_text("file", "x");
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    for (size_t i = 0; i < COUNT(bad_directories); i++) {
        const char *dir = bad_directories[i].dir;
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        poison(&metadata, sizeof metadata);
        assert_status(nucleus_metadata_load(dir, &metadata, &err), bad_directories[i].status, &err);
        assert_message(&err, bad_directories[i].os_error, bad_directories[i].load);
        assert_true(is_poisoned(&metadata, sizeof metadata));
        assert_status(save_sample("a", dir, &err), bad_directories[i].status, &err);
        assert_message(&err, bad_directories[i].os_error, bad_directories[i].save);
    }
}

static void a_bad_descriptor_is_refused(void **state)
{
    struct nucleus_error err;
    int fd;

    (void)state;
    assert_status(load_sample_at(-1, &err), NUCLEUS_ERROR_IO, &err);
    assert_message(&err, EBADF, "cannot open the directory of 'metadata.json': ");
    assert_status(save_sample_at("a", -1, &err), NUCLEUS_ERROR_IO, &err);
    assert_message(&err, EBADF, "cannot open the directory of 'metadata.json': ");
    write_text("file", "x");
    fd = open("file", O_RDONLY);
    assert_status(save_sample_at("a", fd, &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_status(load_sample_at(fd, &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_message(&err, ENOTDIR, "cannot open the directory of 'metadata.json': ");
    assert_int_equal(close(fd), 0);
}

static void a_removed_directory_is_not_found(void **state)
{
    struct nucleus_error err;
    int fd;

    (void)state;
    assert_int_equal(mkdir("gone", 0700), 0);
    fd = open("gone", O_RDONLY | O_DIRECTORY);
    assert_int_equal(rmdir("gone"), 0);
    assert_status(save_sample_at("a", fd, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_contains(err.message, "'metadata.json'");
    assert_int_equal(close(fd), 0);
}

static void a_symbolic_link_to_a_directory_is_followed(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(mkdir("dir", 0700), 0);
    assert_int_equal(symlink("dir", "link"), 0);
    assert_status(save_sample("a", "link", &err), NUCLEUS_OK, &err);
    assert_status(load_sample("link", &err), NUCLEUS_OK, &err);
    assert_saved("dir", "a");
}

static void what_cannot_be_saved_touches_nothing(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("\xff");
    struct nucleus_error err;

    (void)state;
    assert_status(nucleus_metadata_save(&metadata, ".", &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    assert_string_equal(err.message,
                        "cannot save './metadata.json': member 'container_id' is not valid UTF-8");
    assert_status(nucleus_metadata_save(&metadata, "", &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    nucleus_metadata_clear(&metadata);
    assert_int_equal(count_names("."), 0);
}

static void errors_of_the_text_name_the_file(void **state)
{
    static const struct {
        const char *text;
        enum nucleus_status status;
        const char *message;
    } rows[] = {
        {"{\n x}", NUCLEUS_ERROR_SYNTAX,
         "cannot load './metadata.json': line 2, column 2: expected a member name"},
        {"{}", NUCLEUS_ERROR_SCHEMA,
         "cannot load './metadata.json': missing member 'container_id'"},
        {"", NUCLEUS_ERROR_SYNTAX,
         "cannot load './metadata.json': line 1, column 1: unexpected end of input"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct nucleus_error err;

        write_text("metadata.json", rows[i].text);
        assert_status(load_sample(".", &err), rows[i].status, &err);
        assert_string_equal(err.message, rows[i].message);
    }
}

static void a_file_over_the_cap_is_refused(void **state)
{
    struct nucleus_error err;

    (void)state;
    write_text("metadata.json", "");
    assert_int_equal(truncate("metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES), 0);
    assert_status(load_sample(".", &err), NUCLEUS_ERROR_SYNTAX, &err);
    assert_int_equal(truncate("metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES + 1), 0);
    assert_status(load_sample(".", &err), NUCLEUS_ERROR_TOO_LARGE, &err);
    assert_int_equal(truncate("metadata.json", INT64_C(3) << 30), 0);
    assert_status(load_sample(".", &err), NUCLEUS_ERROR_TOO_LARGE, &err);
    assert_string_equal(err.message, "cannot load './metadata.json': larger than 4194304 bytes");
}

static void loading_needs_no_readable_directory(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", "d/metadata.json");
    assert_int_equal(chmod("d", 0100), 0);
    assert_status(load_sample("d", &err), NUCLEUS_OK, &err);
    assert_int_equal(chmod("d", 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_saved_file_is_the_canonical_text),
        IN_DIRECTORY(a_file_of_nucleus_is_read),
        IN_DIRECTORY(a_second_save_replaces_the_first),
        IN_DIRECTORY(the_mode_is_0600_whatever_the_umask),
        IN_DIRECTORY(any_kind_of_descriptor_is_taken),
        IN_DIRECTORY(a_bad_directory_has_a_status_of_its_own),
        IN_DIRECTORY(a_bad_descriptor_is_refused),
        IN_DIRECTORY(a_removed_directory_is_not_found),
        IN_DIRECTORY(a_symbolic_link_to_a_directory_is_followed),
        IN_DIRECTORY(what_cannot_be_saved_touches_nothing),
        IN_DIRECTORY(errors_of_the_text_name_the_file),
        IN_DIRECTORY(a_file_over_the_cap_is_refused),
        IN_DIRECTORY(loading_needs_no_readable_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
