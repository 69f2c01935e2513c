/* SPDX-License-Identifier: MIT */
/* ckmeta save --id ID --pid PID [OPTION...] DIR -- COMMAND, and the order of words. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"

enum { MAX_WORDS = 24 };

static struct nucleus_metadata load(const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(nucleus_metadata_load(dir, &metadata, &err), NUCLEUS_OK, &err);
    return metadata;
}

/* A command line, where DIR stands for the directory, and what it saves. */
struct row {
    const char *name;
    const char *words[MAX_WORDS];
    struct {
        const char *id, *name;
        uint32_t pid;
        bool gvisor, rootless;
    } saved;
    const char *command[8];
};

static void check_saved(const struct row *row, const char *dir)
{
    struct nucleus_metadata got = load(dir);
    bool same = strcmp(got.container_id, row->saved.id) == 0 &&
                strcmp(got.container_name, row->saved.name) == 0 &&
                got.original_pid == row->saved.pid && got.using_gvisor == row->saved.gvisor &&
                got.rootless == row->saved.rootless;
    size_t i = 0;

    for (; same && row->command[i] && got.command[i]; i++)
        same = strcmp(got.command[i], row->command[i]) == 0;
    if (!same || row->command[i] || got.command[i])
        fail_msg("%s: something else was saved", row->name);
    nucleus_metadata_clear(&got);
    assert_int_equal(unlink(path_in(dir, "metadata.json")), 0);
    assert_int_equal(count_names(dir), 0);
}

static void run_row(const struct row *row, const char *dir, const char *variable)
{
    const char *words[MAX_WORDS + 1] = {0};
    const struct run how = {.words = words, .variable = variable};

    for (size_t i = 0; i < MAX_WORDS && row->words[i]; i++)
        words[i] = strcmp(row->words[i], "DIR") == 0 ? dir : row->words[i];
    check_done(row->name, run_ckmeta(&how), "");
    check_saved(row, dir);
}

static const struct row rows[] = {
    {"the least",
     {"save", "--id", "i", "--pid", "1", "DIR", "--", "c"},
     {"i", "i", 1, false, false},
     {"c"}},
    {"everything",
     {"save", "--id", "i", "--pid", "2", "--name", "n", "--gvisor", "--rootless", "DIR", "--", "c"},
     {"i", "n", 2, true, true},
     {"c"}},
    {"joined values",
     {"save", "--id=i", "--pid=3", "--name=n=m", "DIR", "--", "c"},
     {"i", "n=m", 3, false, false},
     {"c"}},
    {"options behind DIR",
     {"save", "DIR", "--rootless", "--pid", "4", "--id", "i", "--", "c"},
     {"i", "i", 4, false, true},
     {"c"}},
    {"options around DIR",
     {"save", "--gvisor", "--id", "i", "DIR", "--pid", "5", "--", "c"},
     {"i", "i", 5, true, false},
     {"c"}},
    {"values like options",
     {"save", "--id", "--pid", "--pid", "6", "--name", "--help", "DIR", "--", "c"},
     {"--pid", "--help", 6, false, false},
     {"c"}},
    {"a value like the end of options",
     {"save", "--id", "--", "--pid", "6", "DIR", "--", "c"},
     {"--", "--", 6, false, false},
     {"c"}},
    {"command like options",
     {"save", "--id", "i", "--pid", "7", "DIR", "--", "--id", "x", "-h", "--help", "--", "-"},
     {"i", "i", 7, false, false},
     {"--id", "x", "-h", "--help", "--", "-"}},
    {"command --",
     {"save", "--id", "i", "--pid", "8", "DIR", "--", "--"},
     {"i", "i", 8, false, false},
     {"--"}},
    {"empty words",
     {"save", "--id", "i", "--pid", "9", "DIR", "--", "", "a b", "", "c\nd"},
     {"i", "i", 9, false, false},
     {"", "a b", "", "c\nd"}},
    {"empty ID",
     {"save", "--id", "", "--pid", "1", "DIR", "--", "c"},
     {"", "", 1, false, false},
     {"c"}},
    {"empty joined ID",
     {"save", "--id=", "--pid", "1", "--name", "n", "DIR", "--", "c"},
     {"", "n", 1, false, false},
     {"c"}},
    {"empty name",
     {"save", "--id", "i", "--name", "", "--pid", "1", "DIR", "--", "c"},
     {"i", "", 1, false, false},
     {"c"}},
    {"PID 0",
     {"save", "--id", "i", "--pid", "0", "DIR", "--", "c"},
     {"i", "i", 0, false, false},
     {"c"}},
    {"the largest PID",
     {"save", "--id", "i", "--pid", "4294967295", "DIR", "--", "c"},
     {"i", "i", UINT32_MAX, false, false},
     {"c"}},
    {"UTF-8",
     {"save", "--id", "h\xc3\xa9", "--pid", "1", "DIR", "--", "\xf0\x9f\xa6\x80"},
     {"h\xc3\xa9", "h\xc3\xa9", 1, false, false},
     {"\xf0\x9f\xa6\x80"}},
};

