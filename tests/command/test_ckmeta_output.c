/* SPDX-License-Identifier: MIT */
/* Standard output that cannot be written, closed descriptors, and argv[0]. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CANNOT_WRITE "cannot write to standard output: "

static const struct {
    const char *description;
    struct run how;
} names[] = {
    {"relative", {.name = "./other"}},
    {"absolute", {.name = CKMETA}},
    {"empty", {.name = ""}},
    {"control characters", {.name = "evil\n: "}},
};

TEST_EACH_IN(documents, names, messages_begin_with_ckmeta_regardless_of_its_name)
{
    struct run how = row->how;

    how.line = "load d";
    expect_failure(how, EXIT_NOT_FOUND, "cannot load 'd/metadata.json': ", ENOENT);
    how.line = "save --bad";
    expect_failure(how, EXIT_USAGE, "unrecognized option '--bad'", 0);
}

TEST(argv_may_be_empty)
{
    expect_failure((struct run){.nameless = true}, EXIT_USAGE,
                   "missing subcommand: expected 'save' or 'load'", 0);
}

/* Saves a command of one argument of len bytes. */
static void save_long(size_t len)
{
    char *word = calloc(1, len + 1);

    assert_non_null(word);
    memset(word, 'w', len);
    expect_output((struct run){.line = "save --id i --pid 1 d --", .args = ARGS(word)}, "");
    free(word);
}

static const char *const printing[] = {
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

/* The document is once shorter and once longer than the buffer of standard output. */
TEST_EACH_IN(documents, printing, an_output_that_cannot_be_written_is_exit_code_1)
{
    for (size_t len = 1; len < 30000; len += 20000) {
        save_long(len);
        expect_failure((struct run){.line = *row, .output = "/dev/full"}, EXIT_FAILED, CANNOT_WRITE,
                       ENOSPC);
        expect_failure((struct run){.line = *row, .closed = {false, true, false}}, EXIT_FAILED,
                       CANNOT_WRITE, EBADF);
        expect_failure((struct run){.line = *row, .closed = {true, true, false}}, EXIT_FAILED,
                       CANNOT_WRITE, EBADF);
    }
}

/* The buffer fills up at each byte of the end. */
TEST_IN(documents, a_buffer_that_fills_at_any_byte_is_exit_code_1)
{
    for (size_t len = 4084; len < 4100; len++) {
        save_long(len);
        expect_failure((struct run){.line = "load d command", .output = "/dev/full"}, EXIT_FAILED,
                       CANNOT_WRITE, ENOSPC);
    }
}

/* SIGXFSZ would end the process. */
TEST_IN(documents, a_file_size_limit_is_exit_code_1)
{
    char word[8192];

    save_long(20000);
    expect_failure((struct run){.line = "load d", .output = "out", .max_file_size = 4096},
                   EXIT_FAILED, CANNOT_WRITE, EFBIG);
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    expect_failure(
        (struct run){.line = "save --id i --pid 1 d --", .args = ARGS(word), .max_file_size = 4096},
        EXIT_FAILED, "cannot save 'd/metadata.json': cannot write temporary file: ", EFBIG);
}

/* Standard output is full if it is open. */
TEST_IN(documents, save_needs_no_standard_descriptor)
{
    for (unsigned mask = 0; mask < 8; mask++) {
        expect_output((struct run){.line = "save --metadata m d",
                                   .output = "/dev/full",
                                   .closed = {mask & 1, mask & 2, mask & 4}},
                      "");
        EXPECT_OUTPUT("load d container_name", "web-1\n");
        remove_saved("save");
    }
}

static const struct {
    const char *line;
    int code;
} codes[] = {
    {"load", EXIT_USAGE},
    {"load missing", EXIT_NOT_FOUND},
    {"load s", EXIT_FAILED},
    {"--version", EXIT_DONE},
};

TEST_EACH_IN(documents, codes, a_closed_standard_error_does_not_change_the_exit_code)
{
    const struct run how = {.line = row->line, .closed = {false, false, true}};
    char *out, *err;

    assert_int_equal(run_ckmeta(&how, &out, &err), row->code);
    free(out);
    free(err);
}
