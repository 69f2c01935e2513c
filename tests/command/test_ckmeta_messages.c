/* SPDX-License-Identifier: MIT */
/*
 * The messages of ckmeta, whole: one of each kind, since what the library says is tested in unit
 * and faults. Those about a command line are in test_ckmeta_usage.c. The old file is left unchanged
 * by each run. With the word "valgrind": the same, and no memory is lost or misused.
 */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the lines name besides s and m. The old file in d is one that load would refuse. */
static int make_names(void **state)
{
    static const char *const dirs[] = {
        "beside-a-dir", "beside-a-link", "empty", "fifo",   "g",      "h",
        "large",        "linked",        "over",  "schema", "syntax", "whole"};

    (void)enter_place(state);
    for (size_t i = 0; i < COUNT(dirs); i++)
        assert_int_equal(mkdir(dirs[i], 0700), 0);
    copy_cgroup("g");
    copy_cgroup("h");
    write_text("h/pids.max", "0\n");
    write_text("large/metadata.json", "");
    assert_int_equal(truncate("large/metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES + 1), 0);
    write_text("schema/metadata.json", "{\"command\":[\"c\",1]}");
    write_text("syntax/metadata.json", "{\n x}");
    write_text("array", " []");
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "whole/metadata.json");
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(symlink("../m", "linked/metadata.json"), 0);
    assert_int_equal(symlink("../m", "beside-a-link/metadata.json.tmp"), 0);
    assert_int_equal(mkdir("beside-a-dir/metadata.json.tmp", 0700), 0);
    assert_int_equal(mkdir("over/metadata.json", 0700), 0);
    assert_int_equal(mkfifo("fifo/metadata.json", 0600), 0);
    write_text("d/metadata.json", "old\n");
    return 0;
}

#define CAP "larger than 4194304 bytes"
#define CANNOT_SAVE "cannot save 'd/metadata.json': "

/* A line, the exit code and the message that it ends in, and the error that ends the message. */
static const struct row {
    const char *line;
    int code;
    const char *message;
    int os_error;
} rows[] = {
    {"load empty", EXIT_NOT_FOUND, "cannot load 'empty/metadata.json': ", ENOENT},
    {"load empty/ version", EXIT_NOT_FOUND, "cannot load 'empty/metadata.json': ", ENOENT},
    {"load missing", EXIT_NOT_FOUND, "cannot open directory 'missing': ", ENOENT},
    {"load -", EXIT_NOT_FOUND, "cannot open directory '-': ", ENOENT},
    {"load dangling", EXIT_NOT_FOUND, "cannot open directory 'dangling': ", ENOENT},
    {"load a\nb\x1b[31m\x7f", EXIT_NOT_FOUND,
     "cannot open directory 'a\\x0ab\\x1b[31m\\x7f': ", ENOENT},
    {"load \xff\xc2\x9bh\xc3\xa9", EXIT_NOT_FOUND,
     "cannot open directory '\\xff\\xc2\\x9bh\xc3\xa9': ", ENOENT},
    {"load s", EXIT_FAILED, "cannot open directory 's': ", ENOTDIR},
    {"load s/x command", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
    {"load loop", EXIT_FAILED, "cannot open directory 'loop': ", ELOOP},
    {"load linked", EXIT_FAILED, "cannot load 'linked/metadata.json': is a symbolic link", 0},
    {"load fifo", EXIT_FAILED, "cannot load 'fifo/metadata.json': is not a regular file", 0},
    {"load large", EXIT_FAILED, "cannot load 'large/metadata.json': " CAP, 0},
    {"load syntax", EXIT_FAILED,
     "cannot load 'syntax/metadata.json': line 2, column 2: expected a member name", 0},
    {"load schema version", EXIT_FAILED,
     "cannot load 'schema/metadata.json': member 'command[1]' is not a string", 0},

    {"save --state s missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
    {"save --metadata m missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
    {"save --id i --pid 1 - -- c", EXIT_FAILED, "cannot open directory '-': ", ENOENT},
    {"save --state s \r", EXIT_FAILED, "cannot open directory '\\x0d': ", ENOENT},
    {"save --metadata m s/x", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
    {"save --state s over", EXIT_FAILED, "cannot save 'over/metadata.json': is a directory", 0},
    {"save --state s beside-a-dir", EXIT_FAILED,
     "cannot save 'beside-a-dir/metadata.json': 'metadata.json.tmp' is a directory", 0},
    {"save --state s beside-a-link", EXIT_FAILED,
     "cannot save 'beside-a-link/metadata.json': 'metadata.json.tmp' is a symbolic link", 0},

    {"save --state missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
    {"save --metadata \t d", EXIT_FAILED, "cannot read '\\x09': ", ENOENT},
    {"save --state '' d", EXIT_FAILED, "cannot read '': ", ENOENT},
    {"save --metadata= d", EXIT_FAILED, "cannot read '': ", ENOENT},
    {"save --state d d", EXIT_FAILED, "cannot read 'd': ", EISDIR},
    {"save --metadata s/x d", EXIT_FAILED, "cannot read 's/x': ", ENOTDIR},
    {"save --state loop d", EXIT_FAILED, "cannot read 'loop': ", ELOOP},
    {"save --metadata large/metadata.json d", EXIT_FAILED,
     "cannot read 'large/metadata.json': " CAP, 0},
    {"save --state /dev/zero d", EXIT_FAILED, "cannot read '/dev/zero': " CAP, 0},
    {"save --state m d", EXIT_FAILED, "invalid state document 'm': missing member 'id'", 0},
    {"save --state /dev/null d", EXIT_FAILED,
     "invalid state document '/dev/null': line 1, column 1: unexpected end of input", 0},
    {"save --state array d", EXIT_FAILED,
     "invalid state document 'array': line 1, column 2: expected an object", 0},
    {"save --state schema/metadata.json d", EXIT_FAILED,
     "invalid state document 'schema/metadata.json': member 'command[1]' is not a string", 0},
    {"save --metadata s d", EXIT_FAILED, "invalid metadata 's': missing member 'container_id'", 0},
    {"save --metadata syntax/metadata.json d", EXIT_FAILED,
     "invalid metadata 'syntax/metadata.json': line 2, column 2: expected a member name", 0},

    {"save --id \xff --pid 1 d -- c", EXIT_FAILED, CANNOT_SAVE "member 'id' is not valid UTF-8", 0},
    {"save --id i --name \xc0\x80 --pid 1 d -- c", EXIT_FAILED,
     CANNOT_SAVE "member 'name' is not valid UTF-8", 0},
    {"save --id i --pid 1 d -- c \xed\xa0\x80", EXIT_FAILED,
     CANNOT_SAVE "member 'command[1]' is not valid UTF-8", 0},
    {"save --id i --pid 1 --runtime-version \x80 d/ -- c", EXIT_FAILED,
     CANNOT_SAVE "member 'version' is not valid UTF-8", 0},
    {"save --state s --runtime-version \xf8 d", EXIT_FAILED,
     CANNOT_SAVE "member 'version' is not valid UTF-8", 0},

    {"save --id i --pid 1 --cgroup missing d -- c", EXIT_FAILED,
     "cannot open cgroup directory 'missing': ", ENOENT},
    {"save --id i --pid 1 --cgroup \n d -- c", EXIT_FAILED,
     "cannot open cgroup directory '\\x0a': ", ENOENT},
    {"save --id i --pid 1 --cgroup= d -- c", EXIT_FAILED,
     "cannot open cgroup directory '': ", ENOENT},
    {"save --id i --pid 1 --cgroup s d -- c", EXIT_FAILED,
     "cannot open cgroup directory 's': ", ENOTDIR},
    {"save --id i --pid 1 --cgroup empty d -- c", EXIT_FAILED,
     "cannot read 'empty/memory.max': ", ENOENT},
    {"save --id i --pid 1 --cgroup h d -- c", EXIT_FAILED,
     "cannot read 'h/pids.max': expected 'max' or a number from 1 to 18446744073709551614", 0},

    {"restore d", EXIT_USAGE, "unknown subcommand 'restore'", 0},
    {"load d pid", EXIT_USAGE, "unknown field 'pid'", 0},
    {"save --metadata m d --gvisor", EXIT_USAGE, "--metadata cannot be combined with '--gvisor'",
     0},
};

static void a_failure_has_its_message_and_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        EXPECT_FAILURE(rows[i].line, rows[i].code, rows[i].message, rows[i].os_error);
}

static void standard_input_is_named(void **state)
{
    static const struct {
        const char *line, *input, *message;
    } documents[] = {
        {"save --state - d", "{\n x}",
         "invalid state document from standard input: line 2, column 2: expected a member name"},
        {"save --state - d", "{\"id\":\"i\",\"command\":[\"c\",\"\\u0064\",0]}",
         "invalid state document from standard input: member 'command[2]' is not a string"},
        {"save --metadata - d", "[]",
         "invalid metadata from standard input: line 1, column 1: expected an object"},
        {"save --metadata - d", "{\"container_id\":\"i\",\"command\":[\"c\"],}",
         "invalid metadata from standard input: line 1, column 37: expected a member name"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        const char *line = documents[i].line;

        expect_failure((struct run){.line = line, .input = documents[i].input}, EXIT_FAILED,
                       documents[i].message, 0);
        expect_failure((struct run){.line = line, .closed = {true, false, false}}, EXIT_FAILED,
                       "cannot read standard input: ", EBADF);
    }
}

/* Lines, the last word of which finds no room in the message, and what it begins and ends with. */
static void long_words_are_shortened_and_the_reason_kept(void **state)
{
    static const struct {
        const char *line, *begin, *end;
        int os_error;
    } long_rows[] = {
        {"load", "ckmeta: cannot open directory '...", "': ", ENOENT},
        {"load d", "ckmeta: unknown field '...", "' (try 'ckmeta load --help')", 0},
        {"save --id i d --pid", "ckmeta: invalid PID '...",
         "': expected a decimal number from 0 to 4294967295 (try 'ckmeta save --help')", 0},
    };
    char path[3001];

    (void)state;
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 100 == 99 ? '/' : '\x1b';
    path[sizeof path - 1] = '\0';
    for (size_t i = 0; i < COUNT(long_rows); i++) {
        const struct run how = {.line = long_rows[i].line, .words = WORDS(path)};
        char end[128];
        char *out, *err;

        (void)run_ckmeta(&how, &out, &err);
        (void)snprintf(end, sizeof end, "%s%s\n", long_rows[i].end,
                       long_rows[i].os_error ? strerror(long_rows[i].os_error) : "");
        if (strncmp(err, long_rows[i].begin, strlen(long_rows[i].begin)) != 0 ||
            strlen(err) > 600 || strlen(err) < 400 ||
            strcmp(err + strlen(err) - strlen(end), end) != 0)
            fail_msg("ckmeta %s: %s", how.line, err);
        free(out);
        free(err);
    }
}

static void a_success_has_none(void **state)
{
    static const char *const lines[] = {
        "--version",
        "load --help",
        "load whole",
        "load whole command",
        "load -0 whole resource_limits",
        "save --id i --pid 1 --cgroup g d -- c",
        "save --state s --runtime-version 1 d",
        "save --metadata whole/metadata.json d",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_output((struct run){.line = lines[i], .output = "printed"}, "");
    expect_failure((struct run){.line = "load whole", .output = "/dev/full"}, EXIT_FAILED,
                   "cannot write to standard output: ", ENOSPC);
}

/* Whether valgrind can run this ckmeta. Says why if not. */
static bool is_valgrind_possible(void)
{
    const struct run how = {.line = "--version"};
    char *out, *err;
    const int code = run_ckmeta(&how, &out, &err);
    const bool is_clean = code == EXIT_DONE && *err == '\0';

    if (!is_clean)
        (void)fprintf(stderr, "skipped: valgrind cannot run this ckmeta (exit code %d): %.300s\n",
                      code, err);
    free(out);
    free(err);
    return is_clean;
}

#define WITH_NAMES(test) cmocka_unit_test_setup_teardown(test, make_names, leave_directory)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        WITH_NAMES(a_failure_has_its_message_and_changes_nothing),
        WITH_NAMES(standard_input_is_named),
        WITH_NAMES(long_words_are_shortened_and_the_reason_kept),
        WITH_NAMES(a_success_has_none),
    };

    if (argc > 1 && strcmp(argv[1], "valgrind") == 0) {
        run_under_valgrind();
        if (!is_valgrind_possible())
            return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
