/* SPDX-License-Identifier: MIT */
/* The forms of ckmeta save, and the files that they save. */
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The text of a saved metadata.json without its time. command is indented and, unless it is empty,
 * begins with a newline. */
#define METADATA(id, name, pid, command, version, using_gvisor, rootless)                          \
    "{\n  \"container_id\": \"" id "\",\n  \"container_name\": \"" name "\",\n"                    \
    "  \"original_pid\": " pid ",\n  \"command\": [" command "],\n  \"checkpoint_at\": ,\n"        \
    "  \"version\": \"" version "\",\n  \"using_gvisor\": " using_gvisor ",\n"                     \
    "  \"rootless\": " rootless "\n}"

#define C "\n    \"c\"\n  "
#define OURS NUCLEUS_CHECKPOINT_VERSION

/* The text for the container of s and m, and for options alone. */
#define WEB(version)                                                                               \
    METADATA("d4dcdbdf206f70050237351a60825bdb", "web-1", "13789",                                 \
             "\n    \"/bin/sh\",\n    \"-c\",\n    \"while true; do echo \\\"h\xc3\xa9llo\\\"; "   \
             "sleep 1; done\",\n    \"\",\n    \"line1\\nline2\"\n  ",                             \
             version, "false", "true")
#define PLAIN(pid, command) METADATA("i", "i", pid, command, OURS, "false", "false")

static const struct {
    const char *line, *input, *expected;
} rows[] = {
    {"save --id i --pid 1 d -- c", NULL, PLAIN("1", C)},
    {"save --id i --pid 2 --name n --gvisor --rootless --runtime-version 1.0-rc d -- c", NULL,
     METADATA("i", "n", "2", C, "1.0-rc", "true", "true")},
    {"save --id=i --pid=3 --name=n=m --runtime-version=v=1 d -- c", NULL,
     METADATA("i", "n=m", "3", C, "v=1", "false", "false")},
    {"save d --rootless --pid 4 --id i -- c", NULL,
     METADATA("i", "i", "4", C, OURS, "false", "true")},
    {"save --gvisor --id i d --pid 5 --runtime-version 2 -- c", NULL,
     METADATA("i", "i", "5", C, "2", "true", "false")},
    {"save --id --pid --pid 6 --name --help d -- c", NULL,
     METADATA("--pid", "--help", "6", C, OURS, "false", "false")},
    {"save --id -- --pid 6 --runtime-version -- d -- c", NULL,
     METADATA("--", "--", "6", C, "--", "false", "false")},
    {"save --id - --name=- --pid 6 d -- -", NULL,
     METADATA("-", "-", "6", "\n    \"-\"\n  ", OURS, "false", "false")},
    {"save --id i --pid 7 d -- --id x -h --help -- -", NULL,
     PLAIN("7", "\n    \"--id\",\n    \"x\",\n    \"-h\",\n    \"--help\",\n    \"--\",\n"
                "    \"-\"\n  ")},
    {"save --id i --pid 8 d -- --", NULL, PLAIN("8", "\n    \"--\"\n  ")},
    {"save --id i --pid 9 d -- '' c\nd", NULL, PLAIN("9", "\n    \"\",\n    \"c\\nd\"\n  ")},
    {"save --id i --name '' --pid 0 d -- c", NULL,
     METADATA("i", "", "0", C, OURS, "false", "false")},
    {"save --id i --pid 4294967295 d -- c", NULL, PLAIN("4294967295", C)},
    {"save --id h\xc3\xa9 --pid 0001 d -- c", NULL,
     METADATA("h\xc3\xa9", "h\xc3\xa9", "1", C, OURS, "false", "false")},

    {"save --state s d", NULL, WEB(OURS)},
    {"save d --state=s", NULL, WEB(OURS)},
    {"save --state s -- d", NULL, WEB(OURS)},
    {"save d --state s --", NULL, WEB(OURS)},
    {"save --state link d", NULL, WEB(OURS)},
    {"save --state - d", "s", WEB(OURS)},
    {"save --state=- d/", "s", WEB(OURS)},
    {"save --state /dev/stdin d", "s", WEB(OURS)},
    {"save --state s --runtime-version 0.3.8 d", NULL, WEB("0.3.8")},
    {"save d --runtime-version=1 --state -", "s", WEB("1")},
    {"save --metadata m d", NULL, WEB("0.2.0")},
    {"save d --metadata=m", NULL, WEB("0.2.0")},
    {"save --metadata m -- d", NULL, WEB("0.2.0")},
    {"save --metadata - d", "m", WEB("0.2.0")},
    {"save --metadata /dev/stdin d", "m", WEB("0.2.0")},
};

