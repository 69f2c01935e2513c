/* SPDX-License-Identifier: MIT */
/* Records the limits of a cgroup directory, g, which is a copy of a real one. A failure names the
 * file that caused it. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void cgroup(void)
{
    assert_int_equal(mkdir("g", 0700), 0);
    copy_cgroup("g");
}

/* Returns the JSON of metadata with the limits of g. Must be freed with free(3). */
static char *capture(void)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text;

    assert_status(sample_from_state("g", &metadata, &err), NUCLEUS_OK, &err);
    assert_true(!metadata.resource_limits->io_limits ==
                (metadata.resource_limits->io_limits_count == 0));
    text = encode_metadata(&metadata, NULL);
    nucleus_metadata_clear(&metadata);
    return text;
}

/* Fails the test unless the capture fails with "cannot read 'g/FILE': PROBLEM". */
static void assert_fails(enum nucleus_status expected, const char *file, const char *problem)
{
    struct nucleus_error err;
    char message[sizeof err.message];

    assert_status(capture_sample("g", &err), expected, &err);
    assert_int_equal(err.os_error, expected == NUCLEUS_ERROR_IO ? ENOENT : 0);
    (void)snprintf(message, sizeof message, "cannot read 'g/%s': %s", file, problem);
    assert_string_equal(err.message, message);
}

TEST_IN(cgroup, limits_are_recorded_as_nucleus_records_them)
{
    char *text = capture();
    char *expected = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);

    assert_contains(text, "\"cgroup_path\": \"g\"");
    assert_string_equal(strstr(text, "\"resource_limits\""),
                        strstr(expected, "\"resource_limits\""));
    free(expected);
    free(text);
}

#define U64 "expected 'max' or a number from 0 to 18446744073709551615"
#define PIDS "expected 'max' or a number from 1 to 18446744073709551614"
#define CPU "expected 'QUOTA PERIOD', QUOTA a number or 'max', PERIOD not 0"
#define IO "expected 'MAJOR:MINOR KEY=VALUE...' with keys riops, wiops, rbps, wbps"

static const struct {
    const char *file;
    const char *problem; /* NULL if the contents are accepted */
    const char *contents[14];
} files[] = {
    {"memory.max", NULL, {"max\n", "max", "0\n", "18446744073709551615\n", "\t\v\f12 \r\n\n"}},
    {"memory.max",
     U64,
     {"", "\n", "\00112\n", "12\x0e\n", "18446744073709551616\n", "-1\n", "+1\n", "0x10\n",
      "12\n13\n", "max max\n", "Max\n", "maximum\n", "ma\n"}},
    {"memory.high", U64, {"x\n"}},
    {"memory.swap.max", U64, {"1.5\n"}},
    {"cpu.weight", NULL, {"10000\n"}},
    {"cpu.weight", U64, {"heavy\n"}},
    {"pids.max", NULL, {"max\n", "1\n", "18446744073709551614\n"}},
    {"pids.max", PIDS, {"0\n", "18446744073709551615\n", "one\ntwo\x1b\n"}},
    {"cpu.max", NULL, {"max 100000\n", "1\t1"}},
    {"cpu.max",
     CPU,
     {"", "max\n", "50000\n", "50000 0\n", "50000 max\n", "50000 100000 1\n", "x 100000\n"}},
    {"io.max", NULL, {"", "\n \n", "8:0 rbps=max wbps=max riops=max wiops=max\n"}},
    {"io.max",
     IO,
     {"x rbps=1", "8 rbps=1", ":0 rbps=1", "8: rbps=1", "8:0:1 rbps=1", "a:b rbps=1",
      "x\n8:0 rbps=1", "8:0 rbps=1\nx"}},
    {"io.max",
     IO,
     {"8:0", "8:0 rbps", "8:0 rbps=", "8:0 =1", "8:0 rbps=x", "8:0 rbps=1=2", "8:0 rbps=1 rbps=2",
      "8:0 rbps=max rbps=2", "8:0 rbps=1 wbps=2 rbps=3", "8:0 device=max", "8:0 xbps=1",
      "8:0 rope=1"}},
};

