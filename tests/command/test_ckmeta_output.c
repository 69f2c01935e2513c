/* SPDX-License-Identifier: MIT */
/* Where ckmeta's words go: messages, standard output, and descriptors that are closed. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"

static void messages_begin_with_ckmeta_whatever_it_is_called(void **state)
{
    const char *link = path_in(*state, "other-name");
    const char *const *words = WORDS("load", "/missing");
    const struct {
        const char *name;
        struct run how;
    } rows[] = {
        {"symlink", {.words = words, .program = link, .name = link}},
        {"path", {.words = words, .name = CKMETA}},
        {"empty", {.words = words, .name = ""}},
        {"a lie", {.words = words, .name = "evil\n: "}},
        {"misuse", {.words = WORDS("load"), .program = link, .name = link}},
        {"getopt's complaints", {.words = WORDS("load", "--bad"), .name = "other"}},
    };

    assert_int_equal(symlink(CKMETA, link), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_failed(rows[i].name, run_ckmeta(&rows[i].how), i < 4 ? EXIT_NOT_FOUND : EXIT_USAGE,
                     "");
    check_failed("no argv[0]", run_ckmeta(&(struct run){.nameless = true}), EXIT_USAGE, "");
}

static void foreign_text_is_escaped(void **state)
{
    const char *dir = *state;
    const struct {
        const char *name;
        const char *const *words;
        int code;
        const char *message;
    } rows[] = {
        {"DIR", WORDS("load", "a\nb\x1b[31m\x7f"), EXIT_NOT_FOUND, "'a\\x0ab\\x1b[31m\\x7f/"},
        {"DIR that is not UTF-8", WORDS("load", "\xff"), EXIT_NOT_FOUND, "'\\xff/"},
        {"DIR with C1", WORDS("load", "\xc2\x9b"), EXIT_NOT_FOUND, "'\\xc2\\x9b/"},
        {"DIR of save", WORDS("save", "--state", STATE, "\r"), EXIT_FAILED, "'\\x0d'"},
        {"FILE", WORDS("save", "--state", "\t", dir), EXIT_FAILED, "'\\x09'"},
        {"FIELD", WORDS("load", dir, "\x01"), EXIT_USAGE, "'\\x01'"},
        {"subcommand", WORDS("\n"), EXIT_USAGE, "'\\x0a'"},
        {"option", WORDS("save", "--\x1b"), EXIT_USAGE, "'--\\x1b'"},
        {"letter", WORDS("load", "-\x01"), EXIT_USAGE, "'-\\x01'"},
        {"PID", WORDS("save", "--id", "i", "--pid", "1\n", dir, "--", "c"), EXIT_USAGE, "'1\\x0a'"},
        {"--cgroup", WORDS("save", "--id", "i", "--pid", "1", "--cgroup", "\n", dir, "--", "c"),
         EXIT_FAILED, "'\\x0a'"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_failed(rows[i].name, run_ckmeta(&(struct run){.words = rows[i].words}), rows[i].code,
                     rows[i].message);
}

static void utf8_in_a_path_is_shown_as_it_is(void **state)
{
    (void)state;
    check_failed("h\xc3\xa9", CKMETA_RUN("load", "h\xc3\xa9"), EXIT_NOT_FOUND, "'h\xc3\xa9/");
}

/* Runs words, whose message has no room for all that is foreign in it. */
static void check_shortened(const char *row, const char *const *words, int code, const char *reason)
{
    struct outcome outcome = run_ckmeta(&(struct run){.words = words});

    if (outcome.err_len > 600 || !strstr(outcome.err, "'..."))
        fail_msg("%s: not shortened: %s", row, outcome.err);
    check_failed(row, outcome, code, reason);
}

static void long_words_are_shortened_and_the_reason_kept(void **state)
{
    const char *dir = *state;
    char path[3001];

    for (size_t i = 0; i < sizeof path - 1; i++)
        path[i] = i % 100 == 99 ? '/' : '\x1b';
    path[sizeof path - 1] = '\0';
    check_shortened("load", WORDS("load", path), EXIT_NOT_FOUND,
                    "/metadata.json': No such file or directory");
    check_shortened("save", WORDS("save", "--state", STATE, path), EXIT_FAILED,
                    "': No such file or directory");
    check_shortened("FILE", WORDS("save", "--state", path, dir), EXIT_FAILED,
                    "': No such file or directory");
    check_shortened("FIELD", WORDS("load", dir, path), EXIT_USAGE, "no member is called so");
    check_shortened("subcommand", WORDS(path), EXIT_USAGE, "subcommand");
    check_shortened("PID", WORDS("save", "--id", "i", "--pid", path, dir, "--", "c"), EXIT_USAGE,
                    "4294967295");
}

/* Puts a file into dir that is longer than standard output's buffer. */
static void put_long_file(const char *dir)
{
    char word[20001];

    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    check_done("save", CKMETA_RUN("save", "--id", "i", "--pid", "1", dir, "--", word), "");
}