/* Fails the test unless d contains only the expected metadata.json, and removes that. */
static void check_saved(const char *line, const char *expected)
{
    static const char label[] = "\"checkpoint_at\": ";
    char *text = read_file("d/metadata.json", NULL);
    char *stamp = strstr(text, label);

    assert_non_null(stamp);
    stamp += strlen(label);
    memmove(stamp, strchr(stamp, ','), strlen(strchr(stamp, ',')) + 1);
    assert_string_equal(text, expected);
    free(text);
    remove_saved(line);
}

TEST_EACH_IN(documents, rows, save_accepts_each_form_with_options_in_any_order)
{
    static const char *const variables[] = {"UNRELATED=1", "POSIXLY_CORRECT=1"};
    char *input = row->input ? read_file(row->input, NULL) : NULL;

    assert_int_equal(symlink("s", "link"), 0);
    for (size_t i = 0; i < COUNT(variables); i++) {
        expect_output((struct run){.line = row->line, .input = input, .variable = variables[i]},
                      "");
        check_saved(row->line, row->expected);
    }
    free(input);
}

static const char *const with_cgroup[] = {"save --id i --pid 1 --cgroup g d -- c",
                                          "save --state - d"};

/* A cgroup without enabled controllers has neither files nor limits. */
TEST_EACH_IN(documents, with_cgroup, save_records_the_limits_of_a_cgroup)
{
    static const char document[] =
        "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
        "\"rootless\":false,\"cgroup_path\":\"g\"}";

    assert_int_equal(mkdir("g", 0700), 0);
    write_text("g/cgroup.controllers", "");
    expect_output((struct run){.line = *row, .input = document}, "");
    EXPECT_OUTPUT("load d resource_limits",
                  "{\n  \"memory_bytes\": null,\n  \"memory_high\": null,\n"
                  "  \"memory_swap_max\": null,\n  \"cpu_quota_us\": null,\n"
                  "  \"cpu_period_us\": 100000,\n  \"cpu_weight\": null,\n"
                  "  \"pids_max\": null,\n  \"io_limits\": []\n}\n");
    EXPECT_OUTPUT("load d cgroup_path", "g\n");
}

TEST_IN(documents, a_file_called_minus_can_be_read)
{
    copy_file("m", "-");
    expect_output((struct run){.line = "save --metadata ./- d", .closed = {true, false, false}},
                  "");
    assert_true(exists("d/metadata.json"));
}

TEST_IN(documents, save_records_the_time_unless_metadata_has_it)
{
    const time_t before = time(NULL);
    char *out, *err;

    EXPECT_OUTPUT("save --state s d", "");
    assert_int_equal(run_ckmeta(&(struct run){.line = "load d checkpoint_at"}, &out, &err), 0);
    assert_true(strtoll(out, NULL, 10) >= before && strtoll(out, NULL, 10) <= time(NULL));
    EXPECT_OUTPUT("save --metadata m d", "");
    EXPECT_OUTPUT("load d checkpoint_at", "1795434136\n");
    free(out);
    free(err);
}

/* The output of load, in which a newline follows the document. */
TEST_IN(documents, the_output_of_load_is_saved_unchanged)
{
    size_t len, saved_len;
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", &len), *saved;

    text[len] = '\n'; /* in place of the NUL */
    expect_output((struct run){.line = "save --metadata - d", .input = text, .input_len = len + 1},
                  "");
    saved = read_file("d/metadata.json", &saved_len);
    assert_int_equal(saved_len, len);
    assert_memory_equal(saved, text, len);
    expect_bytes((struct run){.line = "load d"}, text, len + 1);
    free(saved);
    free(text);
}

