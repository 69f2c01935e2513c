/* SPDX-License-Identifier: MIT */
/* Command lines that are refused with exit code 2, and help and version. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_FORM "one of --state, --metadata, or --id with --pid is required"
#define NO_COMMAND "missing operand: COMMAND (write it after '--')"
#define NO_FIELD "missing operand: FIELD, required by -0"
#define ABBREVIATED " is abbreviated; spell it out"
#define NO_ARGUMENT " does not take an argument"
#define NEEDS_ARGUMENT " requires an argument"
#define TWICE " given more than once"

/* A whole form of save, to which a row adds. */
#define SAVE "save --id i --pid 1 d "

/* A word that is no PID, and how it is shown. */
#define BAD_PID_AS(pid, shown)                                                                     \
    {                                                                                              \
        "save --id i d --pid " pid " -- c",                                                        \
            "invalid PID '" shown "': expected a decimal number from 0 to 4294967295"              \
    }
#define BAD_PID(pid) BAD_PID_AS(pid, pid)

/* Where DIR is d, and FILE is f. */
static const struct row {
    const char *line, *message;
} rows[] = {
    {"''", "unknown subcommand ''"},
    {"restore d", "unknown subcommand 'restore'"},
    {"loa d", "unknown subcommand 'loa'"},
    {"LOAD d", "unknown subcommand 'LOAD'"},
    {"d", "unknown subcommand 'd'"},
    {"-", "unknown subcommand '-'"},
    {"\n", "unknown subcommand '\\x0a'"},
    {"-- load d", "unrecognized option '--'"},
    {"--verbose\x1b", "unrecognized option '--verbose\\x1b'"},
    {"--versio", "unrecognized option '--versio'"},
    {"--hel", "unrecognized option '--hel'"},
    {"-V", "unrecognized option '-V'"},
    {"--version x", "extra operand 'x'"},
    {"--help load", "extra operand 'load'"},
    {"-h -h", "extra operand '-h'"},

    {"load", "missing operand: DIR"},
    {"load --", "missing operand: DIR"},
    {"load -0", "missing operand: DIR"},
    {"load ''", "DIR is empty"},
    {"load '' version", "DIR is empty"},
    {"load -- ''", "DIR is empty"},
    {"load d version rootless", "extra operand 'rootless'"},
    {"load d version -- a b c", "extra operand 'a'"},
    {"load d version -", "extra operand '-'"},
    {"load d version \n", "extra operand '\\x0a'"},
    {"load d pid", "unknown field 'pid'"},
    {"load d ''", "unknown field ''"},
    {"load d -", "unknown field '-'"},
    {"load d container_i", "unknown field 'container_i'"},
    {"load d container_idx", "unknown field 'container_idx'"},
    {"load d \x01", "unknown field '\\x01'"},
    {"load d Command", "unknown field 'Command'"},
    {"load d cpu_period_us", "unknown field 'cpu_period_us'"},
    {"load d -- --null", "unknown field '--null'"},
    {"load -0 d", NO_FIELD},
    {"load d --null", NO_FIELD},
    {"load -0 -0 d command", "option '-0'" TWICE},
    {"load -0 --null d command", "option '--null'" TWICE},
    {"load -00 d command", "option '-00'" TWICE},
    {"load --nul d command", "option '--nul'" ABBREVIATED},
    {"load d --he", "option '--he'" ABBREVIATED},
    {"load --null=1 d command", "option '--null=1'" NO_ARGUMENT},
    {"load --help= d", "option '--help='" NO_ARGUMENT},
    {"load -z d", "unrecognized option '-z'"},
    {"load -0z d command", "unrecognized option '-0z'"},
    {"load --state f d", "unrecognized option '--state'"},
    {"load d command -x", "unrecognized option '-x'"},
    {"load -\x01", "unrecognized option '-\\x01'"},
    {"load -dir", "unrecognized option '-dir'"},

    {"save", NO_FORM},
    {"save d", NO_FORM},
    {"save d -- c", NO_FORM},
    {"save --name n --gvisor --runtime-version 1 d -- c", NO_FORM},
    {"save --pid 1 d -- c", "missing required option '--id'"},
    {"save --id i d -- c", "missing required option '--pid'"},
    {"save --id i d -- --pid 1 c", "missing required option '--pid'"},
    {"save --id '' --pid 1 d -- c", "--id is empty"},
    {"save --id= --pid 1 --name n d -- c", "--id is empty"},
    {"save --id i --pid 1", "missing operand: DIR"},
    {"save --id i --pid 1 -- d c", "missing operand: DIR"},
    {"save --id i --pid 1 '' -- c", "DIR is empty"},
    {SAVE "d -- c", "extra operand 'd'"},
    {SAVE "- -- c", "extra operand '-'"},
    {SAVE "c", NO_COMMAND},
    {"save --id i --pid 1 d", NO_COMMAND},
    {SAVE "--", NO_COMMAND},
    {SAVE "--x -- c", "unrecognized option '--x'"},
    {SAVE "-i -- c", "unrecognized option '-i'"},
    {"save --=x d", "unrecognized option '--=x'"},
    {"save -: d", "unrecognized option '-:'"},
    {"save ---state f d", "unrecognized option '---state'"},
    {"save -state f d", "unrecognized option '-state'"},
    {"save -s f d", "unrecognized option '-s'"},
    {"save -0 --state f d", "unrecognized option '-0'"},
    {SAVE "--gv -- c", "option '--gv'" ABBREVIATED},
    {SAVE "--nam=n -- c", "option '--nam=n'" ABBREVIATED},
    {SAVE "--runtime-v 1 -- c", "option '--runtime-v'" ABBREVIATED},
    {"save --stat f d", "option '--stat'" ABBREVIATED},
    {"save --meta - d", "option '--meta'" ABBREVIATED},
    {SAVE "--r -- c", "unrecognized option '--r'"}, /* --rootless or --runtime-version */
    {"save --pid 1 d --id", "option '--id'" NEEDS_ARGUMENT},
    {"save d --state", "option '--state'" NEEDS_ARGUMENT},
    {"save d --metadata", "option '--metadata'" NEEDS_ARGUMENT},
    {SAVE "--runtime-version", "option '--runtime-version'" NEEDS_ARGUMENT},
    {SAVE "--gvisor=yes -- c", "option '--gvisor=yes'" NO_ARGUMENT},
    {SAVE "--rootless= -- c", "option '--rootless='" NO_ARGUMENT},

    {SAVE "--id=i -- c", "option '--id=i'" TWICE},
    {"save --id= --id= --pid 1 d -- c", "option '--id='" TWICE},
    {SAVE "--pid 1 -- c", "option '--pid'" TWICE},
    {SAVE "--name n --name n -- c", "option '--name'" TWICE},
    {SAVE "--gvisor --gvisor -- c", "option '--gvisor'" TWICE},
    {"save --rootless --id i --pid 1 d --rootless -- c", "option '--rootless'" TWICE},
    {SAVE "--cgroup d --cgroup d -- c", "option '--cgroup'" TWICE},
    {SAVE "--runtime-version 1 --runtime-version= -- c", "option '--runtime-version='" TWICE},
    {"save --state f --state f d", "option '--state'" TWICE},
    {"save --metadata f --metadata=f d", "option '--metadata=f'" TWICE},

    {"save --state f", "missing operand: DIR"},
    {"save --metadata f", "missing operand: DIR"},
    {"save --state f ''", "DIR is empty"},
    {"save --metadata f --", "missing operand: DIR"},
    {"save --metadata f -- ''", "DIR is empty"},
    {"save --state f d d", "extra operand 'd'"},
    {"save --state f d -- c", "extra operand 'c'"},
    {"save --metadata f d -- c", "extra operand 'c'"},
    {"save --metadata f d -", "extra operand '-'"},
    {"save --state f --metadata f d", "--state cannot be combined with '--metadata'"},
    {"save --metadata=- --state - d", "--state cannot be combined with '--metadata=-'"},
    {"save --state f --id i d", "--state cannot be combined with '--id'"},
    {"save --state f d --id=", "--state cannot be combined with '--id='"},
    {"save --state f --pid x d", "--state cannot be combined with '--pid'"},
    {"save --name=\n --state f d", "--state cannot be combined with '--name=\\x0a'"},
    {"save --state f --gvisor d", "--state cannot be combined with '--gvisor'"},
    {"save --rootless d --state f", "--state cannot be combined with '--rootless'"},
    {"save --state f --cgroup d d", "--state cannot be combined with '--cgroup'"},
    {"save --metadata f --id i d", "--metadata cannot be combined with '--id'"},
    {"save --pid=1 --metadata f d", "--metadata cannot be combined with '--pid=1'"},
    {"save --metadata f --name n d", "--metadata cannot be combined with '--name'"},
    {"save --metadata f d --gvisor", "--metadata cannot be combined with '--gvisor'"},
    {"save --metadata f --rootless d", "--metadata cannot be combined with '--rootless'"},
    {"save --metadata f --cgroup= d", "--metadata cannot be combined with '--cgroup='"},
    {"save --metadata f --runtime-version 1 d",
     "--metadata cannot be combined with '--runtime-version'"},

    BAD_PID_AS("''", ""),
    BAD_PID_AS("\t1", "\\x091"),
    BAD_PID_AS("1\n", "1\\x0a"),
    BAD_PID("-1"),
    BAD_PID("-0"),
    BAD_PID("+1"),
    BAD_PID("1e3"),
    BAD_PID("1.0"),
    BAD_PID("0x1"),
    BAD_PID("self"),
    BAD_PID("4294967296"),
    BAD_PID("4294967297"),
    BAD_PID("18446744073709551616"),
    BAD_PID("18446744073709551617"),
    BAD_PID("100000000000000000000000000000"),
};

