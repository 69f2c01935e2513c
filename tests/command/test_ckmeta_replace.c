/* SPDX-License-Identifier: MIT */
/* The old file is left unchanged by each save that fails, and nothing is left over. */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Puts an old file into d that load would refuse: save must not care. */
static struct stat put_old(void)
{
    struct stat info;

    write_text("d/metadata.json", "old\n");
    assert_int_equal(lstat("d/metadata.json", &info), 0);
    return info;
}

/* Runs a save that must fail. */
static void check_fails(struct run how, int code, const char *message, int os_error)
{
    const struct stat before = put_old();
    const size_t names = count_names("d");
    struct stat after;
    char *text;

    expect_failure(how, code, message, os_error);
    text = read_file("d/metadata.json", NULL);
    assert_int_equal(lstat("d/metadata.json", &after), 0);
    if (strcmp(text, "old\n") != 0 || after.st_ino != before.st_ino ||
        after.st_mtim.tv_nsec != before.st_mtim.tv_nsec || count_names("d") != names)
        fail_msg("ckmeta %s: the directory was changed", how.line);
    free(text);
}

static void a_refused_input_leaves_the_old_file(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *message;
        int os_error;
    } rows[] = {
        {"save --state s d x", EXIT_USAGE, "extra operand 'x'", 0},
        {"save --metadata m d --gvisor", EXIT_USAGE,
         "--metadata cannot be combined with '--gvisor'", 0},
        {"save --state missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
        {"save --metadata d d", EXIT_FAILED, "cannot read 'd': ", EISDIR},
        {"save --state m d", EXIT_FAILED, "invalid state document 'm': missing member 'id'", 0},
        {"save --metadata s d", EXIT_FAILED, "invalid metadata 's': missing member 'container_id'",
         0},
        {"save --state /dev/zero d", EXIT_FAILED,
         "cannot read '/dev/zero': larger than 4194304 bytes", 0},
        {"save --id i --pid 1 d -- \x80", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'command[0]' is not valid UTF-8", 0},
        {"save --id i --pid 1 --cgroup missing d -- c", EXIT_FAILED,
         "cannot open cgroup directory 'missing': ", ENOENT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_fails((struct run){.line = rows[i].line}, rows[i].code, rows[i].message,
                    rows[i].os_error);
}

static void a_refused_fixed_name_leaves_the_old_file(void **state)
{
    (void)state;
    assert_int_equal(symlink("metadata.json", "d/metadata.json.tmp"), 0);
    check_fails((struct run){.line = "save --state s d"}, EXIT_FAILED,
                "refusing to remove 'd/metadata.json.tmp': is a symbolic link", 0);
    assert_int_equal(unlink("d/metadata.json.tmp"), 0);
    assert_int_equal(mkdir("d/metadata.json.tmp", 0700), 0);
    check_fails((struct run){.line = "save --state s d"}, EXIT_FAILED,
                "refusing to remove 'd/metadata.json.tmp': Is a directory", 0);
}

static void a_file_size_limit_leaves_the_old_file(void **state)
{
    char word[8192];

    (void)state;
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    check_fails((struct run){.line = "save --id i --pid 1 d --",
                             .words = WORDS(word),
                             .max_file_size = 4096},
                EXIT_FAILED, "cannot save 'd/metadata.json': cannot write temporary file: ", EFBIG);
}

/* Words of 3 bytes each in the document, and of 9 in metadata.json. */
static void a_result_over_the_cap_leaves_the_old_file(void **state)
{
    enum { COUNT_OF_WORDS = 600000 };
    static const char *const heads[][2] = {
        {"save --state - d", "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"using_gvisor\":false,"
                             "\"rootless\":true,\"command\":[\"\""},
        {"save --metadata - d",
         "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"checkpoint_at\":1,"
         "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true,\"command\":[\"\""},
    };
    char *text = malloc(3 * (size_t)COUNT_OF_WORDS + 300);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(heads); i++) {
        char *end = stpcpy(text, heads[i][1]);

        for (size_t j = 0; j < COUNT_OF_WORDS; j++)
            end = stpcpy(end, ",\"\"");
        (void)stpcpy(end, "]}");
        check_fails((struct run){.line = heads[i][0], .input = text}, EXIT_FAILED,
                    "cannot save 'd/metadata.json': larger than 4194304 bytes", 0);
    }
    free(text);
}

static void a_success_replaces_the_old_file(void **state)
{
    const struct stat before = put_old();
    struct stat after;

    (void)state;
    EXPECT_OUTPUT("save --state s d", "");
    assert_int_equal(lstat("d/metadata.json", &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    EXPECT_OUTPUT("load d container_name", "web-1\n");
    remove_saved("save --state s d");
}

static void a_longer_leftover_is_not_written_into(void **state)
{
    char stale[5000];

    (void)state;
    memset(stale, 'x', sizeof stale);
    write_file("d/metadata.json.tmp", stale, sizeof stale);
    write_file("d/metadata.json", stale, sizeof stale);
    EXPECT_OUTPUT("save --metadata m d", "");
    EXPECT_OUTPUT("load d container_name", "web-1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_refused_input_leaves_the_old_file),
        IN_PLACE(a_refused_fixed_name_leaves_the_old_file),
        IN_PLACE(a_file_size_limit_leaves_the_old_file),
        IN_PLACE(a_result_over_the_cap_leaves_the_old_file),
        IN_PLACE(a_success_replaces_the_old_file),
        IN_PLACE(a_longer_leftover_is_not_written_into),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
