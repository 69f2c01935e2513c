/* SPDX-License-Identifier: MIT */
/* Where ckmeta's words go: messages, standard output, and descriptors that are closed. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void messages_begin_with_ckmeta_whatever_it_is_called(void **state)
{
    static const struct run rows[] = {
        {.program = "./other", .name = "./other"},
        {.name = CKMETA},
        {.name = ""},
        {.name = "evil\n: "},
    };

    (void)state;
    assert_int_equal(symlink(CKMETA, "other"), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct run how = rows[i];

        how.line = "load d";
        expect_failure(how, EXIT_NOT_FOUND, "cannot load 'd/metadata.json': ", ENOENT);
        how.line = "save --bad";
        expect_failure(how, EXIT_USAGE, "unrecognized option '--bad'", 0);
    }
    expect_failure((struct run){.nameless = true}, EXIT_USAGE,
                   "missing subcommand: expected 'save' or 'load'", 0);
}

static void foreign_text_is_escaped(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *message;
        int os_error;
    } rows[] = {
        {"load a\nb\x1b[31m\x7f", EXIT_NOT_FOUND,
         "cannot load 'a\\x0ab\\x1b[31m\\x7f/metadata.json': ", ENOENT},
        {"load \xff", EXIT_NOT_FOUND, "cannot load '\\xff/metadata.json': ", ENOENT},
        {"load \xc2\x9b", EXIT_NOT_FOUND, "cannot load '\\xc2\\x9b/metadata.json': ", ENOENT},
        {"load h\xc3\xa9", EXIT_NOT_FOUND, "cannot load 'h\xc3\xa9/metadata.json': ", ENOENT},
        {"save --state s \r", EXIT_FAILED, "cannot open directory '\\x0d': ", ENOENT},
        {"save --state \t d", EXIT_FAILED, "cannot read '\\x09': ", ENOENT},
        {"save --id i --pid 1 --cgroup \n d -- c", EXIT_FAILED,
         "cannot open cgroup directory '\\x0a': ", ENOENT},
        {"load d \x01", EXIT_USAGE, "unknown field '\\x01'", 0},
        {"load d version \n", EXIT_USAGE, "extra operand '\\x0a'", 0},
        {"\n", EXIT_USAGE, "unknown subcommand '\\x0a'", 0},
        {"--\x1b", EXIT_USAGE, "unrecognized option '--\\x1b'", 0},
        {"save --\x1b", EXIT_USAGE, "unrecognized option '--\\x1b'", 0},
        {"load -\x01", EXIT_USAGE, "unrecognized option '-\\x01'", 0},
        {"save --state s d --name=\n", EXIT_USAGE, "--state cannot be combined with '--name=\\x0a'",
         0},
        {"save --id i --pid 1\n d -- c", EXIT_USAGE,
         "invalid PID '1\\x0a': expected a decimal number from 0 to 4294967295", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        EXPECT_FAILURE(rows[i].line, rows[i].code, rows[i].message, rows[i].os_error);
}

/* Lines, the last word of which finds no room in the message, and what it begins and ends with. */
static void long_words_are_shortened_and_the_reason_kept(void **state)
{
    static const struct {
        const char *line, *begin, *end;
        int os_error;
    } rows[] = {
        {"load", "cannot load '...", "/metadata.json': ", ENOENT},
        {"save --metadata m", "cannot open directory '...", "': ", ENOENT},
        {"save d --state", "cannot read '...", "': ", ENOENT},
        {"load d", "unknown field '...", "' (try 'ckmeta load --help')", 0},
        {"load d version", "extra operand '...", "' (try 'ckmeta load --help')", 0},
        {"", "unknown subcommand '...", "' (try 'ckmeta --help')", 0},
        {"save --id i d --pid", "invalid PID '...",
         "': expected a decimal number from 0 to 4294967295 (try 'ckmeta save --help')", 0},
    };
    char path[3001];

    (void)state;
    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 100 == 99 ? '/' : '\x1b';
    path[sizeof path - 1] = '\0';
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *const words[] = {path, rows[i].line[0] == 's' ? "--" : NULL, NULL};
        const struct run how = {.line = rows[i].line[0] ? rows[i].line : NULL, .words = words};
        char begin[64], end[128];
        char *out, *err;

        (void)run_ckmeta(&how, &out, &err);
        (void)snprintf(begin, sizeof begin, "ckmeta: %s", rows[i].begin);
        (void)snprintf(end, sizeof end, "%s%s\n", rows[i].end,
                       rows[i].os_error ? strerror(rows[i].os_error) : "");
        if (strncmp(err, begin, strlen(begin)) != 0 || strlen(err) > 600 || strlen(err) < 400 ||
            strcmp(err + strlen(err) - strlen(end), end) != 0)
            fail_msg("ckmeta %s: %s", rows[i].line, err);
        free(out);
        free(err);
    }
}

