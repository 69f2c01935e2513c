/* SPDX-License-Identifier: MIT */
/* The limits of a cgroup directory: taken as the kernel writes them, or refused by file name. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {"memory.max", "memory.high", "memory.swap.max", "cpu.max",
                                    "cpu.weight", "pids.max",    "io.max"};

enum { FILES = sizeof files / sizeof files[0] };

/* Gives dir the files of data/cgroup. */
static void make_cgroup(const char *dir)
{
    for (size_t i = 0; i < FILES; i++) {
        char name[64];
        char *bytes;
        size_t len;

        (void)snprintf(name, sizeof name, "cgroup/%s", files[i]);
        bytes = read_data(name, &len);
        write_file(path_in(dir, files[i]), bytes, len);
        free(bytes);
    }
}

static enum nucleus_status capture(const char *dir, struct nucleus_metadata *ret,
                                   struct nucleus_error *err)
{
    static char *const command[] = {"nginx", "-g", "daemon off;", NULL};
    const struct nucleus_container_state container = {.id = "a",
                                                      .name = "b",
                                                      .pid = 1,
                                                      .command = command,
                                                      .version = "0.3.8",
                                                      .cgroup_path = dir};

    return nucleus_metadata_from_state(&container, ret, err);
}

static void limits_are_captured(void **state)
{
    struct nucleus_metadata metadata;
    const struct nucleus_resource_limits *limits;
    struct nucleus_error err;

    make_cgroup(*state);
    assert_status(capture(*state, &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.cgroup_path, *state);
    limits = metadata.resource_limits;
    assert_true(limits->memory_bytes.is_set && limits->memory_bytes.value == 536870912);
    assert_false(limits->memory_high.is_set);
    assert_true(limits->memory_swap_max.is_set && limits->memory_swap_max.value == 0);
    assert_true(limits->cpu_quota_us.is_set && limits->cpu_quota_us.value == 50000);
    assert_true(limits->cpu_period_us == 100000);
    assert_true(limits->cpu_weight.is_set && limits->cpu_weight.value == 100);
    assert_true(limits->pids_max.is_set && limits->pids_max.value == 256);
    assert_int_equal(limits->io_limits_count, 1);
    assert_string_equal(limits->io_limits[0].device, "8:0");
    assert_false(limits->io_limits[0].riops.is_set);
    assert_false(limits->io_limits[0].wiops.is_set);
    assert_true(limits->io_limits[0].rbps.value == 1048576);
    assert_true(limits->io_limits[0].wbps.value == 2097152);
    nucleus_metadata_clear(&metadata);
}

/* What nucleus wrote for such a cgroup is what comes out of it here. */
static void captured_limits_are_saved_as_nucleus_does(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text, *nucleus;
    size_t len;

    make_cgroup(*state);
    assert_status(capture(*state, &metadata, &err), NUCLEUS_OK, &err);
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    nucleus = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    assert_string_equal(strstr(text, "\"resource_limits\""),
                        strstr(nucleus, "\"resource_limits\""));
    free(nucleus);
    free(text);
    nucleus_metadata_clear(&metadata);
}

struct row {
    const char *file;
    const char *content;
    bool good;
};

static const struct row rows[] = {
    {"memory.max", "max\n", true},
    {"memory.max", "max", true},
    {"memory.max", "0\n", true},
    {"memory.max", "18446744073709551615\n", true},
    {"memory.max", " 12 \n\n", true},
    {"memory.max", "", false},
    {"memory.max", "\n", false},
    {"memory.max", "18446744073709551616\n", false},
    {"memory.max", "-1\n", false},
    {"memory.max", "+1\n", false},
    {"memory.max", "0x10\n", false},
    {"memory.max", "1e3\n", false},
    {"memory.max", "12 13\n", false},
    {"memory.max", "12\n13\n", false},
    {"memory.max", "max max\n", false},
    {"memory.max", "Max\n", false},
    {"memory.max", "maximum\n", false},
    {"memory.max", "ma\n", false},
    {"memory.max", "12k\n", false},
    {"memory.high", "x\n", false},
    {"memory.swap.max", "1.5\n", false},
    {"cpu.weight", "10000\n", true},
    {"cpu.weight", "heavy\n", false},
    {"pids.max", "max\n", true},
    {"pids.max", "1\n", true},
    {"pids.max", "18446744073709551614\n", true},
    {"pids.max", "0\n", false},
    {"pids.max", "18446744073709551615\n", false},
    {"cpu.max", "max 100000\n", true},
    {"cpu.max", "1 1", true},
    {"cpu.max", "50000\t100000\n", true},
    {"cpu.max", "", false},
    {"cpu.max", "max\n", false},
    {"cpu.max", "50000\n", false},
    {"cpu.max", "50000 0\n", false},
    {"cpu.max", "50000 max\n", false},
    {"cpu.max", "50000 100000 1\n", false},
    {"cpu.max", "x 100000\n", false},
    {"io.max", "", true},
    {"io.max", "\n \n", true},
    {"io.max", "8:0 rbps=1\n", true},
    {"io.max", "8:0 rbps=max wbps=max riops=max wiops=max\n", true},
    {"io.max", "8:0 rbps=1\n\n259:12 wiops=0 riops=18446744073709551615", true},
    {"io.max", "8:0\n", false},
    {"io.max", "8 rbps=1\n", false},
    {"io.max", ":0 rbps=1\n", false},
    {"io.max", "8: rbps=1\n", false},
    {"io.max", "8:0:1 rbps=1\n", false},
    {"io.max", "a:b rbps=1\n", false},
    {"io.max", "8:0 rbps\n", false},
    {"io.max", "8:0 rbps=\n", false},
    {"io.max", "8:0 =1\n", false},
    {"io.max", "8:0 rbps=x\n", false},
    {"io.max", "8:0 rbps=1=2\n", false},
    {"io.max", "8:0 rbps=-1\n", false},
    {"io.max", "8:0 rbps=1 rbps=2\n", false},
    {"io.max", "8:0 rbps=max rbps=2\n", false},
    {"io.max", "8:0 device=1\n", false},
    {"io.max", "8:0 xbps=1\n", false},
    {"io.max", "8:0 latency=1\n", false},
    {"io.max", "8:0 rbps=1\nrubbish\n", false},
};

static bool check(const char *dir, const struct row *row)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = capture(dir, &metadata, &err);

    if (status == NUCLEUS_OK) {
        nucleus_metadata_clear(&metadata);
        return row->good;
    }
    return !row->good && status == NUCLEUS_ERROR_SCHEMA && err.os_error == 0 &&
           strstr(err.message, path_in(dir, row->file));
}

