/* SPDX-License-Identifier: MIT */
/* The limits of a cgroup directory: taken as the kernel writes them, or refused by file name. Each
 * test has a cgroup g, a copy of a real one. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_cgroup(void **state)
{
    (void)enter_directory(state);
    assert_int_equal(mkdir("g", 0700), 0);
    copy_cgroup("g");
    return 0;
}

/* What nucleus wrote for such a cgroup is what comes out of it here. */
static void limits_are_captured_and_saved_as_nucleus_does(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text, *nucleus;
    size_t len;

    (void)state;
    assert_status(sample_from_state("g", &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.cgroup_path, "g");
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    nucleus = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    assert_string_equal(strstr(text, "\"resource_limits\""),
                        strstr(nucleus, "\"resource_limits\""));
    free(nucleus);
    free(text);
    nucleus_metadata_clear(&metadata);
}

#define NUMBER(from, to) "expected 'max' or a number from " from " to " to
#define U64 NUMBER("0", "18446744073709551615")
#define PIDS NUMBER("1", "18446744073709551614")
#define CPU "expected 'QUOTA PERIOD', QUOTA a number or 'max', PERIOD not 0"
#define IO "expected 'MAJOR:MINOR KEY=VALUE...' with keys riops, wiops, rbps, wbps"

static const struct {
    const char *file;
    const char *content;
    const char *problem; /* NULL: it is taken */
} contents[] = {
    {"memory.max", "max\n", NULL},
    {"memory.max", "max", NULL},
    {"memory.max", "0\n", NULL},
    {"memory.max", "18446744073709551615\n", NULL},
    {"memory.max", " 12 \n\n", NULL},
    {"memory.max", "\t\v\f12\r\n", NULL},
    {"memory.max", "", U64},
    {"memory.max", "/\n", U64},
    {"memory.max", "\00112\n", U64},
    {"memory.max", "12\x0e\n", U64},
    {"memory.max", "mix\n", U64},
    {"memory.max", "\n", U64},
    {"memory.max", "18446744073709551616\n", U64},
    {"memory.max", "-1\n", U64},
    {"memory.max", "+1\n", U64},
    {"memory.max", "0x10\n", U64},
    {"memory.max", "1e3\n", U64},
    {"memory.max", "12 13\n", U64},
    {"memory.max", "12\n13\n", U64},
    {"memory.max", "max max\n", U64},
    {"memory.max", "Max\n", U64},
    {"memory.max", "maximum\n", U64},
    {"memory.max", "ma\n", U64},
    {"memory.max", "12k\n", U64},
    {"memory.high", "x\n", U64},
    {"memory.swap.max", "1.5\n", U64},
    {"cpu.weight", "10000\n", NULL},
    {"cpu.weight", "heavy\n", U64},
    {"pids.max", "max\n", NULL},
    {"pids.max", "1\n", NULL},
    {"pids.max", "18446744073709551614\n", NULL},
    {"pids.max", "0\n", PIDS},
    {"pids.max", "18446744073709551615\n", PIDS},
    {"pids.max", "one\ntwo\x1b\n", PIDS},
    {"cpu.max", "max 100000\n", NULL},
    {"cpu.max", "1 1", NULL},
    {"cpu.max", "50000\t100000\n", NULL},
    {"cpu.max", "", CPU},
    {"cpu.max", "max\n", CPU},
    {"cpu.max", "50000\n", CPU},
    {"cpu.max", "50000 0\n", CPU},
    {"cpu.max", "50000 max\n", CPU},
    {"cpu.max", "50000 100000 1\n", CPU},
    {"cpu.max", "x 100000\n", CPU},
    {"io.max", "", NULL},
    {"io.max", "\n \n", NULL},
    {"io.max", "8:0 rbps=1\n", NULL},
    {"io.max", "8:0 rbps=max wbps=max riops=max wiops=max\n", NULL},
    {"io.max", "8:0 rbps=1\n\n259:12 wiops=0 riops=18446744073709551615", NULL},
    {"io.max", "x", IO},
    {"io.max", "8:0\n", IO},
    {"io.max", "8 rbps=1\n", IO},
    {"io.max", ":0 rbps=1\n", IO},
    {"io.max", "8: rbps=1\n", IO},
    {"io.max", "8:0:1 rbps=1\n", IO},
    {"io.max", "a:b rbps=1\n", IO},
    {"io.max", "8:0 rbps\n", IO},
    {"io.max", "8:0 rbps=\n", IO},
    {"io.max", "8:0 =1\n", IO},
    {"io.max", "8:0 rbps=x\n", IO},
    {"io.max", "8:0 rbps=1=2\n", IO},
    {"io.max", "8:0 rbps=-1\n", IO},
    {"io.max", "8:0 rbps=1 rbps=2\n", IO},
    {"io.max", "8:0 rbps=max rbps=2\n", IO},
    {"io.max", "8:0 rbps=1 wbps=2 rbps=3\n", IO},
    {"io.max", "8:0 device=1\n", IO},
    {"io.max", "8:0 device=max\n", IO},
    {"io.max", "8:0 xbps=1\n", IO},
    {"io.max", "8:0 rope=1\n", IO},
    {"io.max", "8:0 latency=1\n", IO},
    {"io.max", "8:0 rbps=1\nrubbish\n", IO},
    {"io.max", "rubbish\n8:0 rbps=1\n", IO},
};

/* Fails the test unless the capture ends as expected, in the message "cannot read 'g/FILE':
 * PROBLEM" if it fails. */
static void check_capture(const char *name, const char *file, enum nucleus_status expected,
                          const char *problem)
{
    struct nucleus_error err;
    enum nucleus_status status = capture_sample("g", &err);
    char message[sizeof err.message] = "";

    if (expected != NUCLEUS_OK)
        (void)snprintf(message, sizeof message, "cannot read 'g/%s': %s", file, problem);
    if (status != expected || strcmp(err.message, message) != 0 ||
        (status == NUCLEUS_ERROR_IO) != (err.os_error == ENOENT))
        fail_msg("%s, \"%s\": status %d, %s", file, name, (int)status, err.message);
}

static void good_files_are_taken_and_bad_ones_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(contents); i++) {
        copy_cgroup("g");
        write_text(path_in("g", contents[i].file), contents[i].content);
        check_capture(contents[i].content, contents[i].file,
                      contents[i].problem ? NUCLEUS_ERROR_SCHEMA : NUCLEUS_OK, contents[i].problem);
    }
}

