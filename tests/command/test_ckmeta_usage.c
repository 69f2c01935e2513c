/* SPDX-License-Identifier: MIT */
/* Command lines that are refused with exit code 2, help, and the version. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schema.h"

/* Opening f would block, and d does not exist. */
static void fifo(void)
{
    assert_int_equal(mkfifo("f", 0600), 0);
}

#define ABBREVIATED " is abbreviated; spell it out"
#define NO_ARGUMENT " does not take an argument"
#define NEEDS_ARGUMENT " requires an argument"
#define TWICE " given more than once"

/* A line that ends in a bad option, and the end of the message. */
static const struct {
    const char *line, *problem;
} bad_options[] = {
    {"load --nul", ABBREVIATED},
    {"load d --he", ABBREVIATED},
    {"save --gv", ABBREVIATED},
    {"save --nam=n", ABBREVIATED},
    {"save --runtime-v=1", ABBREVIATED},
    {"save d --stat=f", ABBREVIATED},
    {"save --meta=-", ABBREVIATED},
    {"load --null=1", NO_ARGUMENT},
    {"load --help=", NO_ARGUMENT},
    {"save --gvisor=yes", NO_ARGUMENT},
    {"save --rootless=", NO_ARGUMENT},
    {"save --pid 1 d --id", NEEDS_ARGUMENT},
    {"save d --state", NEEDS_ARGUMENT},
    {"save --metadata", NEEDS_ARGUMENT},
    {"save --runtime-version", NEEDS_ARGUMENT},
    {"load -0 -0", TWICE},
    {"load -0 d command --null", TWICE},
    {"load -00", TWICE},
    {"save --id i --id=i", TWICE},
    {"save --id= --id=", TWICE},
    {"save --pid=1 --pid=1", TWICE},
    {"save --name n --name=n", TWICE},
    {"save --gvisor --gvisor", TWICE},
    {"save --rootless --id i d --rootless", TWICE},
    {"save --cgroup d --cgroup=d", TWICE},
    {"save --runtime-version 1 --runtime-version=", TWICE},
    {"save --state f --state=f", TWICE},
    {"save --metadata f --metadata=f", TWICE},
};

TEST_EACH_IN(fifo, bad_options, a_bad_option_is_refused)
{
    char message[128];

    (void)snprintf(message, sizeof message, "option '%s'%s", strrchr(row->line, ' ') + 1,
                   row->problem);
    EXPECT_FAILURE(row->line, EXIT_USAGE, message, 0);
}

/* Options that --state and --metadata exclude; the latter excludes --runtime-version as well. */
static const char *const excluded[] = {"--id=",      "--pid=x",    "--name=n",           "--gvisor",
                                       "--rootless", "--cgroup=d", "--runtime-version=1"};

TEST_EACH_IN(fifo, excluded, an_option_of_another_form_is_refused)
{
    char line[64], message[128];

    (void)snprintf(line, sizeof line, "save --metadata f d %s", *row);
    (void)snprintf(message, sizeof message, "--metadata cannot be combined with '%s'", *row);
    EXPECT_FAILURE(line, EXIT_USAGE, message, 0);
    if (strstr(*row, "version"))
        return;
    (void)snprintf(line, sizeof line, "save %s --state f", *row);
    (void)snprintf(message, sizeof message, "--state cannot be combined with '%s'", *row);
    EXPECT_FAILURE(line, EXIT_USAGE, message, 0);
}

static const char *const bad_pids[] = {"",
                                       "-1",
                                       "-0",
                                       "+1",
                                       "1e3",
                                       "1.0",
                                       "0x1",
                                       "self",
                                       "4294967296",
                                       "4294967297",
                                       "18446744073709551616",
                                       "18446744073709551617",
                                       "100000000000000000000000000000"};

TEST_EACH_IN(fifo, bad_pids, a_pid_is_a_decimal_number_of_32_bits)
{
    char message[128];

    (void)snprintf(message, sizeof message,
                   "invalid PID '%s': expected a decimal number from 0 to 4294967295", *row);
    expect_failure((struct run){.line = "save --id i d --pid", .args = ARGS(*row, "--", "c")},
                   EXIT_USAGE, message, 0);
}

#define NO_FORM "one of --state, --metadata, or --id with --pid is required"
#define NO_COMMAND "missing operand: COMMAND (write it after '--')"
#define NO_FIELD "missing operand: FIELD, required by -0"
#define NO_DIR "missing operand: DIR"

/* A complete form of save, to which a row adds. */
#define SAVE "save --id i --pid 1 d "