TEST_IN(documents, metadata_is_saved_in_canonical_form)
{
    static const char input[] =
        " {\"rootless\":false,\"x\":[{}],\"using_gvisor\":true,\"version\":\"v\",\"command\":[ ],"
        "\"checkpoint_at\":0,\"original_pid\":1,\"container_name\":\"\\u0001\","
        "\"cgroup_path\":null,\"container_id\":\"\\u0069\"}\n";

    expect_output((struct run){.line = "save --metadata - d", .input = input}, "");
    check_saved("save", METADATA("i", "\\u0001", "1", "", "v", "true", "false"));
}

TEST_IN(documents, a_short_read_is_not_the_end_of_the_input)
{
    char *text = read_file("m", NULL);

    expect_output((struct run){.line = "save --metadata - d", .input = text, .pause_after = 100},
                  "");
    check_saved("save", WEB("0.2.0"));
    free(text);
}

#define STATE_TAIL                                                                                 \
    "\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,\"rootless\":true}"

/* A document of cap bytes: head, part of a long string, and tail. */
static const struct {
    const char *line, *head, *tail;
    const char *message; /* of the failure, or NULL */
} at_cap[] = {
    {"save --state - d", "{\"padding\":\"", "\",\"id\":\"i" STATE_TAIL, NULL},
    {"save --metadata - d", "{\"padding\":\"",
     "\",\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
     "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true}",
     NULL},
    {"save --state - d", "{\"id\":\"", STATE_TAIL, /* the metadata is a little longer */
     "cannot save 'd/metadata.json': larger than 4194304 bytes"},
};

TEST_EACH_IN(documents, at_cap, input_is_read_up_to_the_cap)
{
    const size_t cap = NUCLEUS_CHECKPOINT_MAX_BYTES;
    char *text = malloc(cap + 1);
    struct run how = {.line = row->line, .input = text, .input_len = cap};

    assert_non_null(text);
    memset(text, 'x', cap + 1);
    memcpy(text, row->head, strlen(row->head));
    memcpy(text + cap - strlen(row->tail), row->tail, strlen(row->tail));
    if (row->message)
        expect_failure(how, EXIT_FAILED, row->message, 0);
    else
        expect_output(how, "");
    text[cap] = '\n';
    how.input_len = cap + 1;
    expect_failure(how, EXIT_FAILED, "cannot read standard input: larger than 4194304 bytes", 0);
    free(text);
}

static const char *const dirs[] = {"-", "./-dir", "save", "a b\n", "\xff"};

TEST_EACH_IN(documents, dirs, dir_may_have_any_name)
{
    assert_int_equal(mkdir(*row, 0700), 0);
    expect_output((struct run){.line = "save --id i --pid 1", .args = ARGS(*row, "--", "c")}, "");
    expect_bytes((struct run){.line = "load", .args = ARGS(*row, "command", "-0")}, "c", 2);
    expect_output((struct run){.line = "save --state s --", .args = ARGS(*row)}, "");
    expect_output((struct run){.line = "load --", .args = ARGS(*row, "container_name")}, "web-1\n");
    assert_true(exists(path_in(*row, "metadata.json")));
}

TEST_IN(documents, dir_may_be_two_dashes)
{
    assert_int_equal(mkdir("--", 0700), 0);
    EXPECT_OUTPUT("save --metadata m -- --", "");
    EXPECT_OUTPUT("load -- -- version", "0.2.0\n");
}

TEST_IN(documents, a_command_may_be_a_megabyte_long)
{
    enum { WORD = 10000, ARGUMENTS = 100 };
    const char *args[ARGUMENTS + 1] = {NULL};
    char *lines = calloc(1, ARGUMENTS * (WORD + 1) + 1);
    char word[WORD + 1];

    assert_non_null(lines);
    memset(word, 'w', WORD);
    word[WORD] = '\0';
    for (size_t i = 0; i < ARGUMENTS; i++) {
        args[i] = word;
        (void)sprintf(lines + i * (WORD + 1), "%s\n", word);
    }
    expect_output((struct run){.line = "save --id i --pid 1 d --", .args = args}, "");
    EXPECT_OUTPUT("load d command", lines);
    free(lines);
}