static void each_device_has_its_own_limits(void **state)
{
    struct nucleus_metadata metadata;
    const struct nucleus_io_limit *limits;
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    write_text("g/io.max", "8:0 rbps=max wiops=3\n\n259:12 wbps=0 riops=7");
    assert_status(sample_from_state("g", &metadata, &err), NUCLEUS_OK, &err);
    assert_int_equal(metadata.resource_limits->io_limits_count, 2);
    limits = metadata.resource_limits->io_limits;
    assert_string_equal(limits[0].device, "8:0");
    assert_false(limits[0].rbps.is_set);
    assert_true(limits[0].wiops.is_set && limits[0].wiops.value == 3);
    assert_string_equal(limits[1].device, "259:12");
    assert_true(limits[1].wbps.is_set && limits[1].wbps.value == 0);
    assert_true(limits[1].riops.is_set && limits[1].riops.value == 7);
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    nucleus_metadata_clear(&metadata);
    assert_contains(text, "\"device\": \"8:0\"");
    assert_contains(text, "\"device\": \"259:12\"");
    assert_status(nucleus_metadata_from_json(text, len, &metadata, &err), NUCLEUS_OK, &err);
    assert_true(metadata.resource_limits->io_limits[1].riops.value == 7);
    nucleus_metadata_clear(&metadata);
    free(text);
}

static void a_nul_is_no_end_of_a_word(void **state)
{
    (void)state;
    write_file("g/memory.max", "max\0max", 7);
    check_capture("NUL", "memory.max", NUCLEUS_ERROR_SCHEMA, U64);
    write_file("g/memory.max", "12\0003", 4);
    check_capture("NUL", "memory.max", NUCLEUS_ERROR_SCHEMA, U64);
}

/* Fails the test unless the limit of that file is absent. */
static void assert_absent(const struct nucleus_resource_limits *limits, size_t file)
{
    const bool is_absent[CGROUP_FILES] = {
        !limits->memory_bytes.is_set,
        !limits->memory_high.is_set,
        !limits->memory_swap_max.is_set,
        !limits->cpu_quota_us.is_set && limits->cpu_period_us == 100000,
        !limits->cpu_weight.is_set,
        !limits->pids_max.is_set,
        limits->io_limits_count == 0,
    };

    if (!is_absent[file])
        fail_msg("%s is missing, its limit is there", cgroup_files[file]);
}