TEST_EACH_IN(cgroup, files, a_limit_is_recorded_or_the_error_names_its_file)
{
    for (const char *const *content = row->contents; *content; content++) {
        write_text(path_in("g", row->file), *content);
        if (row->problem)
            assert_fails(NUCLEUS_ERROR_SCHEMA, row->file, row->problem);
        else
            free(capture());
    }
}

TEST_IN(cgroup, each_device_has_its_own_limits)
{
    char *text;

    write_text("g/io.max", "8:0 rbps=max wiops=3\n\n259:12 wbps=0 riops=18446744073709551615");
    text = capture();
    assert_contains(
        text, "      {\n        \"device\": \"8:0\",\n        \"riops\": null,\n"
              "        \"wiops\": 3,\n        \"rbps\": null,\n"
              "        \"wbps\": null\n      },\n"
              "      {\n        \"device\": \"259:12\",\n        \"riops\": 18446744073709551615,\n"
              "        \"wiops\": null,\n        \"rbps\": null,\n"
              "        \"wbps\": 0\n      }\n");
    free(text);
}

TEST_IN(cgroup, a_nul_does_not_end_a_number)
{
    write_file("g/memory.max", "max\0max", 7);
    assert_fails(NUCLEUS_ERROR_SCHEMA, "memory.max", U64);
}

static const struct {
    const char *controllers; /* the content of cgroup.controllers; "none" if that file is missing */
    const char *optional;    /* the files that may be missing then */
} cgroups[] = {
    {"none", "io.max"},
    {"cpuset cpu io memory hugetlb pids\n", "io.max memory.swap.max cpu.max cpu.weight"},
    {"\n", "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
    {"cpu io pids\n", "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight"},
    {"cpu memory pid pidz pidsx\n", "io.max memory.swap.max cpu.max cpu.weight pids.max"},
    {"cpuset memory.max pid\n",
     "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
};

TEST_EACH_IN(cgroup, cgroups, a_file_may_be_missing_if_its_controller_is_not_enabled)
{
    if (strcmp(row->controllers, "none") != 0)
        write_text("g/cgroup.controllers", row->controllers);
    for (size_t i = 0; i < CGROUP_FILES; i++) {
        assert_int_equal(unlink(path_in("g", cgroup_files[i])), 0);
        if (strstr(row->optional, cgroup_files[i]))
            free(capture());
        else
            assert_fails(NUCLEUS_ERROR_IO, cgroup_files[i], strerror(ENOENT));
        copy_cgroup("g");
    }
}

TEST_IN(cgroup, only_regular_files_are_read)
{
    assert_int_equal(unlink("g/memory.max"), 0);
    assert_int_equal(symlink("memory.high", "g/memory.max"), 0);
    assert_fails(NUCLEUS_ERROR_SYMLINK, "memory.max", "is a symbolic link");
    assert_int_equal(unlink("g/memory.max"), 0);
    assert_int_equal(mkfifo("g/cgroup.controllers", 0600), 0);
    assert_fails(NUCLEUS_ERROR_NOT_REGULAR, "cgroup.controllers", "is not a regular file");
    assert_int_equal(mkfifo("g/memory.max", 0600), 0);
    assert_fails(NUCLEUS_ERROR_NOT_REGULAR, "memory.max", "is not a regular file");
}

TEST_IN(cgroup, an_endless_file_is_refused)
{
    assert_int_equal(truncate("g/io.max", 65536), 0);
    assert_fails(NUCLEUS_ERROR_SCHEMA, "io.max", IO);
    assert_int_equal(truncate("g/io.max", 65537), 0);
    assert_fails(NUCLEUS_ERROR_SCHEMA, "io.max", "longer than 65536 bytes");
}
