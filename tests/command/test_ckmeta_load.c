/* SPDX-License-Identifier: MIT */
/* The output of ckmeta load. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMBERS(command)                                                                           \
    "{\"container_id\":\"i\",\"container_name\":\"\",\"original_pid\":0,\"command\":[" command     \
    "],\"checkpoint_at\":18446744073709551615,\"version\":\"\\u001B\",\"using_gvisor\":true,"      \
    "\"rootless\":false}"

TEST_IN(documents, load_prints_the_canonical_document)
{
    write_text("d/metadata.json", " " MEMBERS("") "\n");
    EXPECT_OUTPUT("load d", "{\n  \"container_id\": \"i\",\n  \"container_name\": \"\",\n"
                            "  \"original_pid\": 0,\n  \"command\": [],\n"
                            "  \"checkpoint_at\": 18446744073709551615,\n"
                            "  \"version\": \"\\u001b\",\n  \"using_gvisor\": true,\n"
                            "  \"rootless\": false\n}\n");
}

/* The values in two documents. */
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

/* Prints the field ended by a newline, and by a NUL with -0 and --null at any position. */
static void check_value(const char *field, const char *value)
{
    static const char *const nulls[] = {"load -0 d", "load --null d", "load d -0"};
    const size_t len = strlen(value);
    char *line = malloc(len + 2);

    assert_non_null(line);
    (void)snprintf(line, len + 2, "%s\n", value);
    expect_output((struct run){.line = "load d", .args = ARGS(field)}, line);
    expect_output((struct run){.line = "load -- d", .args = ARGS(field)}, line);
    line[len] = '\0';
    for (size_t i = 0; i < COUNT(nulls); i++)
        expect_bytes((struct run){.line = nulls[i],
                                  .args = ARGS(field),
                                  .variable = i == 2 ? "POSIXLY_CORRECT=" : NULL},
                     line, len + 1);
    free(line);
}

TEST_EACH_IN(documents, values, load_prints_a_field_as_it_is)
{
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata.json", "d/metadata.json");
    check_value(row->field, row->plain);
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "d/metadata.json");
    check_value(row->field, row->with_cgroup);
}

TEST_IN(documents, strings_are_printed_without_escapes)
{
    static const char text[] = "a\"\\\n\x1b\xc3\xa9";

    expect_output(
        (struct run){.line = "save --pid 1 --id", .args = ARGS(text, "d", "--", text, "")}, "");
    check_value("container_id", text);
    EXPECT_OUTPUT("load d command", "a\"\\\n\x1b\xc3\xa9\n\n");
}

#define SHELL(end)                                                                                 \
    "/bin/sh" end "-c" end "while true; do echo \"h\xc3\xa9llo\"; sleep 1; done" end end           \
    "line1\nline2" end

TEST_IN(documents, load_prints_each_argument_of_the_command)
{
    static const char ended[] = SHELL("\0");

    copy_file("m", "d/metadata.json");
    EXPECT_OUTPUT("load d command", SHELL("\n"));
    expect_bytes((struct run){.line = "load d command -0"}, ended, sizeof ended - 1);
    expect_bytes((struct run){.line = "load --null d -- command"}, ended, sizeof ended - 1);
    write_text("d/metadata.json", MEMBERS(""));
    EXPECT_OUTPUT("load d command", "");
    EXPECT_OUTPUT("load -0 d command", "");
    write_text("d/metadata.json", MEMBERS("\"\""));
    EXPECT_OUTPUT("load d command", "\n");
    expect_bytes((struct run){.line = "load -0 d command"}, "", 1);
}

TEST_IN(documents, a_symbolic_link_to_a_directory_is_followed)
{
    copy_file("m", "d/metadata.json");
    assert_int_equal(symlink("d", "-"), 0);
    EXPECT_OUTPUT("load - container_name", "web-1\n");
    expect_output((struct run){.line = "load - version", .variable = "POSIXLY_CORRECT=1"},
                  "0.2.0\n");
}
