/* SPDX-License-Identifier: MIT */
/* ckmeta's memory under valgrind: each subcommand, each form, and each kind of failure. */
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    int code;
    const char *line, *input;
} rows[] = {
    {EXIT_DONE, "--version", NULL},
    {EXIT_DONE, "load --help", NULL},
    {EXIT_USAGE, "restore", NULL},
    {EXIT_USAGE, "load d pid", NULL},
    {EXIT_USAGE, "save --id i --pid x d -- c", NULL},
    {EXIT_DONE, "save --id i --pid 1 --cgroup g d -- c", NULL},
    {EXIT_FAILED, "save --id i --pid 1 --cgroup s d -- c", NULL},
    {EXIT_FAILED, "save --id i --pid 1 d -- c \xff", NULL},
    {EXIT_FAILED, "save --id i --pid 1 missing -- c", NULL},
    {EXIT_DONE, "save --state s --runtime-version 1 d", NULL},
    {EXIT_FAILED, "save --state s missing", NULL},
    {EXIT_FAILED, "save --state missing d", NULL},
    {EXIT_FAILED, "save --state d d", NULL},
    {EXIT_FAILED, "save --state /dev/zero d", NULL},
    {EXIT_FAILED, "save --state - d", "{\"id\":\"i\",\"command\":[\"c\",\"\\u0064\",0]}"},
    {EXIT_FAILED, "save --state s --runtime-version \xff d", NULL},
    {EXIT_DONE, "save --metadata m d", NULL},
    {EXIT_FAILED, "save --metadata m missing", NULL},
    {EXIT_FAILED, "save --metadata s d", NULL},
    {EXIT_FAILED, "save --metadata - d", "{\"container_id\":\"i\",\"command\":[\"c\"],}"},
    {EXIT_DONE, "load a", NULL},
    {EXIT_DONE, "load a command", NULL},
    {EXIT_DONE, "load -0 a resource_limits", NULL},
    {EXIT_NOT_FOUND, "load missing", NULL},
    {EXIT_FAILED, "load s", NULL},
    {EXIT_FAILED, "load g", NULL},
};

/* What valgrind finds is another exit code, or more than one line. */
static void check_clean(struct run how, int code)
{
    char *out, *err;
    const int got = run_ckmeta(&how, &out, &err);
    const char *end = strchr(err, '\n');

    if (got != code || (*err && (strncmp(err, "ckmeta: ", 8) != 0 || !end || end[1])))
        fail_msg("ckmeta %s: exit code %d: %s", how.line, got, err);
    free(out);
    free(err);
}

static void no_memory_is_lost_or_misused(void **state)
{
    static const char *const files[] = {"memory.max", "memory.high", "memory.swap.max", "cpu.max",
                                        "cpu.weight", "pids.max",    "io.max"};

    (void)state;
    assert_int_equal(mkdir("a", 0700), 0);
    assert_int_equal(mkdir("g", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.3.8-metadata-cgroup.json", "a/metadata.json");
    copy_file(TEST_DATA "/runc-1.1.5-state.json", "g/metadata.json");
    for (size_t i = 0; i < COUNT(files); i++)
        copy_file(path_in(TEST_DATA "/cgroup", files[i]), path_in("g", files[i]));
    for (size_t i = 0; i < COUNT(rows); i++)
        check_clean((struct run){.line = rows[i].line, .input = rows[i].input}, rows[i].code);
    check_clean((struct run){.line = "load a", .output = "/dev/full"}, EXIT_FAILED);
    check_clean((struct run){.line = "save --state - d", .closed = {true, false, false}},
                EXIT_FAILED);
}

/* Whether valgrind can run this ckmeta. Says why if not. */
static bool is_possible(void)
{
    char *out, *err;
    const struct run how = {.line = "--version"};
    const int code = run_ckmeta(&how, &out, &err);
    const bool is_clean = code == EXIT_DONE && *err == '\0';

    if (!is_clean)
        (void)fprintf(stderr, "skipped: valgrind cannot run this ckmeta (exit code %d): %.300s\n",
                      code, err);
    free(out);
    free(err);
    return is_clean;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(no_memory_is_lost_or_misused),
    };

    run_under_valgrind();
    return is_possible() ? cmocka_run_group_tests(tests, NULL, NULL) : TEST_SKIPPED;
}
