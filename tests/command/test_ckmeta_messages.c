/* SPDX-License-Identifier: MIT */
/* Each kind of message of ckmeta, complete; the messages of the library are tested in unit and
 * faults. No run changes the old file in d. The test is also run with ckmeta under valgrind. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Skips all tests if valgrind, or this ckmeta under it, cannot run. */
static void require_ckmeta(void)
{
    static int code = -1;
    char *out, *err;

    if (code < 0) {
        code = run_ckmeta(&(struct run){.line = "--version"}, &out, &err);
        if (*err != '\0')
            print_error("%s", err);
        free(out);
        free(err);
    }
    if (code != EXIT_DONE && getenv("CKMETA_VALGRIND"))
        skip_test(code == 99 ? "there is no valgrind" : "valgrind cannot run this ckmeta");
}

/* Creates all files that the lines name. */
static void names(void)
{
    static const char *const dirs[] = {"empty",  "g",      "large", "linked",
                                       "schema", "syntax", "whole"};

    require_ckmeta();
    documents();
    for (size_t i = 0; i < COUNT(dirs); i++)
        assert_int_equal(mkdir(dirs[i], 0700), 0);
    copy_cgroup("g");
    write_text("large/metadata.json", "");
    assert_int_equal(truncate("large/metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES + 1), 0);
    write_text("schema/metadata.json", "{\"command\":[\"c\",1]}");
    write_text("syntax/metadata.json", "{\n x}");
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "whole/metadata.json");
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("../m", "linked/metadata.json"), 0);
    write_text("d/metadata.json", "old\n");
}

#define CAP "larger than 4194304 bytes"
#define CANNOT_SAVE "cannot save 'd/metadata.json': "
#define OPTIONS "save --id i --pid 1 "