static void save_takes_options_in_any_order(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_row(&rows[i], *state, NULL);
}

static void posixly_correct_changes_nothing(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_row(&rows[i], *state, "POSIXLY_CORRECT=1");
}

static void dir_may_stand_anywhere(void **state)
{
    static const char *const variables[] = {"POSIXLY_CORRECT=1", "UNRELATED=1"};
    const char *dir = *state;
    const struct {
        const char *name;
        const char *const *words;
    } lines[] = {
        {"save, DIR last", WORDS("save", "--state", STATE, dir)},
        {"save, DIR first", WORDS("save", dir, "--state", STATE)},
        {"save, joined", WORDS("save", dir, "--state=" STATE)},
        {"save, --", WORDS("save", dir, "--state", STATE, "--")},
        {"load, option first", WORDS("load", "-0", dir, "command")},
        {"load, option between", WORDS("load", dir, "--null", "command")},
        {"load, option last", WORDS("load", dir, "command", "-0")},
        {"load, --", WORDS("load", "-0", "--", dir, "command")},
        {"load, -- behind", WORDS("load", "-0", dir, "--", "command")},
    };

    for (size_t i = 0; i < 2 * sizeof lines / sizeof lines[0]; i++) {
        const struct run how = {.words = lines[i / 2].words, .variable = variables[i % 2]};

        check_done(lines[i / 2].name, run_ckmeta(&how), NULL);
    }
}

static void dir_may_have_an_odd_name(void **state)
{
    static const struct {
        const char *name, *word;
    } dirs[] = {
        {"-", "-"}, {"-dir", "./-dir"}, {"save", "save"}, {"a b\n", "a b\n"}, {"\xff", "\xff"}};

    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        const struct run save = {.words = WORDS("save", "--state", STATE, dirs[i].word),
                                 .directory = *state};
        const struct run save_options = {
            .words = WORDS("save", "--id", "i", "--pid", "1", dirs[i].word, "--", "c"),
            .directory = *state};
        const struct run load_id = {.words = WORDS("load", dirs[i].word, "container_id"),
                                    .directory = *state};

        assert_int_equal(mkdir(path_in(*state, dirs[i].name), 0700), 0);
        check_done(dirs[i].name, run_ckmeta(&save), "");
        check_done(dirs[i].name, run_ckmeta(&load_id), "d4dcdbdf206f70050237351a60825bdb\n");
        check_done(dirs[i].name, run_ckmeta(&save_options), "");
        check_done(dirs[i].name, run_ckmeta(&load_id), "i\n");
        assert_true(exists(path_in(path_in(*state, dirs[i].name), "metadata.json")));
    }
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    static const struct {
        const char *name;
        const char *id, *container_name, *word;
        const char *message;
    } lines[] = {
        {"id", "\xff", "n", "c", "container_id"},
        {"name", "i", "\xc0\x80", "c", "container_name"},
        {"command", "i", "n", "\xed\xa0\x80", "command[1]"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        check_failed(lines[i].name,
                     CKMETA_RUN("save", "--id", lines[i].id, "--name", lines[i].container_name,
                                "--pid", "1", *state, "--", "c", lines[i].word),
                     EXIT_FAILED, lines[i].message);
        assert_int_equal(count_names(*state), 0);
    }
}

/* Up to 2 MB of words that execve(2) takes: a quarter of the stack's limit, less some room. */
static void a_command_may_be_as_long_as_execve_takes(void **state)
{
    enum { WORD = 10000, MAX_COUNT = 200, ROOM = 100000 };
    const char *words[8 + MAX_COUNT] = {"save", "--id", "i", "--pid", "1", *state, "--"};
    char *word = malloc(WORD + 1);
    struct nucleus_metadata metadata;
    struct rlimit limit;
    size_t count;

    assert_non_null(word);
    memset(word, 'w', WORD);
    word[WORD] = '\0';
    assert_int_equal(getrlimit(RLIMIT_STACK, &limit), 0);
    limit.rlim_cur = limit.rlim_max < 64 * 1024 * 1024 ? limit.rlim_max : 64 * 1024 * 1024;
    assert_int_equal(setrlimit(RLIMIT_STACK, &limit), 0);
    count = ((size_t)limit.rlim_cur / 4 - ROOM) / WORD;
    if (count > MAX_COUNT)
        count = MAX_COUNT;
    for (size_t i = 0; i < count; i++)
        words[7 + i] = word;
    check_done("long command", run_ckmeta(&(struct run){.words = words}), "");
    metadata = load(*state);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(metadata.command[i], word);
    assert_null(metadata.command[count]);
    nucleus_metadata_clear(&metadata);
    free(word);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(save_takes_options_in_any_order),
        IN_DIRECTORY(posixly_correct_changes_nothing),
        IN_DIRECTORY(dir_may_stand_anywhere),
        IN_DIRECTORY(dir_may_have_an_odd_name),
        IN_DIRECTORY(text_that_is_not_utf8_is_refused),
        IN_DIRECTORY(a_command_may_be_as_long_as_execve_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