/* Puts a file into d that is longer than standard output's buffer. */
static void put_long_file(void)
{
    char word[20001];

    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    expect_output((struct run){.line = "save --id i --pid 1 d --", .words = WORDS(word)}, "");
}

/* Runs each command that prints, with how's standard output. */
static void check_cannot_write(struct run how, int os_error)
{
    static const char *const lines[] = {
        "load d",
        "load d version",
        "load -0 d command",
        "load d rootless",
        "load d resource_limits",
        "load d cgroup_path",
        "--help",
        "--version",
        "load --help",
        "save --help",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        how.line = lines[i];
        expect_failure(how, EXIT_FAILED, "cannot write to standard output: ", os_error);
    }
}

static void a_full_standard_output_is_exit_code_1(void **state)
{
    (void)state;
    EXPECT_OUTPUT("save --state s d", "");
    check_cannot_write((struct run){.output = "/dev/full"}, ENOSPC);
    put_long_file();
    check_cannot_write((struct run){.output = "/dev/full"}, ENOSPC);
}

/* Whichever byte of the output is the first that finds no room. */
static void a_buffer_that_fills_at_any_byte_is_exit_code_1(void **state)
{
    char word[4100];

    (void)state;
    for (size_t len = sizeof word - 16; len < sizeof word; len++) {
        memset(word, 'w', len);
        word[len] = '\0';
        expect_output((struct run){.line = "save --id i --pid 1 d -- c", .words = WORDS(word)}, "");
        expect_failure((struct run){.line = "load d command", .output = "/dev/full"}, EXIT_FAILED,
                       "cannot write to standard output: ", ENOSPC);
    }
}

static void a_closed_standard_output_is_exit_code_1(void **state)
{
    (void)state;
    put_long_file();
    check_cannot_write((struct run){.closed = {false, true, false}}, EBADF);
    check_cannot_write((struct run){.closed = {true, true, false}}, EBADF);
}

static void an_output_over_the_file_size_limit_is_exit_code_1(void **state)
{
    (void)state;
    put_long_file();
    expect_failure((struct run){.line = "load d", .output = "out", .max_file_size = 4096},
                   EXIT_FAILED, "cannot write to standard output: ", EFBIG);
}

/* Nor does a full one matter to it. */
static void save_needs_no_standard_descriptor(void **state)
{
    (void)state;
    for (unsigned mask = 0; mask < 8; mask++) {
        struct run how = {.line = "save --metadata m d", .output = "/dev/full"};

        for (unsigned fd = 0; fd < 3; fd++)
            how.closed[fd] = mask >> fd & 1;
        expect_output(how, "");
        EXPECT_OUTPUT("load d container_name", "web-1\n");
        remove_saved(how.line);
    }
}

static void a_closed_standard_error_changes_no_exit_code(void **state)
{
    static const struct {
        const char *line;
        int code;
    } rows[] = {
        {"load", EXIT_USAGE},
        {"load missing", EXIT_NOT_FOUND},
        {"load s", EXIT_FAILED},
        {"--version", EXIT_DONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct run how = {.line = rows[i].line, .closed = {false, false, true}};
        char *out, *err;

        if (run_ckmeta(&how, &out, &err) != rows[i].code)
            fail_msg("ckmeta %s: not exit code %d", rows[i].line, rows[i].code);
        free(out);
        free(err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(messages_begin_with_ckmeta_whatever_it_is_called),
        IN_PLACE(foreign_text_is_escaped),
        IN_PLACE(long_words_are_shortened_and_the_reason_kept),
        IN_PLACE(a_full_standard_output_is_exit_code_1),
        IN_PLACE(a_buffer_that_fills_at_any_byte_is_exit_code_1),
        IN_PLACE(a_closed_standard_output_is_exit_code_1),
        IN_PLACE(an_output_over_the_file_size_limit_is_exit_code_1),
        IN_PLACE(save_needs_no_standard_descriptor),
        IN_PLACE(a_closed_standard_error_changes_no_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
