/* SPDX-License-Identifier: MIT */
/* Compares the output of ckmeta load. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>

/* A field, and its values in two documents. */
static const struct {
    const char *field, *plain, *with_cgroup;
} values[] = {
    {"container_id", "d4dcdbdf206f70050237351a60825bdb", "d4dcdbdf206f70050237351a60825bdbb"},
    {"container_name", "web-1", "web-2"},
    {"original_pid", "13789", "4242"},
    {"checkpoint_at", "1795434105", "1795434105"},
    {"version", "0.3.8", "0.3.8"},
    {"using_gvisor", "false", "false"},
    {"rootless", "true", "false"},
    {"cgroup_path", "", "/sys/fs/cgroup/nucleus-d4dcdbdf206f"},
    {"resource_limits", "null",
     "{\n  \"memory_bytes\": 536870912,\n  \"memory_high\": null,\n  \"memory_swap_max\": 0,\n"
     "  \"cpu_quota_us\": 50000,\n  \"cpu_period_us\": 100000,\n  \"cpu_weight\": 100,\n"
     "  \"pids_max\": 256,\n  \"io_limits\": [\n    {\n      \"device\": \"8:0\",\n"
     "      \"riops\": null,\n      \"wiops\": null,\n      \"rbps\": 1048576,\n"
     "      \"wbps\": 2097152\n    }\n  ]\n}"},
};

/* Fails the test unless the value is followed by a newline, or by a NUL if -0 is given. */
static void check_value(const char *field, const char *value)
{
    char line[64], out[1024];
    const int len = snprintf(out, sizeof out, "%s\n", value);

    (void)snprintf(line, sizeof line, "load d %s", field);
    expect_output(line, out);
    (void)snprintf(line, sizeof line, "load -0 d %s", field);
    out[len - 1] = '\0';
    expect_bytes(line, out, (size_t)len);
}

TEST_EACH_IN(documents, values, load_prints_the_value_of_a_field)
{
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata.json", "d/metadata.json");
    check_value(row->field, row->plain);
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "d/metadata.json");
    check_value(row->field, row->with_cgroup);
}

static const char *const forms[] = {"load --null d version", "load d -0 version",
                                    "load d version --null", "load -0 -- d version",
                                    "load --null d -- version"};

TEST_EACH_IN(documents, forms, load_accepts_options_in_any_order)
{
    copy_file("m", "d/metadata.json");
    expect_bytes(*row, "0.2.0", sizeof "0.2.0");
    assert_int_equal(setenv("POSIXLY_CORRECT", "1", true), 0);
    expect_bytes(*row, "0.2.0", sizeof "0.2.0");
    assert_int_equal(unsetenv("POSIXLY_CORRECT"), 0);
}

#define SHELL(end)                                                                                 \
    "/bin/sh" end "-c" end "while true; do echo \"h\xc3\xa9llo\"; sleep 1; done" end end           \
    "line1\nline2" end

TEST_IN(documents, load_prints_each_argument_of_the_command)
{
    static const char ended[] = SHELL("\0");

    copy_file("m", "d/metadata.json");
    expect_output("load d command", SHELL("\n"));
    expect_bytes("load -0 d command", ended, sizeof ended - 1);
}

TEST_IN(documents, load_prints_the_canonical_document)
{
    write_text("d/metadata.json",
               " {\"container_id\":\"\\u0069\\\"\",\"container_name\":\"\",\"original_pid\":0,"
               "\"command\":[],\"checkpoint_at\":18446744073709551615,\"version\":\"\\u001B\","
               "\"using_gvisor\":true,\"rootless\":false}\n");
    expect_output("load d", "{\n  \"container_id\": \"i\\\"\",\n  \"container_name\": \"\",\n"
                            "  \"original_pid\": 0,\n  \"command\": [],\n"
                            "  \"checkpoint_at\": 18446744073709551615,\n"
                            "  \"version\": \"\\u001b\",\n  \"using_gvisor\": true,\n"
                            "  \"rootless\": false\n}\n");
    expect_output("load d container_id", "i\"\n");
    expect_output("load d version", "\x1b\n");
    expect_output("load d command", "");
}
