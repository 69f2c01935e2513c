/* SPDX-License-Identifier: MIT */
/* Command lines that are refused with exit code 2, and help and version. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_WORDS = 16 };

/* A command line, where DIR and FILE stand for paths, and a part of the message. */
struct row {
    const char *name;
    const char *words[MAX_WORDS];
    const char *message;
};

#define PID_ROW(name, pid)                                                                         \
    {                                                                                              \
        name, {"save", "--id", "i", "--pid", pid, "DIR", "--", "c"}, "--pid '" pid "'"             \
    }
#define WITH_STATE(...)                                                                            \
    {                                                                                              \
        "--state with " #__VA_ARGS__, {"save", "--state", "FILE", __VA_ARGS__, "DIR"}, "--state"   \
    }

static const struct row rows[] = {
    {"no subcommand", {NULL}, "subcommand"},
    {"empty subcommand", {""}, "subcommand ''"},
    {"unknown subcommand", {"restore", "DIR"}, "'restore'"},
    {"cut subcommand", {"loa", "DIR"}, "'loa'"},
    {"subcommand in capitals", {"LOAD", "DIR"}, "'LOAD'"},
    {"-- in place of a subcommand", {"--", "load", "DIR"}, "'--'"},
    {"unknown first option", {"--verbose"}, "'--verbose'"},
    {"cut --version", {"--versio"}, "'--versio'"},
    {"cut --help", {"--hel"}, "'--hel'"},
    {"-V", {"-V"}, "'-V'"},
    {"words behind --version", {"--version", "x"}, "'x'"},
    {"words behind --help", {"--help", "load"}, "'load'"},
    {"DIR alone", {"DIR"}, "subcommand"},

    {"load without DIR", {"load"}, "DIR"},
    {"load --", {"load", "--"}, "DIR"},
    {"load with too many words", {"load", "DIR", "version", "rootless"}, "FIELD"},
    {"load with far too many", {"load", "DIR", "version", "--", "a", "b", "c"}, "FIELD"},
    {"unknown FIELD", {"load", "DIR", "pid"}, "'pid'"},
    {"empty FIELD", {"load", "DIR", ""}, "FIELD ''"},
    {"cut FIELD", {"load", "DIR", "container_i"}, "'container_i'"},
    {"FIELD in capitals", {"load", "DIR", "Command"}, "'Command'"},
    {"inner FIELD", {"load", "DIR", "cpu_period_us"}, "'cpu_period_us'"},
    {"FIELD of the state", {"load", "DIR", "id"}, "'id'"},
    {"-0 without FIELD", {"load", "-0", "DIR"}, "-0"},
    {"--null without FIELD", {"load", "--null", "DIR"}, "FIELD"},
    {"-0 twice", {"load", "-0", "-0", "DIR", "command"}, "-0"},
    {"-0 in both forms", {"load", "-0", "--null", "DIR", "command"}, "--null"},
    {"-00", {"load", "-00", "DIR", "command"}, "-00"},
    {"cut --null", {"load", "--nul", "DIR", "command"}, "'--nul'"},
    {"--null with a value", {"load", "--null=1", "DIR", "command"}, "'--null=1'"},
    {"unknown letter", {"load", "-z", "DIR"}, "'-z'"},
    {"unknown letter in a cluster", {"load", "-0z", "DIR", "command"}, "'-0z'"},
    {"unknown option of load", {"load", "--state", "FILE", "DIR"}, "'--state'"},
    {"unknown option last", {"load", "DIR", "command", "-x"}, "'-x'"},
    {"load of -dir", {"load", "-dir"}, "'-dir'"},

    {"save alone", {"save"}, "--state"},
    {"save DIR", {"save", "DIR"}, "--state"},
    {"save without options", {"save", "DIR", "--", "c"}, "--id"},
    {"save without --id", {"save", "--pid", "1", "DIR", "--", "c"}, "--id"},
    {"save without --pid", {"save", "--id", "i", "DIR", "--", "c"}, "--pid"},
    {"save without DIR", {"save", "--id", "i", "--pid", "1", "--", "c"}, "DIR"},
    {"save of two DIRs", {"save", "--id", "i", "--pid", "1", "DIR", "DIR", "--", "c"}, "DIR"},
    {"save without --", {"save", "--id", "i", "--pid", "1", "DIR", "c"}, "--"},
    {"save of DIR only", {"save", "--id", "i", "--pid", "1", "DIR"}, "COMMAND"},
    {"save without COMMAND", {"save", "--id", "i", "--pid", "1", "DIR", "--"}, "COMMAND"},
    {"DIR behind --", {"save", "--id", "i", "--pid", "1", "--", "DIR", "c"}, "DIR"},
    {"option behind --", {"save", "--id", "i", "DIR", "--", "--pid", "1", "c"}, "--pid"},
    {"unknown option", {"save", "--id", "i", "--pid", "1", "--x", "DIR", "--", "c"}, "'--x'"},
    {"cut --gvisor", {"save", "--id", "i", "--pid", "1", "--gv", "DIR", "--", "c"}, "'--gv'"},
    {"cut --name=", {"save", "--id", "i", "--pid", "1", "--nam=n", "DIR", "--", "c"}, "'--nam=n'"},
    {"cut --state", {"save", "--stat", "FILE", "DIR"}, "'--stat'"},
    {"one letter for --state", {"save", "-s", "FILE", "DIR"}, "'-s'"},
    {"--id without value", {"save", "--pid", "1", "DIR", "--id"}, "'--id'"},
    {"--state without value", {"save", "DIR", "--state"}, "'--state'"},
    {"--gvisor=yes",
     {"save", "--id", "i", "--pid", "1", "--gvisor=yes", "DIR", "--", "c"},
     "gvisor"},
    {"--id twice", {"save", "--id", "i", "--id=i", "--pid", "1", "DIR", "--", "c"}, "'--id=i'"},
    {"empty --id twice", {"save", "--id=", "--id=", "--pid", "1", "DIR", "--", "c"}, "--id"},
    {"--pid twice", {"save", "--id", "i", "--pid", "1", "--pid", "1", "DIR", "--", "c"}, "--pid"},
    {"--name twice",
     {"save", "--id", "i", "--pid", "1", "--name", "n", "DIR", "--name", "n", "--", "c"},
     "--name"},
    {"--gvisor twice",
     {"save", "--id", "i", "--pid", "1", "--gvisor", "--gvisor", "DIR", "--", "c"},
     "--gvisor"},
    {"--rootless twice",
     {"save", "--id", "i", "--pid", "1", "--rootless", "DIR", "--rootless", "--", "c"},
     "--rootless"},
    {"--cgroup twice",
     {"save", "--id", "i", "--pid", "1", "--cgroup", "DIR", "--cgroup", "DIR", "DIR", "--", "c"},
     "--cgroup"},
    {"--state twice", {"save", "--state", "FILE", "--state", "FILE", "DIR"}, "--state"},
    {"--state without DIR", {"save", "--state", "FILE"}, "DIR"},
    {"--state with two DIRs", {"save", "--state", "FILE", "DIR", "DIR"}, "DIR"},
    {"--state with COMMAND", {"save", "--state", "FILE", "DIR", "--", "c"}, "COMMAND"},
    WITH_STATE("--id", "i"),
    WITH_STATE("--pid", "1"),
    WITH_STATE("--name", "n"),
    WITH_STATE("--gvisor"),
    WITH_STATE("--rootless"),
    WITH_STATE("--cgroup", "DIR"),
    WITH_STATE("--name="),

    PID_ROW("empty PID", ""),
    PID_ROW("negative PID", "-1"),
    PID_ROW("PID -0", "-0"),
    PID_ROW("PID with plus", "+1"),
    PID_ROW("PID behind a space", " 1"),
    PID_ROW("PID before a space", "1 "),
    PID_ROW("hexadecimal PID", "0x1"),
    PID_ROW("PID with an exponent", "1e3"),
    PID_ROW("PID with a point", "1.0"),
    PID_ROW("PID in words", "self"),
    PID_ROW("PID of 33 bits", "4294967296"),
    PID_ROW("PID of 2^32+1", "4294967297"),
    PID_ROW("PID of 2^64", "18446744073709551616"),
    PID_ROW("PID of 2^64+1", "18446744073709551617"),
    PID_ROW("PID of 30 digits", "100000000000000000000000000000"),
};