/* Opening the FIFO would wait for ever, and there is no DIR. */
static void usage_is_judged_before_anything_is_opened(void **state)
{
    static const char *const variables[] = {"UNRELATED=1", "POSIXLY_CORRECT=1"};

    (void)state;
    assert_int_equal(rmdir("d"), 0);
    assert_int_equal(mkfifo("f", 0600), 0);
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_failure((struct run){.line = rows[i].line, .variable = variables[i % 2]}, EXIT_USAGE,
                       rows[i].message, 0);
    EXPECT_FAILURE(NULL, EXIT_USAGE, "missing subcommand: expected 'save' or 'load'", 0);
}

static void no_letter_is_an_option_but_those_that_help_names(void **state)
{
    static const char *const subcommands[][2] = {{"load", "0h"}, {"save", "h"}};

    (void)state;
    for (size_t i = 0; i < COUNT(subcommands); i++) {
        for (char letter = '!'; letter <= '~'; letter++) {
            char line[16], message[64];

            if (letter == '-' || strchr(subcommands[i][1], letter))
                continue;
            (void)snprintf(line, sizeof line, "%s -%c", subcommands[i][0], letter);
            (void)snprintf(message, sizeof message, "unrecognized option '-%c'", letter);
            EXPECT_FAILURE(line, EXIT_USAGE, message, 0);
        }
    }
}

static void help_is_printed_on_standard_output(void **state)
{
    /* A line, and the file that holds its help. */
    static const char *const lines[][2] = {
        {"--help", "help/ckmeta.txt"},
        {"-h", "help/ckmeta.txt"},
        {"save --help", "help/save.txt"},
        {"save -h", "help/save.txt"},
        {"save --pid x -h", "help/save.txt"},
        {"save -h -h --bad", "help/save.txt"},
        {"load --help", "help/load.txt"},
        {"load -h", "help/load.txt"},
        {"load /missing --help", "help/load.txt"},
        {"load -0h", "help/load.txt"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        char *help = read_data(lines[i][1], NULL);

        EXPECT_OUTPUT(lines[i][0], help);
        free(help);
    }
}

static void version_is_the_library_s(void **state)
{
    char line[64];

    (void)state;
    (void)snprintf(line, sizeof line, "ckmeta %s\n", NUCLEUS_CHECKPOINT_VERSION);
    EXPECT_OUTPUT("--version", line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(usage_is_judged_before_anything_is_opened),
        IN_PLACE(no_letter_is_an_option_but_those_that_help_names),
        IN_PLACE(help_is_printed_on_standard_output),
        IN_PLACE(version_is_the_library_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
