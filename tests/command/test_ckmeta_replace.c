/* SPDX-License-Identifier: MIT */
/* The old file stands, byte for byte, after each save that fails, and nothing is left over. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"

/* What a directory holds before a save that must fail. */
struct old {
    const char *dir;
    char *text;
    size_t len, names;
    struct stat info;
};

static struct old remember(const char *dir)
{
    struct old old = {.dir = dir, .names = count_names(dir)};
    const char *path = path_in(dir, "metadata.json");

    old.text = read_file(path, &old.len);
    assert_int_equal(lstat(path, &old.info), 0);
    return old;
}

static void check_stands(const char *row, struct old *old)
{
    struct old now = remember(old->dir);

    if (now.len != old->len || memcmp(now.text, old->text, now.len) != 0 ||
        now.info.st_ino != old->info.st_ino ||
        now.info.st_mtim.tv_nsec != old->info.st_mtim.tv_nsec)
        fail_msg("%s: the old file was changed", row);
    if (now.names != old->names)
        fail_msg("%s: %zu names, %zu before", row, now.names, old->names);
    free(now.text);
    free(old->text);
}

/* The old file is none that load would take: save must not care. */
static void put_old(const char *dir)
{
    write_text(path_in(dir, "metadata.json"), "old\n");
}

static void bad_input_leaves_the_old_file(void **state)
{
    const char *dir = *state;
    const char *missing = "/missing/file";
    const char *bad = TEST_DATA "/runc-1.1.5-state.json";
    const struct {
        const char *name;
        const char *const *words;
        int code;
    } rows[] = {
        {"usage", WORDS("save", "--state", STATE, dir, "x"), EXIT_USAGE},
        {"bad PID", WORDS("save", "--id", "i", "--pid", "x", dir, "--", "c"), EXIT_USAGE},
        {"no FILE", WORDS("save", "--state", missing, dir), EXIT_FAILED},
        {"bad FILE", WORDS("save", "--state", bad, dir), EXIT_FAILED},
        {"endless FILE", WORDS("save", "--state", "/dev/zero", dir), EXIT_FAILED},
        {"FILE is a directory", WORDS("save", "--state", dir, dir), EXIT_FAILED},
        {"bad ID", WORDS("save", "--id", "\xff", "--pid", "1", dir, "--", "c"), EXIT_FAILED},
        {"bad COMMAND", WORDS("save", "--id", "i", "--pid", "1", dir, "--", "\x80"), EXIT_FAILED},
        {"no cgroup", WORDS("save", "--id", "i", "--pid", "1", "--cgroup", missing, dir, "--", "c"),
         EXIT_FAILED},
    };

    put_old(dir);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct old old = remember(dir);

        check_failed(rows[i].name, run_ckmeta(&(struct run){.words = rows[i].words}), rows[i].code,
                     "");
        check_stands(rows[i].name, &old);
    }
}

static void a_refused_temporary_name_leaves_the_old_file(void **state)
{
    const char *temp = path_in(*state, "metadata.json.tmp");
    struct old old;

    put_old(*state);
    assert_int_equal(symlink("metadata.json", temp), 0);
    old = remember(*state);
    check_failed("symlink", CKMETA_RUN("save", "--state", STATE, *state), EXIT_FAILED,
                 "/metadata.json.tmp': it is a symbolic link");
    check_stands("symlink", &old);
    assert_int_equal(unlink(temp), 0);
    assert_int_equal(mkdir(temp, 0700), 0);
    old = remember(*state);
    check_failed("directory", CKMETA_RUN("save", "--state", STATE, *state), EXIT_FAILED,
                 "/metadata.json.tmp': it is a directory");
    check_stands("directory", &old);
}

static void a_file_size_limit_leaves_the_old_file(void **state)
{
    enum { LIMIT = 4096 };
    char word[2 * LIMIT];
    const struct run how = {
        .words = WORDS("save", "--id", "i", "--pid", "1", *state, "--", word),
        .max_file_size = LIMIT,
    };
    struct old old;

    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    put_old(*state);
    old = remember(*state);
    check_failed("limit", run_ckmeta(&how), EXIT_FAILED, "/metadata.json': ");
    check_failed("limit", run_ckmeta(&how), EXIT_FAILED, "File too large");
    check_stands("limit", &old);
}

static void a_result_over_the_cap_leaves_the_old_file(void **state)
{
    enum { COUNT = 600000 }; /* 3 bytes each in the state, 9 in metadata.json */
    static const char head[] = "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"using_gvisor\":false,"
                               "\"rootless\":true,\"command\":[\"\"";
    size_t len = sizeof head - 1;
    char *text = malloc(sizeof head + 3 * (size_t)COUNT + 2);
    struct run how = {.words = WORDS("save", "--state", "-", *state)};
    struct old old;

    assert_non_null(text);
    memcpy(text, head, len);
    for (size_t i = 0; i < COUNT; i++, len += 3)
        memcpy(text + len, ",\"\"", 3);
    memcpy(text + len, "]}", 2);
    how.input = text;
    how.input_len = len + 2;
    put_old(*state);
    old = remember(*state);
    check_failed("over the cap", run_ckmeta(&how), EXIT_FAILED, "larger than 4194304 bytes");
    check_stands("over the cap", &old);
    free(text);
}

static void a_success_replaces_the_old_file(void **state)
{
    const char *path = path_in(*state, "metadata.json");
    struct stat before, after;

    put_old(*state);
    assert_int_equal(lstat(path, &before), 0);
    check_done("save", CKMETA_RUN("save", "--state", STATE, *state), "");
    assert_int_equal(lstat(path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    check_done("load", CKMETA_RUN("load", *state, "container_name"), "web-1\n");
    assert_int_equal(count_names(*state), 1);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(bad_input_leaves_the_old_file),
        IN_DIRECTORY(a_refused_temporary_name_leaves_the_old_file),
        IN_DIRECTORY(a_file_size_limit_leaves_the_old_file),
        IN_DIRECTORY(a_result_over_the_cap_leaves_the_old_file),
        IN_DIRECTORY(a_success_replaces_the_old_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
