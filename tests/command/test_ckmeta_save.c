/* SPDX-License-Identifier: MIT */
/* Runs each form of ckmeta save and checks the file that it saves. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The text of a saved metadata.json without its time. command must be indented as in the file and,
 * unless it is empty, begin with a newline. */
#define METADATA(id, name, pid, command, version, using_gvisor, rootless)                          \
    "{\n  \"container_id\": \"" id "\",\n  \"container_name\": \"" name "\",\n"                    \
    "  \"original_pid\": " pid ",\n  \"command\": [" command "],\n"                                \
    "  \"version\": \"" version "\",\n  \"using_gvisor\": " using_gvisor ",\n"                     \
    "  \"rootless\": " rootless "\n}"

#define C "\n    \"c\"\n  "
#define OURS NUCLEUS_CHECKPOINT_VERSION

#define PLAIN(pid, command) METADATA("i", "i", pid, command, OURS, "false", "false")

static const struct {
    const char *line;
    const char *expected; /* NULL for the text of m */
} rows[] = {
    {"save --id i --pid 1 d -- c", PLAIN("1", C)},
    {"save --id=i --pid=2 --name=n=m --gvisor --rootless --runtime-version=v=1 d -- c",
     METADATA("i", "n=m", "2", C, "v=1", "true", "true")},
    {"save d --rootless --pid 4 --id i -- c", METADATA("i", "i", "4", C, OURS, "false", "true")},
    {"save --id --pid --pid 6 --name --help d -- c",
     METADATA("--pid", "--help", "6", C, OURS, "false", "false")},
    {"save --id - --name=- --pid 6 d -- -",
     METADATA("-", "-", "6", "\n    \"-\"\n  ", OURS, "false", "false")},
    {"save --id i --pid 7 d -- --id x -h --help -- -",
     PLAIN("7", "\n    \"--id\",\n    \"x\",\n    \"-h\",\n    \"--help\",\n    \"--\",\n"
                "    \"-\"\n  ")},
    {"save --id h\xc3\xa9 --name '' --pid 0004294967295 --runtime-version 2 d -- '' 'c\nd'",
     METADATA("h\xc3\xa9", "", "4294967295", "\n    \"\",\n    \"c\\nd\"\n  ", "2", "false",
              "false")},

    {"save --state s --runtime-version 0.2.0 d", NULL},
    {"save d --state=- --runtime-version=0.2.0 -- <s", NULL},
    {"save --runtime-version 0.2.0 --state /dev/stdin -- d/ <s", NULL},
    {"save --metadata m d", NULL},
    {"save d --metadata=- <m", NULL},
};

/* A command that prints a file without its time. */
#define WITHOUT_TIME "sed '/^  \"checkpoint_at\": [0-9]*,$/d' "

/* Removes d/metadata.json. Fails the test unless it was the only file in d, and its text without
 * the time was the expected one, or that of m if expected is NULL. */
static void check_saved(const char *expected)
{
    char *text;

    assert_int_equal(system(WITHOUT_TIME "d/metadata.json >saved; " WITHOUT_TIME "m >other"), 0);
    text = read_file("other", NULL);
    assert_file("saved", expected ? expected : text);
    free(text);
    assert_int_equal(unlink("d/metadata.json"), 0);
    assert_int_equal(count_names("d"), 0);
}

TEST_EACH_IN(documents, rows, save_accepts_each_form_with_options_in_any_order)
{
    expect_output(row->line, "");
    check_saved(row->expected);
    assert_int_equal(setenv("POSIXLY_CORRECT", "1", true), 0);
    expect_output(row->line, "");
    assert_int_equal(unsetenv("POSIXLY_CORRECT"), 0);
    check_saved(row->expected);
}

static const char *const with_cgroup[] = {"save --id i --pid 1 --cgroup g d -- c",
                                          "save --state with-cgroup d"};

/* A cgroup without enabled controllers has no limits, and no files for them. */
TEST_EACH_IN(documents, with_cgroup, save_records_the_cgroup)
{
    assert_int_equal(mkdir("g", 0700), 0);
    write_text("g/cgroup.controllers", "");
    write_text("with-cgroup",
               "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
               "\"rootless\":false,\"cgroup_path\":\"g\"}");
    expect_output(*row, "");
    expect_output("load d cgroup_path", "g\n");
}

TEST_IN(documents, save_records_the_time_and_version_unless_metadata_has_them)
{
    const time_t before = time(NULL);
    char *out;

    expect_output("save --state s d", "");
    expect_output("load d version", OURS "\n");
    assert_int_equal(run_ckmeta("load d checkpoint_at"), EXIT_DONE);
    out = read_file("out", NULL);
    assert_true(strtoll(out, NULL, 10) >= before && strtoll(out, NULL, 10) <= time(NULL));
    free(out);
    expect_output("save --metadata m d", "");
    expect_output("load d checkpoint_at", "1795434136\n");
}

/* Unlike the saved file, the output of load ends with a newline. */
TEST_IN(documents, the_output_of_load_is_saved_unchanged)
{
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);

    write_text("d/metadata.json", text);
    assert_int_equal(run_ckmeta("load d"), EXIT_DONE);
    assert_int_equal(rename("out", "printed"), 0);
    expect_output("save --metadata m d", "");
    expect_output("save --metadata printed d", "");
    assert_file("d/metadata.json", text);
    free(text);
}

TEST_IN(documents, a_short_read_is_not_the_end_of_the_input)
{
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(system("{ head -c 100 m; sleep 0.02; tail -c +101 m; } >pipe &"), 0);
    expect_output("save --metadata - d <pipe", "");
    check_saved(NULL);
}

TEST_IN(documents, input_is_read_up_to_the_cap)
{
    enum { CAP = NUCLEUS_CHECKPOINT_MAX_BYTES };
    char *state = read_file("s", NULL);

    write_document("large", CAP + 1, state, " ", "");
    expect_failure("save --state large d", EXIT_FAILED,
                   "cannot read 'large': larger than 4194304 bytes", 0);
    write_document("large", CAP, state, " ", "");
    expect_output("save --state large d", "");
    free(state);
}

TEST_IN(documents, metadata_longer_than_the_cap_is_not_saved)
{
    /* The metadata is a little longer than the state. */
    write_document("large", NUCLEUS_CHECKPOINT_MAX_BYTES, "{\"id\":\"", "x",
                   "\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
                   "\"rootless\":true}");
    expect_failure("save --state large d", EXIT_FAILED,
                   "cannot save 'd/metadata.json': larger than 4194304 bytes", 0);
}

static const char *const dirs[] = {"-", "--", "save", "a b\n", "\xff"};

TEST_EACH_IN(documents, dirs, dir_may_have_any_name)
{
    char line[64];

    assert_int_equal(mkdir(*row, 0700), 0);
    (void)snprintf(line, sizeof line, "save --state s -- '%s'", *row);
    expect_output(line, "");
    (void)snprintf(line, sizeof line, "load -- '%s' container_name", *row);
    expect_output(line, "web-1\n");
    assert_true(exists(path_in(*row, "metadata.json")));
}