static const struct {
    const char *line;
    int code;
    const char *message;
    int os_error; /* whose text ends the message, or 0 */
} rows[] = {
    {"load empty", EXIT_NOT_FOUND, "cannot load 'empty/metadata.json': ", ENOENT},
    {"load empty/ version", EXIT_NOT_FOUND, "cannot load 'empty/metadata.json': ", ENOENT},
    {"load -", EXIT_NOT_FOUND, "cannot open directory '-': ", ENOENT},
    {"load \xff\xc2\x9bh\xc3\xa9\n\x1b[31m", EXIT_NOT_FOUND,
     "cannot open directory '\\xff\\xc2\\x9bh\xc3\xa9\\x0a\\x1b[31m': ", ENOENT},
    {"load s/x command", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
    {"load loop", EXIT_FAILED, "cannot open directory 'loop': ", ELOOP},
    {"load linked", EXIT_FAILED, "cannot load 'linked/metadata.json': is a symbolic link", 0},
    {"load large", EXIT_FAILED, "cannot load 'large/metadata.json': " CAP, 0},
    {"load syntax", EXIT_FAILED,
     "cannot load 'syntax/metadata.json': line 2, column 2: expected a member name", 0},
    {"load schema version", EXIT_FAILED,
     "cannot load 'schema/metadata.json': member 'command[1]' is not a string", 0},
    {"save --state s missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
    {"save --metadata m s/x", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
    {OPTIONS "- -- c", EXIT_FAILED, "cannot open directory '-': ", ENOENT},
    {"save --state missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
    {"save --metadata \t d", EXIT_FAILED, "cannot read '\\x09': ", ENOENT},
    {"save --state '' d", EXIT_FAILED, "cannot read '': ", ENOENT},
    {"save --metadata= d", EXIT_FAILED, "cannot read '': ", ENOENT},
    {"save --state d d", EXIT_FAILED, "cannot read 'd': ", EISDIR},
    {"save --state loop d", EXIT_FAILED, "cannot read 'loop': ", ELOOP},
    {"save --metadata large/metadata.json d", EXIT_FAILED,
     "cannot read 'large/metadata.json': " CAP, 0},
    {"save --state /dev/zero d", EXIT_FAILED, "cannot read '/dev/zero': " CAP, 0},
    {"save --state m d", EXIT_FAILED, "invalid state document 'm': missing member 'id'", 0},
    {"save --state /dev/null d", EXIT_FAILED,
     "invalid state document '/dev/null': line 1, column 1: unexpected end of input", 0},
    {"save --state schema/metadata.json d", EXIT_FAILED,
     "invalid state document 'schema/metadata.json': member 'command[1]' is not a string", 0},
    {"save --metadata s d", EXIT_FAILED, "invalid metadata 's': missing member 'container_id'", 0},
    {"save --metadata syntax/metadata.json d", EXIT_FAILED,
     "invalid metadata 'syntax/metadata.json': line 2, column 2: expected a member name", 0},
    {"save --id \xff --pid 1 d -- c", EXIT_FAILED, CANNOT_SAVE "member 'id' is not valid UTF-8", 0},
    {OPTIONS "--name \xc0\x80 d -- c", EXIT_FAILED, CANNOT_SAVE "member 'name' is not valid UTF-8",
     0},
    {OPTIONS "d -- c \xed\xa0\x80", EXIT_FAILED,
     CANNOT_SAVE "member 'command[1]' is not valid UTF-8", 0},
    {"save --state s --runtime-version \xf8 d/", EXIT_FAILED,
     CANNOT_SAVE "member 'version' is not valid UTF-8", 0},
    {OPTIONS "--cgroup \n d -- c", EXIT_FAILED, "cannot open cgroup directory '\\x0a': ", ENOENT},
    {OPTIONS "--cgroup= d -- c", EXIT_FAILED, "cannot open cgroup directory '': ", ENOENT},
    {OPTIONS "--cgroup empty d -- c", EXIT_FAILED, "cannot read 'empty/memory.max': ", ENOENT},
    {"restore d", EXIT_USAGE, "unknown subcommand 'restore'", 0},
    {"load d pid", EXIT_USAGE, "unknown field 'pid'", 0},
    {"save --metadata m d --gvisor", EXIT_USAGE, "--metadata cannot be combined with '--gvisor'",
     0},
};

TEST_EACH_IN(names, rows, a_failure_has_its_message_and_changes_nothing)
{
    EXPECT_FAILURE(row->line, row->code, row->message, row->os_error);
}

static const struct {
    const char *input, *line, *message;
} inputs[] = {
    {"{\n x}", "save --state - d",
     "invalid state document from standard input: line 2, column 2: expected a member name"},
    {"{\"id\":\"i\",\"command\":[\"c\",\"\\u0064\",0]}", "save --state - d",
     "invalid state document from standard input: member 'command[2]' is not a string"},
    {"[]", "save --metadata - d",
     "invalid metadata from standard input: line 1, column 1: expected an object"},
};

TEST_EACH_IN(names, inputs, standard_input_is_named)
{
    expect_failure((struct run){.line = row->line, .input = row->input}, EXIT_FAILED, row->message,
                   0);
    expect_failure((struct run){.line = row->line, .closed = {true, false, false}}, EXIT_FAILED,
                   "cannot read standard input: ", EBADF);
}

/* Lines, and the beginning and end of the message if a long argument follows. */
static const struct {
    const char *line, *begin, *end;
} long_rows[] = {
    {"load", "ckmeta: cannot open directory '...", "': No such file or directory\n"},
    {"load d", "ckmeta: unknown field '...", "' (try 'ckmeta load --help')\n"},
    {"save --id i d --pid", "ckmeta: invalid PID '...",
     "': expected a decimal number from 0 to 4294967295 (try 'ckmeta save --help')\n"},
};

TEST_EACH_IN(names, long_rows, a_long_argument_is_shortened_and_the_reason_kept)
{
    char path[3001] = "";
    char *out, *err;

    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 100 == 99 ? '/' : '\x1b';
    (void)run_ckmeta(&(struct run){.line = row->line, .args = ARGS(path)}, &out, &err);
    assert_true(strncmp(err, row->begin, strlen(row->begin)) == 0);
    assert_true(strlen(err) > 400 && strlen(err) <= 600);
    assert_string_equal(err + strlen(err) - strlen(row->end), row->end);
    free(out);
    free(err);
}

static const char *const good_lines[] = {
    "--version",
    "load --help",
    "load whole",
    "load whole command",
    "load -0 whole resource_limits",
    OPTIONS "--cgroup g d -- c",
    "save --state s --runtime-version 1 d",
    "save --metadata whole/metadata.json d",
};

TEST_EACH_IN(names, good_lines, a_success_has_no_message)
{
    expect_output((struct run){.line = *row, .output = "printed"}, "");
}