static void refuse(const struct row *row, const char *dir, const char *file, const char *variable)
{
    const char *words[MAX_WORDS + 1] = {0};
    const struct run how = {.words = words, .variable = variable};

    for (size_t i = 0; i < MAX_WORDS && row->words[i]; i++) {
        words[i] = row->words[i];
        if (strcmp(words[i], "DIR") == 0)
            words[i] = dir;
        else if (strcmp(words[i], "FILE") == 0)
            words[i] = file;
    }
    check_failed(row->name, run_ckmeta(&how), EXIT_USAGE, row->message);
}

static void usage_is_judged_before_anything_is_found_missing(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        refuse(&rows[i], path_in(*state, "dir"), path_in(*state, "file"), NULL);
    assert_int_equal(count_names(*state), 0);
}

/* Whoever opened the FIFO would hang. */
static void usage_is_judged_before_anything_is_opened(void **state)
{
    const char *dir = path_in(*state, "dir");
    const char *file = path_in(*state, "file");

    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(mkfifo(file, 0600), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        refuse(&rows[i], dir, file, "POSIXLY_CORRECT=1");
        assert_int_equal(count_names(dir), 0);
    }
}

static void an_odd_spelling_of_an_option_is_unknown(void **state)
{
    (void)state;
    check_failed("=", CKMETA_RUN("save", "--=x", "d"), EXIT_USAGE, "'--=x'");
    check_failed("-:", CKMETA_RUN("save", "-:", "d"), EXIT_USAGE, "'-:'");
    check_failed("---state", CKMETA_RUN("save", "---state", "f", "d"), EXIT_USAGE, "'---state'");
    check_failed("-state", CKMETA_RUN("save", "-state", "f", "d"), EXIT_USAGE, "'-state'");
}

