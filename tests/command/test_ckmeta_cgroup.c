/* SPDX-License-Identifier: MIT */
/* ckmeta save with a cgroup, whose directory is a copy of a real one. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVE "save --id i --pid 1 --cgroup g d -- c"

static const char *const files[] = {"memory.max", "memory.high", "memory.swap.max", "cpu.max",
                                    "cpu.weight", "pids.max",    "io.max"};

/* Puts the samples, all of them fresh, into g. controllers: what its cgroup.controllers lists;
 * NULL: it has none. */
static void put_cgroup(const char *controllers)
{
    (void)mkdir("g", 0700);
    (void)unlink("g/cgroup.controllers");
    for (size_t i = 0; i < COUNT(files); i++)
        copy_file(path_in(TEST_DATA "/cgroup", files[i]), path_in("g", files[i]));
    if (controllers)
        write_text("g/cgroup.controllers", controllers);
}

/* The value of resource_limits in nucleus's own file of this cgroup, from column 0. */
static char *sample_limits(void)
{
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    char *from = strstr(text, "\"resource_limits\": ");
    char *to = text;

    assert_non_null(from);
    for (from += strlen("\"resource_limits\": "); *from; from++) {
        *to++ = *from;
        if (*from == '\n' && strncmp(from + 1, "  ", 2) == 0)
            from += 2;
    }
    to[-1] = '\0'; /* the document's own brace; what is left ends in a newline */
    return text;
}

static void save_captures_what_nucleus_captures(void **state)
{
    static const char document[] =
        "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
        "\"rootless\":false,\"cgroup_path\":\"g\"}";
    static const char *const lines[] = {SAVE, "save --state - d"};
    char *limits = sample_limits();

    (void)state;
    put_cgroup(NULL);
    for (size_t i = 0; i < COUNT(lines); i++) {
        expect_output((struct run){.line = lines[i], .input = document}, "");
        EXPECT_OUTPUT("load d resource_limits", limits);
        EXPECT_OUTPUT("load d cgroup_path", "g\n");
        remove_saved(lines[i]);
    }
    free(limits);
}

static void without_a_cgroup_there_are_no_limits(void **state)
{
    (void)state;
    EXPECT_OUTPUT("save --id i --pid 1 d -- c", "");
    EXPECT_OUTPUT("load d resource_limits", "null\n");
    EXPECT_OUTPUT("load d cgroup_path", "\n");
}

