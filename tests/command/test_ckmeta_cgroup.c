/* SPDX-License-Identifier: MIT */
/* ckmeta save with a cgroup, whose directory is a copy of a real one. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = {"memory.max", "memory.high", "memory.swap.max", "cpu.max",
                                    "cpu.weight", "pids.max",    "io.max"};

enum { FILES_COUNT = sizeof files / sizeof files[0] };

/* Puts the samples, all of them fresh, into DIR/cgroup and makes DIR/checkpoint. */
static void put_cgroup(const char *base)
{
    char cgroup[512];

    (void)snprintf(cgroup, sizeof cgroup, "%s", path_in(base, "cgroup"));
    (void)mkdir(cgroup, 0700);
    (void)mkdir(path_in(base, "checkpoint"), 0700);
    for (size_t i = 0; i < FILES_COUNT; i++) {
        size_t len;
        char *text = read_data(path_in("cgroup", files[i]), &len);

        write_file(path_in(cgroup, files[i]), text, len);
        free(text);
    }
}

static struct outcome save(const char *base)
{
    return CKMETA_RUN("save", "--id", "i", "--pid", "1", "--cgroup", path_in(base, "cgroup"),
                      path_in(base, "checkpoint"), "--", "c");
}

/* The value of resource_limits in nucleus's own file of this cgroup, from column 0. */
static char *sample_limits(void)
{
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    char *from = strstr(text, "\"resource_limits\": ");
    char *to = text;

    assert_non_null(from);
    for (from += strlen("\"resource_limits\": "); *from; from++) {
        *to++ = *from;
        if (*from == '\n' && strncmp(from + 1, "  ", 2) == 0)
            from += 2;
    }
    to[-1] = '\0'; /* the document's own brace; what is left ends in a newline */
    return text;
}

static void save_captures_what_nucleus_captures(void **state)
{
    char *limits = sample_limits();
    char path[600];

    put_cgroup(*state);
    check_done("save", save(*state), "");
    check_done("limits", CKMETA_RUN("load", path_in(*state, "checkpoint"), "resource_limits"),
               limits);
    (void)snprintf(path, sizeof path, "%s\n", path_in(*state, "cgroup"));
    check_done("path", CKMETA_RUN("load", path_in(*state, "checkpoint"), "cgroup_path"), path);
    free(limits);
}

static void a_state_s_cgroup_is_captured(void **state)
{
    char *limits = sample_limits();
    char text[1024];

    put_cgroup(*state);
    (void)snprintf(text, sizeof text,
                   "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
                   "\"rootless\":false,\"cgroup_path\":\"%s\"}",
                   path_in(*state, "cgroup"));
    check_done("save",
               run_ckmeta(&(struct run){
                   .words = WORDS("save", "--state", "-", path_in(*state, "checkpoint")),
                   .input = text,
                   .input_len = strlen(text),
               }),
               "");
    check_done("limits", CKMETA_RUN("load", path_in(*state, "checkpoint"), "resource_limits"),
               limits);
    free(limits);
}

static void without_a_cgroup_there_are_8_members(void **state)
{
    check_done("save", CKMETA_RUN("save", "--id", "i", "--pid", "1", *state, "--", "c"), "");
    check_done("limits", CKMETA_RUN("load", *state, "resource_limits"), "null\n");
    check_done("path", CKMETA_RUN("load", *state, "cgroup_path"), "\n");
}

static void only_io_max_may_be_missing(void **state)
{
    for (size_t i = 0; i < FILES_COUNT; i++) {
        char shown[64];

        put_cgroup(*state);
        assert_int_equal(unlink(path_in(path_in(*state, "cgroup"), files[i])), 0);
        (void)snprintf(shown, sizeof shown, "/cgroup/%s': No such file or directory", files[i]);
        if (strcmp(files[i], "io.max") == 0)
            check_done(files[i], save(*state), "");
        else
            check_failed(files[i], save(*state), EXIT_FAILED, shown);
        assert_int_equal(count_names(path_in(*state, "checkpoint")), i == FILES_COUNT - 1);
    }
}

static void a_malformed_file_is_named(void **state)
{
    static const struct {
        const char *file, *text;
    } rows[] = {
        {"memory.max", ""},
        {"memory.max", "Max\n"},
        {"memory.max", "1 2\n"},
        {"memory.high", "-1\n"},
        {"memory.swap.max", "18446744073709551616\n"},
        {"cpu.max", "max\n"},
        {"cpu.max", "max 0\n"},
        {"cpu.max", "max 1 2\n"},
        {"cpu.weight", "1.5\n"},
        {"pids.max", "0\n"},
        {"pids.max", "18446744073709551615\n"},
        {"pids.max", "one\ntwo\x1b\n"},
        {"io.max", "8 rbps=1\n"},
        {"io.max", "8:0 rbps\n"},
        {"io.max", "8:0 speed=1\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char shown[64];

        put_cgroup(*state);
        write_text(path_in(path_in(*state, "cgroup"), rows[i].file), rows[i].text);
        (void)snprintf(shown, sizeof shown, "/cgroup/%s': ", rows[i].file);
        check_failed(rows[i].text, save(*state), EXIT_FAILED, shown);
        assert_int_equal(count_names(path_in(*state, "checkpoint")), 0);
    }
}

static void a_cgroup_that_is_no_directory_is_named(void **state)
{
    check_failed("missing", save(*state), EXIT_FAILED, "/cgroup': No such file or directory");
    write_text(path_in(*state, "cgroup"), "");
    check_failed("file", save(*state), EXIT_FAILED, "/cgroup': Not a directory");
    check_failed("empty",
                 CKMETA_RUN("save", "--id", "i", "--pid", "1", "--cgroup", "", *state, "--", "c"),
                 EXIT_FAILED, "'': No such file or directory");
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(save_captures_what_nucleus_captures),
        IN_DIRECTORY(a_state_s_cgroup_is_captured),
        IN_DIRECTORY(without_a_cgroup_there_are_8_members),
        IN_DIRECTORY(only_io_max_may_be_missing),
        IN_DIRECTORY(a_malformed_file_is_named),
        IN_DIRECTORY(a_cgroup_that_is_no_directory_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