/* Runs each command that prints, with how's standard output. */
static void check_cannot_write(const char *dir, struct run how, const char *reason)
{
    const char *const *const lines[] = {
        WORDS("load", dir),
        WORDS("load", dir, "version"),
        WORDS("load", "-0", dir, "command"),
        WORDS("load", dir, "rootless"),
        WORDS("load", dir, "resource_limits"),
        WORDS("--help"),
        WORDS("--version"),
        WORDS("load", "--help"),
        WORDS("save", "--help"),
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        how.words = lines[i];
        check_failed(lines[i][0], run_ckmeta(&how), EXIT_FAILED, reason);
    }
}

static void a_full_standard_output_is_exit_code_1(void **state)
{
    check_done("save", CKMETA_RUN("save", "--state", STATE, *state), "");
    check_cannot_write(*state, (struct run){.output = "/dev/full"}, "No space left on device");
    put_long_file(*state);
    check_cannot_write(*state, (struct run){.output = "/dev/full"}, "No space left on device");
}

/* Whichever byte of the output is the first that finds no room. */
static void a_buffer_that_fills_at_any_byte_is_exit_code_1(void **state)
{
    char word[4100];

    for (size_t len = sizeof word - 16; len < sizeof word; len++) {
        const struct run how = {.words = WORDS("load", *state, "command"), .output = "/dev/full"};

        memset(word, 'w', len);
        word[len] = '\0';
        check_done("save", CKMETA_RUN("save", "--id", "i", "--pid", "1", *state, "--", "c", word),
                   "");
        check_failed("load", run_ckmeta(&how), EXIT_FAILED, "No space left on device");
    }
}

static void a_closed_standard_output_is_exit_code_1(void **state)
{
    put_long_file(*state);
    check_cannot_write(*state, (struct run){.closed = {false, true, false}}, "Bad file descriptor");
    check_cannot_write(*state, (struct run){.closed = {true, true, false}}, "Bad file descriptor");
}

static void an_output_over_the_file_size_limit_is_exit_code_1(void **state)
{
    const struct run how = {
        .words = WORDS("load", *state), .output = path_in(*state, "out"), .max_file_size = 4096};

    put_long_file(*state);
    check_failed("limit", run_ckmeta(&how), EXIT_FAILED, "File too large");
}

static void save_needs_no_standard_descriptor(void **state)
{
    for (unsigned mask = 0; mask < 8; mask++) {
        struct run how = {.words = WORDS("save", "--state", STATE, *state)};
        char row[16];

        for (unsigned fd = 0; fd < 3; fd++)
            how.closed[fd] = mask >> fd & 1;
        (void)snprintf(row, sizeof row, "closed: %u", mask);
        check_done(row, run_ckmeta(&how), "");
        assert_int_equal(count_names(*state), 1);
        check_done(row, CKMETA_RUN("load", *state, "container_name"), "web-1\n");
        assert_int_equal(unlink(path_in(*state, "metadata.json")), 0);
    }
}

static void save_does_not_touch_standard_output(void **state)
{
    const struct run how = {.words = WORDS("save", "--state", STATE, *state),
                            .output = "/dev/full"};

    check_done("full", run_ckmeta(&how), "");
}

static void a_closed_standard_error_changes_no_exit_code(void **state)
{
    static const struct {
        const char *name;
        const char *words[3];
        int code;
    } rows[] = {
        {"usage", {"load"}, EXIT_USAGE},
        {"not found", {"load", "/missing"}, EXIT_NOT_FOUND},
        {"failure", {"load", "/dev/null"}, EXIT_FAILED},
        {"success", {"--version"}, EXIT_DONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct run how = {.words = rows[i].words, .closed = {false, false, true}};
        struct outcome outcome = run_ckmeta(&how);

        if (outcome.code != rows[i].code)
            fail_msg("%s: exit code %d", rows[i].name, outcome.code);
        outcome_free(&outcome);
    }
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(messages_begin_with_ckmeta_whatever_it_is_called),
        IN_DIRECTORY(foreign_text_is_escaped),
        cmocka_unit_test(utf8_in_a_path_is_shown_as_it_is),
        IN_DIRECTORY(long_words_are_shortened_and_the_reason_kept),
        IN_DIRECTORY(a_full_standard_output_is_exit_code_1),
        IN_DIRECTORY(a_buffer_that_fills_at_any_byte_is_exit_code_1),
        IN_DIRECTORY(a_closed_standard_output_is_exit_code_1),
        IN_DIRECTORY(an_output_over_the_file_size_limit_is_exit_code_1),
        IN_DIRECTORY(save_needs_no_standard_descriptor),
        IN_DIRECTORY(save_does_not_touch_standard_output),
        cmocka_unit_test(a_closed_standard_error_changes_no_exit_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
