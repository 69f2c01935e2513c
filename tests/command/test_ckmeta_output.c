/* SPDX-License-Identifier: MIT */
/* Where ckmeta's words go: messages, standard output, and descriptors that are closed. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void messages_begin_with_ckmeta_whatever_it_is_called(void **state)
{
    static const struct run rows[] = {
        {.name = "./other"},
        {.name = CKMETA},
        {.name = ""},
        {.name = "evil\n: "},
    };

    (void)state;
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

/* Not a signal that ends the process. */
static void a_file_size_limit_is_exit_code_1(void **state)
{
    char word[8192];

    (void)state;
    put_long_file();
    expect_failure((struct run){.line = "load d", .output = "out", .max_file_size = 4096},
                   EXIT_FAILED, "cannot write to standard output: ", EFBIG);
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    expect_failure(
        (struct run){
            .line = "save --id i --pid 1 d --", .words = WORDS(word), .max_file_size = 4096},
        EXIT_FAILED, "cannot save 'd/metadata.json': cannot write temporary file: ", EFBIG);
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
        IN_PLACE(a_full_standard_output_is_exit_code_1),
        IN_PLACE(a_buffer_that_fills_at_any_byte_is_exit_code_1),
        IN_PLACE(a_closed_standard_output_is_exit_code_1),
        IN_PLACE(a_file_size_limit_is_exit_code_1),
        IN_PLACE(save_needs_no_standard_descriptor),
        IN_PLACE(a_closed_standard_error_changes_no_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
