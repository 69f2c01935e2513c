/* SPDX-License-Identifier: MIT */
/* Compares every kind of message that ckmeta prints; tests/unit and tests/faults test those of the
 * library. No run changes the old file in d. The test is also run with ckmeta under valgrind. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Skips all tests if valgrind, or this ckmeta under it, cannot run. */
static void require_valgrind(void)
{
    static int code = -1;

    if (code < 0)
        code = run_ckmeta("--version");
    if (code != EXIT_DONE && code != EXIT_VALGRIND)
        skip_test(code == 127 ? "valgrind is not installed" : "valgrind cannot run this ckmeta");
}

/* Creates the files that the command lines name. */
static void names(void)
{
    static const char *const dirs[] = {"empty", "g", "schema", "complete"};

    if (getenv("CKMETA_VALGRIND"))
        require_valgrind();
    documents();
    for (size_t i = 0; i < COUNT(dirs); i++)
        assert_int_equal(mkdir(dirs[i], 0700), 0);
    copy_cgroup("g");
    write_text("schema/metadata.json", "{\"command\":[\"c\",1]}");
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "complete/metadata.json");
    write_text("invalid", "{\n x}");
    write_text("d/metadata.json", "old\n");
}

#define CANNOT_SAVE "cannot save 'd/metadata.json': "
#define OPTIONS "save --id i --pid 1 "

static const struct {
    const char *line;
    int code;
    const char *message;
    int os_error; /* its description ends the message; or 0 */
} rows[] = {
    {"load empty", EXIT_NOT_FOUND, "cannot load 'empty/metadata.json': ", ENOENT},
    {"load -", EXIT_NOT_FOUND, "cannot open directory '-': ", ENOENT},
    {"load '\xff\xc2\x9bh\xc3\xa9\n\x1b[31m'", EXIT_NOT_FOUND,
     "cannot open directory '\\xff\\xc2\\x9bh\xc3\xa9\\x0a\\x1b[31m': ", ENOENT},
    {"load s/x command", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
    {"load schema version", EXIT_FAILED,
     "cannot load 'schema/metadata.json': member 'command[1]' is not a string", 0},
    {"save --state s missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
    {"save --state missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
    {"save --metadata= d", EXIT_FAILED, "cannot read '': ", ENOENT},
    {"save --state d d", EXIT_FAILED, "cannot read 'd': ", EISDIR},
    {"save --state - d <&-", EXIT_FAILED, "cannot read standard input: ", EBADF},
    {"save --state /dev/zero d", EXIT_FAILED, "cannot read '/dev/zero': larger than 4194304 bytes",
     0},
    {"save --state /dev/null d", EXIT_FAILED,
     "invalid state document '/dev/null': line 1, column 1: unexpected end of input", 0},
    {"save --state schema/metadata.json d", EXIT_FAILED,
     "invalid state document 'schema/metadata.json': member 'command[1]' is not a string", 0},
    {"save --state - d <invalid", EXIT_FAILED,
     "invalid state document from standard input: line 2, column 2: expected a member name", 0},
    {"save --metadata s d", EXIT_FAILED, "invalid metadata 's': missing member 'container_id'", 0},
    {"save --metadata - d <s", EXIT_FAILED,
     "invalid metadata from standard input: missing member 'container_id'", 0},
    {"save --id \xff --pid 1 d -- c", EXIT_FAILED, CANNOT_SAVE "member 'id' is not valid UTF-8", 0},
    {"save --state s --runtime-version \xf8 d/", EXIT_FAILED,
     CANNOT_SAVE "member 'version' is not valid UTF-8", 0},
    {OPTIONS "--cgroup '\n' d -- c", EXIT_FAILED, "cannot open cgroup directory '\\x0a': ", ENOENT},
    {OPTIONS "--cgroup= d -- c", EXIT_FAILED, "cannot open cgroup directory '': ", ENOENT},
    {OPTIONS "--cgroup empty d -- c", EXIT_FAILED, "cannot read 'empty/memory.max': ", ENOENT},
    {"load d pid", EXIT_USAGE, "unknown field 'pid'", 0},
};

TEST_EACH_IN(names, rows, a_failure_has_its_message_and_changes_nothing)
{
    expect_failure(row->line, row->code, row->message, row->os_error);
}

static const char *const good_lines[] = {
    "--version",
    "load --help",
    "load complete",
    "load complete command",
    "load -0 complete resource_limits",
    OPTIONS "--cgroup g d -- c",
    "save --state s --runtime-version 1 d",
    "save --metadata complete/metadata.json d",
};

TEST_EACH_IN(names, good_lines, a_success_has_no_message)
{
    assert_int_equal(run_ckmeta(*row), EXIT_DONE);
    assert_file("err", "");
}
