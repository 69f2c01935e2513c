/* SPDX-License-Identifier: MIT */
/* Usage errors, which have exit code 2; help; and the version. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "schema.h"

/* Opening f would block, and d does not exist. */
static void fifo(void)
{
    assert_int_equal(mkfifo("f", 0600), 0);
}

#define NO_FORM "one of --state, --metadata, or --id with --pid is required"
#define NO_COMMAND "missing operand: COMMAND (write it after '--')"
#define NO_DIR "missing operand: DIR"
#define STATE_EXCLUDES "--state cannot be combined with "
#define METADATA_EXCLUDES "--metadata cannot be combined with "
#define PID_RANGE ": expected a decimal number from 0 to 4294967295"

/* A complete command line, which rows extend. */
#define SAVE "save --id i --pid 1 d "

static const struct {
    const char *line, *message;
} lines[] = {
    {"", "missing subcommand: expected 'save' or 'load'"},
    {"''", "unknown subcommand ''"},
    {"-", "unknown subcommand '-'"},
    {"'\n'", "unknown subcommand '\\x0a'"},
    {"-- load d", "unrecognized option '--'"},
    {"--version x", "extra operand 'x'"},
    {"--help load", "extra operand 'load'"},

    {"load", NO_DIR},
    {"load -- ''", "DIR is empty"},
    {"load d version rootless", "extra operand 'rootless'"},
    {"load d version -- a b c", "extra operand 'a'"},
    {"load d ''", "unknown field ''"},
    {"load d container_i", "unknown field 'container_i'"},
    {"load d container_idx", "unknown field 'container_idx'"},
    {"load d cpu_period_us", "unknown field 'cpu_period_us'"},
    {"load d -- --null", "unknown field '--null'"},
    {"load -0 d", "missing operand: FIELD, required by -0"},
    {"load -0z d command", "unrecognized option '-0z'"},
    {"load --state f d", "unrecognized option '--state'"},
    {"load -\x01", "unrecognized option '-\\x01'"},
    {"load d --he", "option '--he' is abbreviated; spell it out"},
    {"load d --help=", "option '--help=' does not take an argument"},
    {"load -0 d command --null", "option '--null' given more than once"},
    {"load -00", "option '-00' given more than once"},

    {"save --name n --gvisor --runtime-version 1 d -- c", NO_FORM},
    {"save --pid 1 d -- c", "missing required option '--id'"},
    {"save --id i d -- --pid 1 c", "missing required option '--pid'"},
    {"save --id= --pid 1 --name n d -- c", "--id is empty"},
    {"save --id i --pid 1", NO_DIR},
    {SAVE "d -- c", "extra operand 'd'"},
    {SAVE "- -- c", "extra operand '-'"},
    {SAVE "c", NO_COMMAND},
    {SAVE "--", NO_COMMAND},
    {SAVE "--r -- c", "unrecognized option '--r'"}, /* --rootless or --runtime-version */
    {"save -0", "unrecognized option '-0'"},
    {"save -state f d", "unrecognized option '-state'"},
    {"save --nam=n", "option '--nam=n' is abbreviated; spell it out"},
    {"save --gvisor=yes", "option '--gvisor=yes' does not take an argument"},
    {"save --pid 1 d --id", "option '--id' requires an argument"},
    {"save --metadata", "option '--metadata' requires an argument"},
    {"save --id= --id=", "option '--id=' given more than once"},
    {"save --gvisor --gvisor", "option '--gvisor' given more than once"},

    {"save --id i --pid '' d -- c", "invalid PID ''" PID_RANGE},
    {"save --id i --pid -1 d -- c", "invalid PID '-1'" PID_RANGE},
    {"save --id i --pid 1.0 d -- c", "invalid PID '1.0'" PID_RANGE},
    {"save --id i --pid '1\n' d", "invalid PID '1\\x0a'" PID_RANGE},
    {"save --id i --pid 4294967296 d -- c", "invalid PID '4294967296'" PID_RANGE},

    {"save --state f", NO_DIR},
    {"save --metadata f d -- c", "extra operand 'c'"},

    {"save --state f --id= d", STATE_EXCLUDES "'--id='"},
    {"save --state f --pid=x d", STATE_EXCLUDES "'--pid=x'"},
    {"save '--name=\n' --state f d", STATE_EXCLUDES "'--name=\\x0a'"},
    {"save --gvisor --state f d", STATE_EXCLUDES "'--gvisor'"},
    {"save --rootless --state f d", STATE_EXCLUDES "'--rootless'"},
    {"save --cgroup=d --state f d", STATE_EXCLUDES "'--cgroup=d'"},
    {"save --metadata=- --state - d", STATE_EXCLUDES "'--metadata=-'"},
    {"save --metadata f d --id i", METADATA_EXCLUDES "'--id'"},
    {"save --metadata f d --pid=x", METADATA_EXCLUDES "'--pid=x'"},
    {"save --metadata f d --name=n", METADATA_EXCLUDES "'--name=n'"},
    {"save --metadata f d --gvisor", METADATA_EXCLUDES "'--gvisor'"},
    {"save --metadata f d --rootless", METADATA_EXCLUDES "'--rootless'"},
    {"save --metadata f d --cgroup=d", METADATA_EXCLUDES "'--cgroup=d'"},
    {"save --metadata f d --runtime-version=1", METADATA_EXCLUDES "'--runtime-version=1'"},
};

TEST_EACH_IN(fifo, lines, usage_is_checked_before_anything_is_opened)
{
    expect_failure(row->line, EXIT_USAGE, row->message, 0);
}

/* Two command lines that print the same help, and the beginning of that help. */
static const struct {
    const char *line, *other, *usage;
} helps[] = {
    {"--help", "-h", "usage: ckmeta save --state FILE [--runtime-version V] DIR\n"},
    {"save --help", "save --pid x -h -h --bad", "usage: ckmeta save "},
    {"load --help", "load /missing -0h", "usage: ckmeta load "},
};

TEST_EACH_IN(empty_directory, helps, help_is_printed_on_standard_output)
{
    char *out;

    assert_int_equal(run_ckmeta(row->line), EXIT_DONE);
    out = read_file("out", NULL);
    assert_true(strncmp(out, row->usage, strlen(row->usage)) == 0);
    assert_true(out[strlen(out) - 1] == '\n');
    expect_output(row->other, out);
    free(out);
}

TEST_IN(empty_directory, help_names_every_field)
{
    const struct nucleus_object *type = &nucleus_metadata_object;
    char *out;

    assert_int_equal(run_ckmeta("load --help"), EXIT_DONE);
    out = read_file("out", NULL);
    for (size_t i = 0; i < type->members_count; i++)
        assert_contains(out, type->members[i].name);
    free(out);
}

TEST_IN(empty_directory, version_is_that_of_the_library)
{
    expect_output("--version", "ckmeta " NUCLEUS_CHECKPOINT_VERSION "\n");
}