/* What cgroup.controllers holds, and the files that may be missing then. */
static const struct {
    const char *controllers; /* NULL: there is no such file */
    const char *optional;
} cgroups[] = {
    {NULL, "io.max"},
    {"cpuset cpu io memory hugetlb pids\n", "io.max memory.swap.max cpu.max cpu.weight"},
    {"\n", "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
    {"cpu io pids\n", "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight"},
    {"cpuset io memory pids\n", "io.max memory.swap.max cpu.max cpu.weight"},
    {"cpu memory pid pidz pidsx\n", "io.max memory.swap.max cpu.max cpu.weight pids.max"},
    {"cpuset memory.max pid\n",
     "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
};

static void a_file_may_be_missing_if_its_controller_is_not_enabled(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cgroups) * CGROUP_FILES; i++) {
        const size_t file = i % CGROUP_FILES;
        const char *controllers = cgroups[i / CGROUP_FILES].controllers;
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        copy_cgroup("g");
        if (controllers)
            write_text("g/cgroup.controllers", controllers);
        assert_int_equal(unlink(path_in("g", cgroup_files[file])), 0);
        if (!strstr(cgroups[i / CGROUP_FILES].optional, cgroup_files[file])) {
            check_capture(controllers ? controllers : "no controllers", cgroup_files[file],
                          NUCLEUS_ERROR_IO, strerror(ENOENT));
            continue;
        }
        assert_status(sample_from_state("g", &metadata, &err), NUCLEUS_OK, &err);
        assert_absent(metadata.resource_limits, file);
        nucleus_metadata_clear(&metadata);
    }
}

static void a_cgroup_without_controllers_has_no_limits(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    for (size_t file = 0; file < CGROUP_FILES; file++)
        assert_int_equal(unlink(path_in("g", cgroup_files[file])), 0);
    write_text("g/cgroup.controllers", "");
    assert_status(sample_from_state("g", &metadata, &err), NUCLEUS_OK, &err);
    for (size_t file = 0; file < CGROUP_FILES; file++)
        assert_absent(metadata.resource_limits, file);
    nucleus_metadata_clear(&metadata);
}

static void a_list_of_controllers_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(unlink("g/memory.max"), 0);
    assert_int_equal(mkfifo("g/cgroup.controllers", 0600), 0);
    check_capture("FIFO", "cgroup.controllers", NUCLEUS_ERROR_NOT_REGULAR, "is not a regular file");
}

static void nothing_but_a_file_is_read(void **state)
{
    (void)state;
    assert_int_equal(unlink("g/memory.max"), 0);
    assert_int_equal(symlink("memory.high", "g/memory.max"), 0);
    check_capture("link", "memory.max", NUCLEUS_ERROR_SYMLINK, "is a symbolic link");
    assert_int_equal(unlink("g/memory.max"), 0);
    assert_int_equal(mkfifo("g/memory.max", 0600), 0);
    check_capture("FIFO", "memory.max", NUCLEUS_ERROR_NOT_REGULAR, "is not a regular file");
    assert_int_equal(unlink("g/io.max"), 0);
    assert_int_equal(mkfifo("g/io.max", 0600), 0);
    check_capture("FIFO", "io.max", NUCLEUS_ERROR_NOT_REGULAR, "is not a regular file");
}

static void a_file_without_end_is_refused(void **state)
{
    (void)state;
    assert_int_equal(truncate("g/io.max", 65536), 0);
    check_capture("zeros", "io.max", NUCLEUS_ERROR_SCHEMA, IO);
    for (off_t size = 65537; size < 65540; size++) {
        assert_int_equal(truncate("g/io.max", size), 0);
        check_capture("more zeros", "io.max", NUCLEUS_ERROR_SCHEMA, "longer than 65536 bytes");
    }
}

static void a_bad_directory_is_named(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_status(capture_sample("none", &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENOENT);
    assert_contains(err.message, "cannot open cgroup directory 'none': ");
    assert_status(capture_sample("g/io.max", &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_contains(err.message, "cannot open cgroup directory 'g/io.max': ");
}

/* The limits that were read must not be lost either. */
static void a_path_that_is_not_utf_8_is_refused(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(rename("g", "\xff"), 0);
    assert_status(capture_sample("\xff", &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message, "member 'cgroup_path' is not valid UTF-8");
}

#define WITH_CGROUP(test) cmocka_unit_test_setup_teardown(test, make_cgroup, leave_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CGROUP(limits_are_captured_and_saved_as_nucleus_does),
        WITH_CGROUP(good_files_are_taken_and_bad_ones_named),
        WITH_CGROUP(each_device_has_its_own_limits),
        WITH_CGROUP(a_nul_is_no_end_of_a_word),
        WITH_CGROUP(a_file_may_be_missing_if_its_controller_is_not_enabled),
        WITH_CGROUP(a_cgroup_without_controllers_has_no_limits),
        WITH_CGROUP(a_list_of_controllers_that_cannot_be_read_is_an_error),
        WITH_CGROUP(nothing_but_a_file_is_read),
        WITH_CGROUP(a_file_without_end_is_refused),
        WITH_CGROUP(a_bad_directory_is_named),
        WITH_CGROUP(a_path_that_is_not_utf_8_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
