/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy_data(const char *name, const char *path)
{
    size_t len;
    char *bytes = read_data(name, &len);

    write_file(path, bytes, len);
    free(bytes);
}

static void a_file_of_nucleus_is_read(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    copy_data("nucleus-0.3.8-metadata-cgroup.json", path_in(*state, "metadata.json"));
    memset(&metadata, 0xa5, sizeof metadata);
    memset(&err, 0xa5, sizeof err);
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_OK, &err);
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
    assert_true(metadata.resource_limits->memory_bytes.is_set);
    assert_true(metadata.resource_limits->memory_bytes.value == 536870912);
    assert_false(metadata.resource_limits->memory_high.is_set);
    assert_true(metadata.resource_limits->memory_swap_max.is_set);
    assert_true(metadata.resource_limits->memory_swap_max.value == 0);
    assert_true(metadata.resource_limits->cpu_quota_us.value == 50000);
    assert_true(metadata.resource_limits->cpu_period_us == 100000);
    assert_true(metadata.resource_limits->cpu_weight.value == 100);
    assert_true(metadata.resource_limits->pids_max.value == 256);
    assert_int_equal(metadata.resource_limits->io_limits_count, 1);
    assert_string_equal(metadata.resource_limits->io_limits[0].device, "8:0");
    assert_false(metadata.resource_limits->io_limits[0].riops.is_set);
    assert_true(metadata.resource_limits->io_limits[0].wbps.value == 2097152);
    nucleus_metadata_clear(&metadata);
}

static void load_at_takes_any_kind_of_descriptor(void **state)
{
    static const int flags[] = {O_PATH, O_RDONLY};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    int here = open(".", O_RDONLY | O_DIRECTORY);

    assert_true(here >= 0);
    copy_data("nucleus-0.2.0-metadata.json", path_in(*state, "metadata.json"));
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        int fd = open(*state, flags[i] | O_DIRECTORY);
        size_t before = count_descriptors();

        assert_true(fd >= 0);
        assert_status(nucleus_metadata_load_at(fd, &metadata, &err), NUCLEUS_OK, &err);
        assert_int_equal(count_descriptors(), before);
        assert_int_equal(close(fd), 0);
        nucleus_metadata_clear(&metadata);
    }
    assert_int_equal(chdir(*state), 0);
    assert_status(nucleus_metadata_load_at(AT_FDCWD, &metadata, &err), NUCLEUS_OK, &err);
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
    nucleus_metadata_clear(&metadata);
}

static void what_is_not_there_is_told_apart(void **state)
{
    const char *file = path_in(*state, "file");
    const char *loop = path_in(*state, "loop");
    const struct {
        const char *dir;
        enum nucleus_status status;
        int os_error;
    } rows[] = {
        {"", NUCLEUS_ERROR_NOT_FOUND, ENOENT},
        {*state, NUCLEUS_ERROR_NOT_FOUND, ENOENT},
        {path_in(*state, "none"), NUCLEUS_ERROR_NOT_FOUND, ENOENT},
        {file, NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
        {loop, NUCLEUS_ERROR_SYMLINK, ELOOP},
    };
    struct nucleus_metadata metadata, poison;

    memset(&poison, 0xa5, sizeof poison);
    write_text(file, "x");
    assert_int_equal(symlink("loop", loop), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nucleus_error err;

        memset(&metadata, 0xa5, sizeof metadata);
        assert_status(nucleus_metadata_load(rows[i].dir, &metadata, &err), rows[i].status, &err);
        assert_int_equal(err.os_error, rows[i].os_error);
        assert_contains(err.message, strerror(rows[i].os_error));
        assert_contains(err.message, rows[i].dir);
        assert_memory_equal(&metadata, &poison, sizeof poison);
    }
}

static void a_bad_descriptor_is_an_io_error(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    assert_status(nucleus_metadata_load_at(-1, &metadata, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, EBADF);
    assert_string_equal(err.message, "cannot load 'metadata.json': Bad file descriptor");
}

static void a_path_too_long_is_an_io_error(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *dir = malloc(10001);

    (void)state;
    assert_non_null(dir);
    memset(dir, 'd', 10000);
    dir[10000] = '\0';
    assert_status(nucleus_metadata_load(dir, &metadata, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENAMETOOLONG);
    assert_contains(err.message, "ddd': ");
    assert_contains(err.message, strerror(ENAMETOOLONG));
    free(dir);
}

static void text_errors_name_the_file(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    write_text(path_in(*state, "metadata.json"), "{\n x}");
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_SYNTAX, &err);
    assert_true(strncmp(err.message, "cannot load 'nucleus-test-", 26) == 0);
    assert_contains(err.message, "/metadata.json': line 2, column 2: expected a member name");
    write_text(path_in(*state, "metadata.json"), "{}");
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_SCHEMA, &err);
    assert_contains(err.message, "/metadata.json': missing member 'container_id'");
    write_text(path_in(*state, "metadata.json"), "");
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_SYNTAX, &err);
}

static void a_file_over_the_cap_is_refused_unread(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    const char *path = path_in(*state, "metadata.json");
    char *text = calloc(1, NUCLEUS_CHECKPOINT_MAX_BYTES);

    assert_non_null(text);
    write_file(path, text, NUCLEUS_CHECKPOINT_MAX_BYTES);
    free(text);
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_SYNTAX, &err);
    assert_int_equal(truncate(path, NUCLEUS_CHECKPOINT_MAX_BYTES + 1), 0);
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_TOO_LARGE, &err);
    assert_int_equal(truncate(path, INT64_C(3) << 30), 0);
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_ERROR_TOO_LARGE, &err);
    assert_contains(err.message, "/metadata.json': larger than 4194304 bytes");
}

static void loading_needs_no_readable_directory(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    copy_data("nucleus-0.2.0-metadata.json", path_in(*state, "metadata.json"));
    assert_int_equal(chmod(*state, 0100), 0);
    assert_status(nucleus_metadata_load(*state, &metadata, &err), NUCLEUS_OK, &err);
    assert_int_equal(chmod(*state, 0700), 0);
    nucleus_metadata_clear(&metadata);
}

static void null_is_refused(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(nucleus_metadata_load(NULL, &metadata, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    assert_status(nucleus_metadata_load(*state, NULL, &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_status(nucleus_metadata_load_at(AT_FDCWD, NULL, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_of_nucleus_is_read),
        TEST(load_at_takes_any_kind_of_descriptor),
        TEST(what_is_not_there_is_told_apart),
        TEST(a_bad_descriptor_is_an_io_error),
        TEST(a_path_too_long_is_an_io_error),
        TEST(text_errors_name_the_file),
        TEST(a_file_over_the_cap_is_refused_unread),
        TEST(loading_needs_no_readable_directory),
        TEST(null_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