/* Files that may be missing, by what cgroup.controllers lists. */
static void a_file_may_be_missing_without_its_controller(void **state)
{
    static const struct {
        const char *controllers; /* NULL: there is no such file */
        const char *optional;    /* the files */
    } rows[] = {
        {NULL, "io.max"},
        {"cpuset cpu io memory hugetlb pids rdma misc\n", "io.max memory.swap.max"},
        {"cpu io pids\n", "io.max memory.max memory.high memory.swap.max"},
        {"io memory pids\n", "io.max memory.swap.max cpu.max cpu.weight"},
        {"cpu memory\n", "io.max memory.swap.max pids.max"},
        {"cpuset memory.max pid\n",
         "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
        {"", "io.max memory.max memory.high memory.swap.max cpu.max cpu.weight pids.max"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows) * COUNT(files); i++) {
        const char *file = files[i % COUNT(files)];
        char message[64];

        put_cgroup(rows[i / COUNT(files)].controllers);
        assert_int_equal(unlink(path_in("g", file)), 0);
        (void)snprintf(message, sizeof message, "cannot read 'g/%s': ", file);
        if (strstr(rows[i / COUNT(files)].optional, file)) {
            EXPECT_OUTPUT(SAVE, "");
            remove_saved(file);
        } else {
            EXPECT_FAILURE(SAVE, EXIT_FAILED, message, ENOENT);
            assert_int_equal(count_names("d"), 0);
        }
    }
}

static void a_controller_that_is_missing_is_no_limit(void **state)
{
    (void)state;
    put_cgroup("");
    for (size_t i = 0; i < COUNT(files); i++)
        assert_int_equal(unlink(path_in("g", files[i])), 0);
    EXPECT_OUTPUT(SAVE, "");
    EXPECT_OUTPUT("load d resource_limits",
                  "{\n  \"memory_bytes\": null,\n  \"memory_high\": null,\n"
                  "  \"memory_swap_max\": null,\n  \"cpu_quota_us\": null,\n"
                  "  \"cpu_period_us\": 100000,\n  \"cpu_weight\": null,\n"
                  "  \"pids_max\": null,\n  \"io_limits\": []\n}\n");
}

#define NUMBER(from, to) "expected 'max' or a number from " from " to " to
#define U64 NUMBER("0", "18446744073709551615")
#define PIDS NUMBER("1", "18446744073709551614")
#define CPU "expected 'QUOTA PERIOD', QUOTA a number or 'max', PERIOD not 0"
#define IO "expected 'MAJOR:MINOR KEY=VALUE...' with keys riops, wiops, rbps, wbps"

static void a_malformed_file_is_named(void **state)
{
    static const struct {
        const char *file, *text, *problem;
    } rows[] = {
        {"memory.max", "", U64},
        {"memory.max", "Max\n", U64},
        {"memory.max", "1 2\n", U64},
        {"memory.high", "-1\n", U64},
        {"memory.swap.max", "18446744073709551616\n", U64},
        {"cpu.max", "max\n", CPU},
        {"cpu.max", "max 0\n", CPU},
        {"cpu.max", "max 1 2\n", CPU},
        {"cpu.weight", "1.5\n", U64},
        {"pids.max", "0\n", PIDS},
        {"pids.max", "18446744073709551615\n", PIDS},
        {"pids.max", "one\ntwo\x1b\n", PIDS},
        {"io.max", "8 rbps=1\n", IO},
        {"io.max", "8:0 rbps\n", IO},
        {"io.max", "8:0 speed=1\n", IO},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char message[128];

        put_cgroup(NULL);
        write_text(path_in("g", rows[i].file), rows[i].text);
        (void)snprintf(message, sizeof message, "cannot read 'g/%s': %s", rows[i].file,
                       rows[i].problem);
        EXPECT_FAILURE(SAVE, EXIT_FAILED, message, 0);
        assert_int_equal(count_names("d"), 0);
    }
}

static void a_file_that_is_no_file_is_named(void **state)
{
    (void)state;
    put_cgroup(NULL);
    assert_int_equal(unlink("g/cpu.max"), 0);
    assert_int_equal(symlink("cpu.weight", "g/cpu.max"), 0);
    EXPECT_FAILURE(SAVE, EXIT_FAILED, "cannot read 'g/cpu.max': is a symbolic link", 0);
    assert_int_equal(unlink("g/cpu.max"), 0);
    assert_int_equal(mkfifo("g/cpu.max", 0600), 0);
    EXPECT_FAILURE(SAVE, EXIT_FAILED, "cannot read 'g/cpu.max': not a regular file", 0);
    assert_int_equal(unlink("g/cpu.max"), 0);
    write_text("g/cpu.max", "");
    assert_int_equal(truncate("g/cpu.max", 65537), 0);
    EXPECT_FAILURE(SAVE, EXIT_FAILED, "cannot read 'g/cpu.max': longer than 65536 bytes", 0);
}

static void a_cgroup_that_is_no_directory_is_named(void **state)
{
    (void)state;
    EXPECT_FAILURE(SAVE, EXIT_FAILED, "cannot open cgroup directory 'g': ", ENOENT);
    write_text("g", "");
    EXPECT_FAILURE(SAVE, EXIT_FAILED, "cannot open cgroup directory 'g': ", ENOTDIR);
    EXPECT_FAILURE("save --id i --pid 1 --cgroup= d -- c", EXIT_FAILED,
                   "cannot open cgroup directory '': ", ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(save_captures_what_nucleus_captures),
        IN_PLACE(without_a_cgroup_there_are_no_limits),
        IN_PLACE(a_file_may_be_missing_without_its_controller),
        IN_PLACE(a_controller_that_is_missing_is_no_limit),
        IN_PLACE(a_malformed_file_is_named),
        IN_PLACE(a_file_that_is_no_file_is_named),
        IN_PLACE(a_cgroup_that_is_no_directory_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