static void check_help(const char *row, struct outcome outcome, const char *part)
{
    if (outcome.code != EXIT_DONE || outcome.err_len > 0 ||
        strncmp(outcome.out, "usage: ckmeta ", 14) != 0 || !strstr(outcome.out, part) ||
        outcome.out[outcome.out_len - 1] != '\n')
        fail_msg("%s: exit code %d: %s%s", row, outcome.code, outcome.out, outcome.err);
    outcome_free(&outcome);
}

static void help_is_printed_on_standard_output(void **state)
{
    (void)state;
    check_help("--help", CKMETA_RUN("--help"), "ckmeta load");
    check_help("-h", CKMETA_RUN("-h"), "ckmeta save");
    check_help("save --help", CKMETA_RUN("save", "--help"), "--state FILE");
    check_help("save -h", CKMETA_RUN("save", "-h"), "--cgroup");
    check_help("load --help", CKMETA_RUN("load", "--help"), "--null");
    check_help("load -h", CKMETA_RUN("load", "-h"), "resource_limits");
    check_help("behind DIR", CKMETA_RUN("load", "/missing", "--help"), "FIELD");
    check_help("help wins", CKMETA_RUN("save", "--pid", "x", "-h"), "--id");
    check_help("what follows is not read", CKMETA_RUN("save", "-h", "-h", "--bad"), "--id");
}

static void each_option_and_field_stands_in_the_help(void **state)
{
    static const char *const save[] = {"--state",  "--id",       "--pid",    "--name",
                                       "--gvisor", "--rootless", "--cgroup", "--help"};
    static const char *const load[] = {
        "-0",       "--null",        "--help",         "container_id", "container_name",
        "command",  "checkpoint_at", "original_pid",   "version",      "using_gvisor",
        "rootless", "cgroup_path",   "resource_limits"};

    (void)state;
    for (size_t i = 0; i < sizeof save / sizeof save[0]; i++)
        check_help(save[i], CKMETA_RUN("save", "--help"), save[i]);
    for (size_t i = 0; i < sizeof load / sizeof load[0]; i++)
        check_help(load[i], CKMETA_RUN("load", "--help"), load[i]);
}

static void version_is_the_library_s(void **state)
{
    char line[64];

    (void)state;
    (void)snprintf(line, sizeof line, "ckmeta %s\n", nucleus_checkpoint_version());
    check_done("--version", CKMETA_RUN("--version"), line);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(usage_is_judged_before_anything_is_found_missing),
        IN_DIRECTORY(usage_is_judged_before_anything_is_opened),
        cmocka_unit_test(an_odd_spelling_of_an_option_is_unknown),
        cmocka_unit_test(help_is_printed_on_standard_output),
        cmocka_unit_test(each_option_and_field_stands_in_the_help),
        cmocka_unit_test(version_is_the_library_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