static const struct {
    const char *line, *message;
} lines[] = {
    {"''", "unknown subcommand ''"},
    {"restore d", "unknown subcommand 'restore'"},
    {"-", "unknown subcommand '-'"},
    {"\n", "unknown subcommand '\\x0a'"},
    {"-- load d", "unrecognized option '--'"},
    {"--verbose\x1b", "unrecognized option '--verbose\\x1b'"},
    {"--version x", "extra operand 'x'"},
    {"--help load", "extra operand 'load'"},

    {"load", NO_DIR},
    {"load -- ''", "DIR is empty"},
    {"load d version rootless", "extra operand 'rootless'"},
    {"load d version -- a b c", "extra operand 'a'"},
    {"load d version \n", "extra operand '\\x0a'"},
    {"load d ''", "unknown field ''"},
    {"load d container_i", "unknown field 'container_i'"},
    {"load d container_idx", "unknown field 'container_idx'"},
    {"load d \x01", "unknown field '\\x01'"},
    {"load d cpu_period_us", "unknown field 'cpu_period_us'"},
    {"load d -- --null", "unknown field '--null'"},
    {"load -0 d", NO_FIELD},
    {"load -0z d command", "unrecognized option '-0z'"},
    {"load --state f d", "unrecognized option '--state'"},
    {"load -\x01", "unrecognized option '-\\x01'"},

    {"save", NO_FORM},
    {"save --name n --gvisor --runtime-version 1 d -- c", NO_FORM},
    {"save --pid 1 d -- c", "missing required option '--id'"},
    {"save --id i d -- --pid 1 c", "missing required option '--pid'"},
    {"save --id= --pid 1 --name n d -- c", "--id is empty"},
    {"save --id i --pid 1\n d",
     "invalid PID '1\\x0a': expected a decimal number from 0 to 4294967295"},
    {"save --id i --pid 1", NO_DIR},
    {"save --id i --pid 1 -- d c", NO_DIR},
    {"save --id i --pid 1 '' -- c", "DIR is empty"},
    {SAVE "d -- c", "extra operand 'd'"},
    {SAVE "- -- c", "extra operand '-'"},
    {SAVE "c", NO_COMMAND},
    {"save --id i --pid 1 d", NO_COMMAND},
    {SAVE "--", NO_COMMAND},
    {"save --=x d", "unrecognized option '--=x'"},
    {"save -state f d", "unrecognized option '-state'"},
    {SAVE "--r -- c", "unrecognized option '--r'"}, /* --rootless or --runtime-version */

    {"save --state f", NO_DIR},
    {"save --metadata f --", NO_DIR},
    {"save --state f -- ''", "DIR is empty"},
    {"save --metadata f d -- c", "extra operand 'c'"},
    {"save --metadata f d -", "extra operand '-'"},
    {"save --state f --metadata f d", "--state cannot be combined with '--metadata'"},
    {"save --metadata=- --state - d", "--state cannot be combined with '--metadata=-'"},
    {"save --name=\n --state f d", "--state cannot be combined with '--name=\\x0a'"},
};

TEST_EACH_IN(fifo, lines, usage_is_checked_before_anything_is_opened)
{
    EXPECT_FAILURE(row->line, EXIT_USAGE, row->message, 0);
}

TEST(a_subcommand_is_required)
{
    EXPECT_FAILURE(NULL, EXIT_USAGE, "missing subcommand: expected 'save' or 'load'", 0);
}

static const struct {
    const char *subcommand, *letters;
} subcommands[] = {{"load", "0h"}, {"save", "h"}};

TEST_EACH(subcommands, no_other_letter_is_an_option)
{
    for (char letter = '!'; letter <= '~'; letter++) {
        char line[16], message[64];

        if (letter == '-' || strchr(row->letters, letter))
            continue;
        (void)snprintf(line, sizeof line, "%s -%c", row->subcommand, letter);
        (void)snprintf(message, sizeof message, "unrecognized option '-%c'", letter);
        EXPECT_FAILURE(line, EXIT_USAGE, message, 0);
    }
}

/* Lines whose help is identical, and its beginning. */
static const struct {
    const char *line, *same[4], *usage;
} helps[] = {
    {"--help", {"-h"}, "usage: ckmeta save --state FILE [--runtime-version V] DIR\n"},
    {"save --help", {"save -h", "save --pid x -h", "save -h -h --bad"}, "usage: ckmeta save "},
    {"load --help", {"load -h", "load /missing --help", "load -0h"}, "usage: ckmeta load "},
};

TEST_EACH(helps, help_is_printed_on_standard_output)
{
    char *out, *err;

    assert_int_equal(run_ckmeta(&(struct run){.line = row->line}, &out, &err), EXIT_DONE);
    assert_string_equal(err, "");
    assert_true(strncmp(out, row->usage, strlen(row->usage)) == 0);
    assert_true(out[strlen(out) - 1] == '\n');
    for (const char *const *line = row->same; *line; line++)
        EXPECT_OUTPUT(*line, out);
    free(out);
    free(err);
}

TEST(help_names_every_field)
{
    const struct nucleus_object *type = &nucleus_metadata_object;
    char *out, *err;

    assert_int_equal(run_ckmeta(&(struct run){.line = "load --help"}, &out, &err), EXIT_DONE);
    for (size_t i = 0; i < type->members_count; i++)
        assert_contains(out, type->members[i].name);
    free(out);
    free(err);
}

TEST(version_is_that_of_the_library)
{
    EXPECT_OUTPUT("--version", "ckmeta " NUCLEUS_CHECKPOINT_VERSION "\n");
}
