/* SPDX-License-Identifier: MIT */
/* ckmeta load */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies a sample to DIR/metadata.json. */
static void put_sample(const char *dir, const char *name)
{
    size_t len;
    char *text = read_data(name, &len);

    write_file(path_in(dir, "metadata.json"), text, len);
    free(text);
}

/* Checks bytes that may hold NULs. */
static void check_bytes(const char *row, struct outcome outcome, const char *bytes, size_t len)
{
    if (outcome.code != EXIT_DONE || outcome.out_len != len || memcmp(outcome.out, bytes, len) != 0)
        fail_msg("%s: exit code %d, %zu bytes: %s%s", row, outcome.code, outcome.out_len,
                 outcome.out, outcome.err);
    check_done(row, outcome, NULL);
}

static void load_prints_the_canonical_document(void **state)
{
    /* With both members null, the form of 8 members is canonical. */
    static const struct {
        const char *sample, *canonical;
    } rows[] = {
        {"nucleus-0.2.0-metadata.json", "nucleus-0.2.0-metadata.json"},
        {"nucleus-0.3.8-metadata-cgroup.json", "nucleus-0.3.8-metadata-cgroup.json"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len;
        char *text = read_data(rows[i].canonical, &len);

        text[len++] = '\n'; /* in place of the NUL */
        put_sample(*state, rows[i].sample);
        check_bytes(rows[i].sample, CKMETA_RUN("load", *state), text, len);
        free(text);
    }
}

static void load_brings_any_form_into_the_canonical_one(void **state)
{
    static const char canonical[] = "{\n"
                                    "  \"container_id\": \"i\",\n"
                                    "  \"container_name\": \"\",\n"
                                    "  \"original_pid\": 0,\n"
                                    "  \"command\": [],\n"
                                    "  \"checkpoint_at\": 18446744073709551615,\n"
                                    "  \"version\": \"\\u001b\",\n"
                                    "  \"using_gvisor\": true,\n"
                                    "  \"rootless\": false\n"
                                    "}\n";

    write_text(path_in(*state, "metadata.json"),
               " {\"x\":[{}],\"rootless\":false,\"using_gvisor\":true,\"version\":\"\\u001B\","
               "\"checkpoint_at\":18446744073709551615,\"command\":[ ],\"original_pid\":0,"
               "\"container_name\":\"\",\"container_id\":\"\\u0069\",\"cgroup_path\":null}\n");
    check_done("compact", CKMETA_RUN("load", *state), canonical);
}

/* Values as printed, without the end. */
static const struct {
    const char *field, *plain, *with_cgroup;
} values[] = {
    {"container_id", "d4dcdbdf206f70050237351a60825bdb", "d4dcdbdf206f70050237351a60825bdbb"},
    {"container_name", "web-1", "web-2"},
    {"original_pid", "13789", "4242"},
    {"checkpoint_at", "1795434105", "1795434105"},
    {"version", "0.3.8", "0.3.8"},
    {"using_gvisor", "false", "false"},
    {"rootless", "true", "false"},
    {"cgroup_path", "", "/sys/fs/cgroup/nucleus-d4dcdbdf206f"},
    {"resource_limits", "null",
     "{\n"
     "  \"memory_bytes\": 536870912,\n"
     "  \"memory_high\": null,\n"
     "  \"memory_swap_max\": 0,\n"
     "  \"cpu_quota_us\": 50000,\n"
     "  \"cpu_period_us\": 100000,\n"
     "  \"cpu_weight\": 100,\n"
     "  \"pids_max\": 256,\n"
     "  \"io_limits\": [\n"
     "    {\n"
     "      \"device\": \"8:0\",\n"
     "      \"riops\": null,\n"
     "      \"wiops\": null,\n"
     "      \"rbps\": 1048576,\n"
     "      \"wbps\": 2097152\n"
     "    }\n"
     "  ]\n"
     "}"},
};

static void check_value(const char *dir, const char *field, const char *value)
{
    static const char *const options[] = {"-0", "--null"};
    size_t len = strlen(value);
    char *expected = malloc(len + 2);

    assert_non_null(expected);
    (void)snprintf(expected, len + 2, "%s\n", value);
    check_done(field, CKMETA_RUN("load", dir, field), expected);
    expected[len] = '\0';
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        check_bytes(field, CKMETA_RUN("load", options[i], dir, field), expected, len + 1);
    free(expected);
}

static void load_prints_each_field_raw(void **state)
{
    put_sample(*state, "nucleus-0.3.8-metadata.json");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        check_value(*state, values[i].field, values[i].plain);
    put_sample(*state, "nucleus-0.3.8-metadata-cgroup.json");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        check_value(*state, values[i].field, values[i].with_cgroup);
}

static void strings_are_printed_without_escapes(void **state)
{
    check_done("save",
               CKMETA_RUN("save", "--id", "a\"\\\n\x1b\xc3\xa9", "--pid", "1", *state, "--", "c"),
               "");
    check_value(*state, "container_id", "a\"\\\n\x1b\xc3\xa9");
}

static void load_prints_the_command(void **state)
{
    static const char lines[] = "/bin/sh\n-c\nwhile true; do echo \"h\xc3\xa9llo\"; sleep 1; done\n"
                                "\nline1\nline2\n";
    static const char ended[] = "/bin/sh\0-c\0while true; do echo \"h\xc3\xa9llo\"; sleep 1; done\0"
                                "\0line1\nline2";

    put_sample(*state, "nucleus-0.3.8-metadata.json");
    check_done("lines", CKMETA_RUN("load", *state, "command"), lines);
    check_bytes("-0", CKMETA_RUN("load", *state, "command", "-0"), ended, sizeof ended);
    check_bytes("--null", CKMETA_RUN("load", "--null", *state, "command"), ended, sizeof ended);
}

static void an_empty_command_prints_nothing(void **state)
{
    write_text(path_in(*state, "metadata.json"),
               "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
               "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":false}");
    check_done("lines", CKMETA_RUN("load", *state, "command"), "");
    check_bytes("-0", CKMETA_RUN("load", "-0", *state, "command"), "", 0);
}

static void xargs_gets_the_very_words(void **state)
{
    char line[8192], got[256];
    size_t len;
    FILE *pipe;

    check_done("save",
               CKMETA_RUN("save", "--id", "i", "--pid", "1", *state, "--", "a b", "", "'\"\\",
                          "c\nd", "$HOME", "*", "-n"),
               "");
    (void)snprintf(line, sizeof line, "'%s' load -0 '%s' command | xargs -0 printf '[%%s]' --",
                   CKMETA, (const char *)*state);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    len = fread(got, 1, sizeof got - 1, pipe);
    got[len] = '\0';
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(got, "[--][a b][]['\"\\][c\nd][$HOME][*][-n]");
}

static void what_does_not_exist_is_exit_code_3(void **state)
{
    const char *missing = path_in(*state, "missing");
    const char *dangling = path_in(*state, "dangling");

    assert_int_equal(symlink("nowhere", dangling), 0);
    check_failed("no file", CKMETA_RUN("load", *state), EXIT_NOT_FOUND,
                 "/metadata.json': No such file or directory");
    check_failed("no file, FIELD", CKMETA_RUN("load", *state, "version"), EXIT_NOT_FOUND,
                 "/metadata.json': No such file or directory");
    check_failed("no directory", CKMETA_RUN("load", missing), EXIT_NOT_FOUND, "/missing");
    check_failed("empty DIR", CKMETA_RUN("load", ""), EXIT_NOT_FOUND,
                 "'': No such file or directory");
    check_failed("dangling symlink", CKMETA_RUN("load", dangling), EXIT_NOT_FOUND, "/dangling");
}

static void what_cannot_be_opened_is_exit_code_1(void **state)
{
    const char *loop = path_in(*state, "loop");
    const char *file = path_in(*state, "file");
    char name[300];

    assert_int_equal(symlink("loop", loop), 0);
    write_text(file, "");
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    check_failed("a file", CKMETA_RUN("load", file), EXIT_FAILED, "': Not a directory");
    check_failed("below a file", CKMETA_RUN("load", path_in(file, "x")), EXIT_FAILED,
                 "': Not a directory");
    check_failed("loop", CKMETA_RUN("load", loop), EXIT_FAILED, "/loop");
    check_failed("long name", CKMETA_RUN("load", name), EXIT_FAILED, "': File name too long");
}

static void a_symlink_to_dir_is_followed(void **state)
{
    const char *dir = path_in(*state, "dir");
    const char *link = path_in(*state, "link");

    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(symlink("dir", link), 0);
    put_sample(dir, "nucleus-0.3.8-metadata.json");
    check_done("link", CKMETA_RUN("load", link, "container_name"), "web-1\n");
}

static void a_bad_file_is_exit_code_1_whatever_field_is_asked_for(void **state)
{
    static const struct {
        const char *name, *text, *message;
    } rows[] = {
        {"nothing", "", "/metadata.json': line 1, column 1"},
        {"not JSON", "{\"container_id\":\n  nope}", "/metadata.json': line 2, column 3"},
        {"no object", "[]", "/metadata.json': "},
        {"nothing in it", "{}", "'container_id'"},
        {"one bad member",
         "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
         "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":0}",
         "/metadata.json': member 'rootless'"},
        {"bad limit",
         "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
         "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true,"
         "\"resource_limits\":{\"cpu_period_us\":0,\"io_limits\":[]}}",
         "cpu_period_us'"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_text(path_in(*state, "metadata.json"), rows[i].text);
        check_failed(rows[i].name, CKMETA_RUN("load", *state), EXIT_FAILED, rows[i].message);
        check_failed(rows[i].name, CKMETA_RUN("load", *state, "container_id"), EXIT_FAILED,
                     rows[i].message);
    }
}

static void load_changes_nothing(void **state)
{
    put_sample(*state, "nucleus-0.3.8-metadata.json");
    write_text(path_in(*state, "metadata.json.tmp"), "leftover");
    check_done("load", CKMETA_RUN("load", *state), NULL);
    assert_int_equal(count_names(*state), 2);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(load_prints_the_canonical_document),
        IN_DIRECTORY(load_brings_any_form_into_the_canonical_one),
        IN_DIRECTORY(load_prints_each_field_raw),
        IN_DIRECTORY(strings_are_printed_without_escapes),
        IN_DIRECTORY(load_prints_the_command),
        IN_DIRECTORY(an_empty_command_prints_nothing),
        IN_DIRECTORY(xargs_gets_the_very_words),
        IN_DIRECTORY(what_does_not_exist_is_exit_code_3),
        IN_DIRECTORY(what_cannot_be_opened_is_exit_code_1),
        IN_DIRECTORY(a_symlink_to_dir_is_followed),
        IN_DIRECTORY(a_bad_file_is_exit_code_1_whatever_field_is_asked_for),
        IN_DIRECTORY(load_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