static void good_files_are_taken_and_bad_ones_named(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_cgroup(*state);
        write_text(path_in(*state, rows[i].file), rows[i].content);
        if (!check(*state, &rows[i])) {
            print_error("%s: \"%s\"\n", rows[i].file, rows[i].content);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void each_device_has_its_own_limits(void **state)
{
    struct nucleus_metadata metadata;
    const struct nucleus_io_limit *limits;
    struct nucleus_error err;

    make_cgroup(*state);
    write_text(path_in(*state, "io.max"), "8:0 rbps=max wiops=3\n\n259:12 wbps=0 riops=7");
    assert_status(capture(*state, &metadata, &err), NUCLEUS_OK, &err);
    assert_int_equal(metadata.resource_limits->io_limits_count, 2);
    limits = metadata.resource_limits->io_limits;
    assert_string_equal(limits[0].device, "8:0");
    assert_false(limits[0].rbps.is_set);
    assert_true(limits[0].wiops.is_set && limits[0].wiops.value == 3);
    assert_string_equal(limits[1].device, "259:12");
    assert_true(limits[1].wbps.is_set && limits[1].wbps.value == 0);
    assert_true(limits[1].riops.is_set && limits[1].riops.value == 7);
    nucleus_metadata_clear(&metadata);
}

static void a_nul_is_no_end_of_a_number(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    make_cgroup(*state);
    write_file(path_in(*state, "memory.max"), "12\0003", 4);
    assert_status(capture(*state, &metadata, &err), NUCLEUS_ERROR_SCHEMA, &err);
}

/* Which limits are absent once a file is; in the order of files. */
static bool is_absent(const struct nucleus_resource_limits *limits, size_t file)
{
    const bool absent[FILES] = {
        !limits->memory_bytes.is_set,
        !limits->memory_high.is_set,
        !limits->memory_swap_max.is_set,
        !limits->cpu_quota_us.is_set && limits->cpu_period_us == 100000,
        !limits->cpu_weight.is_set,
        !limits->pids_max.is_set,
        limits->io_limits_count == 0,
    };

    return absent[file];
}

static const struct {
    const char *name;
    const char *controllers; /* the content of cgroup.controllers; NULL: there is none */
    bool may_be_missing[FILES];
} cgroups[] = {
    {"no controllers", NULL, {[6] = true}},
    {"all enabled", "cpuset cpu io memory hugetlb pids\n", {[2] = true, [6] = true}},
    {"none enabled", "\n", {true, true, true, true, true, true, true}},
    {"no memory", "cpu io pids\n", {[0] = true, [1] = true, [2] = true, [6] = true}},
    {"no cpu", "cpuset io memory pids\n", {[2] = true, [3] = true, [4] = true, [6] = true}},
    {"no pids", "cpu memory pid pidsx\n", {[2] = true, [5] = true, [6] = true}},
};

static bool is_missing_file_judged(const char *dir, size_t cgroup, size_t file)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = capture(dir, &metadata, &err);
    char message[512];
    bool good;

    if (status == NUCLEUS_OK) {
        good = cgroups[cgroup].may_be_missing[file] && is_absent(metadata.resource_limits, file);
        nucleus_metadata_clear(&metadata);
        return good;
    }
    (void)snprintf(message, sizeof message, "cannot read '%s/%s': %s", dir, files[file],
                   strerror(ENOENT));
    return !cgroups[cgroup].may_be_missing[file] && status == NUCLEUS_ERROR_IO &&
           err.os_error == ENOENT && strcmp(err.message, message) == 0;
}

static void a_file_may_be_missing_if_its_controller_is_not_enabled(void **state)
{
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof cgroups / sizeof cgroups[0]; i++) {
        if (cgroups[i].controllers)
            write_text(path_in(*state, "cgroup.controllers"), cgroups[i].controllers);
        for (size_t file = 0; file < FILES; file++) {
            make_cgroup(*state);
            assert_int_equal(unlink(path_in(*state, files[file])), 0);
            if (!is_missing_file_judged(*state, i, file)) {
                print_error("%s, without %s\n", cgroups[i].name, files[file]);
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

static void a_cgroup_without_controllers_has_no_limits(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    write_text(path_in(*state, "cgroup.controllers"), "");
    assert_status(capture(*state, &metadata, &err), NUCLEUS_OK, &err);
    for (size_t file = 0; file < FILES; file++)
        assert_true(is_absent(metadata.resource_limits, file));
    nucleus_metadata_clear(&metadata);
}

static void a_list_of_controllers_that_cannot_be_read_is_an_error(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_int_equal(mkfifo(path_in(*state, "cgroup.controllers"), 0600), 0);
    assert_status(capture(*state, &metadata, &err), NUCLEUS_ERROR_NOT_REGULAR, &err);
    assert_contains(err.message, "/cgroup.controllers': not a regular file");
}

static void a_malformed_file_is_told_what_was_expected(void **state)
{
    static const struct {
        const char *file, *reason;
    } malformed[] = {
        {"memory.max", "expected 'max' or a number from 0 to 18446744073709551615"},
        {"pids.max", "expected 'max' or a number from 1 to 18446744073709551614"},
        {"cpu.max", "expected 'QUOTA PERIOD', QUOTA a number or 'max', PERIOD not 0"},
        {"io.max", "expected 'MAJOR:MINOR KEY=VALUE...' with keys riops, wiops, rbps, wbps"},
    };

    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        struct nucleus_metadata metadata;
        struct nucleus_error err;
        char message[512];

        make_cgroup(*state);
        write_text(path_in(*state, malformed[i].file), "x");
        assert_status(capture(*state, &metadata, &err), NUCLEUS_ERROR_SCHEMA, &err);
        (void)snprintf(message, sizeof message, "cannot read '%s': %s",
                       path_in(*state, malformed[i].file), malformed[i].reason);
        assert_string_equal(err.message, message);
    }
}

static void nothing_but_a_file_is_read(void **state)
{
    static const struct {
        const char *file;
        enum nucleus_status status;
    } odd[] = {{"memory.max", NUCLEUS_ERROR_SYMLINK},
               {"pids.max", NUCLEUS_ERROR_NOT_REGULAR},
               {"io.max", NUCLEUS_ERROR_NOT_REGULAR}};

    for (size_t i = 0; i < 3; i++) {
        const char *path = path_in(*state, odd[i].file);
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        make_cgroup(*state);
        assert_int_equal(unlink(path), 0);
        if (odd[i].status == NUCLEUS_ERROR_SYMLINK)
            assert_int_equal(symlink("memory.high", path), 0);
        else
            assert_int_equal(mkfifo(path, 0600), 0);
        assert_status(capture(*state, &metadata, &err), odd[i].status, &err);
        assert_contains(err.message, path);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_file_without_end_is_refused(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    make_cgroup(*state);
    assert_int_equal(truncate(path_in(*state, "io.max"), 65537), 0);
    assert_status(capture(*state, &metadata, &err), NUCLEUS_ERROR_SCHEMA, &err);
    assert_contains(err.message, "/io.max': longer than 65536 bytes");
}

static void a_bad_directory_is_named(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(capture(path_in(*state, "none"), &metadata, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENOENT);
    assert_contains(err.message, "cannot open cgroup directory '");
    assert_contains(err.message, path_in(*state, "none"));
    write_text(path_in(*state, "file"), "x");
    assert_status(capture(path_in(*state, "file"), &metadata, &err), NUCLEUS_ERROR_NOT_DIRECTORY,
                  &err);
}

/* The limits that were read must not be lost either. */
static void a_path_that_is_not_utf_8_is_refused(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *dir = copy_text(path_in(*state, "\xff"));

    assert_int_equal(mkdir(dir, 0700), 0);
    make_cgroup(dir);
    assert_status(capture(dir, &metadata, &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message, "member 'cgroup_path' is not valid UTF-8");
    free(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(limits_are_captured),
        TEST(captured_limits_are_saved_as_nucleus_does),
        TEST(good_files_are_taken_and_bad_ones_named),
        TEST(each_device_has_its_own_limits),
        TEST(a_nul_is_no_end_of_a_number),
        TEST(a_file_may_be_missing_if_its_controller_is_not_enabled),
        TEST(a_cgroup_without_controllers_has_no_limits),
        TEST(a_list_of_controllers_that_cannot_be_read_is_an_error),
        TEST(a_malformed_file_is_told_what_was_expected),
        TEST(nothing_but_a_file_is_read),
        TEST(a_file_without_end_is_refused),
        TEST(a_bad_directory_is_named),
        TEST(a_path_that_is_not_utf_8_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
