/* SPDX-License-Identifier: MIT */
/* What ckmeta save takes, in each of its forms, and what it saves. */
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The text of a metadata.json that was saved, without its time. command: indented, begins with a
 * newline, if not empty. */
#define METADATA(id, name, pid, command, version, using_gvisor, rootless)                          \
    "{\n  \"container_id\": \"" id "\",\n  \"container_name\": \"" name "\",\n"                    \
    "  \"original_pid\": " pid ",\n  \"command\": [" command "],\n  \"checkpoint_at\": ,\n"        \
    "  \"version\": \"" version "\",\n  \"using_gvisor\": " using_gvisor ",\n"                     \
    "  \"rootless\": " rootless "\n}"

#define C "\n    \"c\"\n  "
#define OURS NUCLEUS_CHECKPOINT_VERSION

/* That of the container of s and m, and of one that is just options. */
#define WEB(version)                                                                               \
    METADATA("d4dcdbdf206f70050237351a60825bdb", "web-1", "13789",                                 \
             "\n    \"/bin/sh\",\n    \"-c\",\n    \"while true; do echo \\\"h\xc3\xa9llo\\\"; "   \
             "sleep 1; done\",\n    \"\",\n    \"line1\\nline2\"\n  ",                             \
             version, "false", "true")
#define PLAIN(pid, command) METADATA("i", "i", pid, command, OURS, "false", "false")

/* A line, the file that is standard input, if any, and what is saved. link leads to s. */
static const struct row {
    const char *line, *input, *expected;
} rows[] = {
    {"save --id i --pid 1 d -- c", NULL, PLAIN("1", C)},
    {"save --id i --pid 2 --name n --gvisor --rootless --runtime-version 1.0-rc d -- c", NULL,
     METADATA("i", "n", "2", C, "1.0-rc", "true", "true")},
    {"save --id=i --pid=3 --name=n=m --runtime-version=v=1 d -- c", NULL,
     METADATA("i", "n=m", "3", C, "v=1", "false", "false")},
    {"save d --rootless --pid 4 --id i -- c", NULL,
     METADATA("i", "i", "4", C, OURS, "false", "true")},
    {"save --gvisor --id i d --pid 5 --runtime-version 2 -- c", NULL,
     METADATA("i", "i", "5", C, "2", "true", "false")},
    {"save --id --pid --pid 6 --name --help d -- c", NULL,
     METADATA("--pid", "--help", "6", C, OURS, "false", "false")},
    {"save --id -- --pid 6 --runtime-version -- d -- c", NULL,
     METADATA("--", "--", "6", C, "--", "false", "false")},
    {"save --id - --name=- --pid 6 d -- -", NULL,
     METADATA("-", "-", "6", "\n    \"-\"\n  ", OURS, "false", "false")},
    {"save --id i --pid 7 d -- --id x -h --help -- -", NULL,
     PLAIN("7", "\n    \"--id\",\n    \"x\",\n    \"-h\",\n    \"--help\",\n    \"--\",\n"
                "    \"-\"\n  ")},
    {"save --id i --pid 8 d -- --", NULL, PLAIN("8", "\n    \"--\"\n  ")},
    {"save --id i --pid 9 d -- '' c\nd", NULL, PLAIN("9", "\n    \"\",\n    \"c\\nd\"\n  ")},
    {"save --id i --name '' --pid 0 d -- c", NULL,
     METADATA("i", "", "0", C, OURS, "false", "false")},
    {"save --id i --pid 4294967295 d -- c", NULL, PLAIN("4294967295", C)},
    {"save --id h\xc3\xa9 --pid 0001 d -- c", NULL,
     METADATA("h\xc3\xa9", "h\xc3\xa9", "1", C, OURS, "false", "false")},

    {"save --state s d", NULL, WEB(OURS)},
    {"save d --state=s", NULL, WEB(OURS)},
    {"save --state s -- d", NULL, WEB(OURS)},
    {"save d --state s --", NULL, WEB(OURS)},
    {"save --state link d", NULL, WEB(OURS)},
    {"save --state - d", "s", WEB(OURS)},
    {"save --state=- d/", "s", WEB(OURS)},
    {"save --state /dev/stdin d", "s", WEB(OURS)},
    {"save --state s --runtime-version 0.3.8 d", NULL, WEB("0.3.8")},
    {"save d --runtime-version=1 --state -", "s", WEB("1")},
    {"save --metadata m d", NULL, WEB("0.2.0")},
    {"save d --metadata=m", NULL, WEB("0.2.0")},
    {"save --metadata m -- d", NULL, WEB("0.2.0")},
    {"save --metadata - d", "m", WEB("0.2.0")},
    {"save --metadata /dev/stdin d", "m", WEB("0.2.0")},
};

/* Fails the test unless d holds just the metadata.json that is expected, but for its time. Removes
 * it. */
static void check_saved(const struct row *row)
{
    char *text = read_file("d/metadata.json", NULL);
    char *stamp = strstr(text, "\"checkpoint_at\": ");

    assert_non_null(stamp);
    stamp += strlen("\"checkpoint_at\": ");
    memmove(stamp, stamp + strcspn(stamp, ","), strlen(stamp + strcspn(stamp, ",")) + 1);
    if (strcmp(text, row->expected) != 0)
        fail_msg("ckmeta %s: saved %s\nexpected %s", row->line, text, row->expected);
    free(text);
    remove_saved(row->line);
}

static void save_takes_each_form_and_options_in_any_order(void **state)
{
    static const char *const variables[] = {"UNRELATED=1", "POSIXLY_CORRECT=1"};

    (void)state;
    assert_int_equal(symlink("s", "link"), 0);
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const struct row *row = &rows[i / 2];
        char *input = row->input ? read_file(row->input, NULL) : NULL;

        expect_output((struct run){.line = row->line, .input = input, .variable = variables[i % 2]},
                      "");
        check_saved(row);
        free(input);
    }
}

/* Where no controller is enabled, there are no files and no limits. */
static void save_captures_the_limits_of_a_cgroup(void **state)
{
    static const char document[] =
        "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
        "\"rootless\":false,\"cgroup_path\":\"g\"}";
    static const char *const lines[] = {"save --id i --pid 1 --cgroup g d -- c",
                                        "save --state - d"};

    (void)state;
    assert_int_equal(mkdir("g", 0700), 0);
    write_text("g/cgroup.controllers", "");
    for (size_t i = 0; i < COUNT(lines); i++) {
        expect_output((struct run){.line = lines[i], .input = document}, "");
        EXPECT_OUTPUT("load d resource_limits",
                      "{\n  \"memory_bytes\": null,\n  \"memory_high\": null,\n"
                      "  \"memory_swap_max\": null,\n  \"cpu_quota_us\": null,\n"
                      "  \"cpu_period_us\": 100000,\n  \"cpu_weight\": null,\n"
                      "  \"pids_max\": null,\n  \"io_limits\": []\n}\n");
        EXPECT_OUTPUT("load d cgroup_path", "g\n");
        remove_saved(lines[i]);
    }
}

static void a_file_called_minus_is_a_file(void **state)
{
    (void)state;
    copy_file("m", "-");
    expect_output((struct run){.line = "save --metadata ./- d", .closed = {true, false, false}},
                  "");
    assert_true(exists("d/metadata.json"));
}

/* Without --metadata it is the time of the call, with it the file's own. */
static void save_stamps_the_time(void **state)
{
    time_t before = time(NULL);
    char *out, *err;

    (void)state;
    EXPECT_OUTPUT("save --state s d", "");
    assert_int_equal(run_ckmeta(&(struct run){.line = "load d checkpoint_at"}, &out, &err), 0);
    assert_true(strtoll(out, NULL, 10) >= before);
    assert_true(strtoll(out, NULL, 10) <= time(NULL));
    EXPECT_OUTPUT("save --metadata m d", "");
    EXPECT_OUTPUT("load d checkpoint_at", "1795434136\n");
    free(out);
    free(err);
}

/* "ckmeta load A | ckmeta save --metadata - B" copies A's file to the byte, if it is canonical. */
static void what_load_prints_is_saved_unchanged(void **state)
{
    size_t len;
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", &len);
    char *saved;

    (void)state;
    text[len] = '\n'; /* in place of the NUL */
    expect_output((struct run){.line = "save --metadata - d", .input = text, .input_len = len + 1},
                  "");
    saved = read_file("d/metadata.json", NULL);
    assert_int_equal(strlen(saved), len);
    assert_memory_equal(saved, text, len);
    expect_bytes((struct run){.line = "load d"}, text, len + 1);
    free(saved);
    free(text);
}

static void metadata_is_brought_into_its_canonical_form(void **state)
{
    static const struct row row = {"save --metadata - d",
                                   " {\"rootless\":false,\"x\":[{}],\"using_gvisor\":true,"
                                   "\"version\":\"v\",\"command\":[ ],\"checkpoint_at\":0,"
                                   "\"original_pid\":1,\"container_name\":\"\\u0001\","
                                   "\"cgroup_path\":null,\"container_id\":\"\\u0069\"}\n",
                                   METADATA("i", "\\u0001", "1", "", "v", "true", "false")};

    (void)state;
    expect_output((struct run){.line = row.line, .input = row.input}, "");
    check_saved(&row);
}

static void a_short_read_is_not_the_end_of_the_input(void **state)
{
    pid_t writer;
    int status;

    (void)state;
    assert_int_equal(mkfifo("f", 0600), 0);
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        size_t len;
        char *text = read_file("m", &len);
        int fd = open("f", O_WRONLY);

        _exit(write(fd, text, 100) != 100 || usleep(20000) != 0 ||
              write(fd, text + 100, len - 100) != (ssize_t)(len - 100));
    }
    EXPECT_OUTPUT("save --metadata f d", "");
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    EXPECT_OUTPUT("load d container_name", "web-1\n");
}

/* Makes a document of len bytes: the head and the tail of a long string. */
static void fill(char *text, size_t len, const char *head, const char *tail)
{
    memset(text, 'x', len);
    memcpy(text, head, strlen(head));
    memcpy(text + len - strlen(tail), tail, strlen(tail));
}

#define STATE_TAIL                                                                                 \
    "\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,\"rootless\":true}"

static void input_is_read_up_to_the_cap(void **state)
{
    static const struct {
        const char *option, *tail;
    } forms[] = {
        {"--state", "\",\"id\":\"i" STATE_TAIL},
        {"--metadata",
         "\",\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
         "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true}"},
    };
    const size_t cap = NUCLEUS_CHECKPOINT_MAX_BYTES;
    char *text = malloc(cap + 1);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct run how = {.line = "save d", .words = WORDS(forms[i].option, "-"), .input = text};

        fill(text, cap, "{\"padding\":\"", forms[i].tail);
        how.input_len = cap;
        expect_output(how, "");
        remove_saved(forms[i].option);
        text[cap] = '\n';
        how.input_len = cap + 1;
        expect_failure(how, EXIT_FAILED, "cannot read standard input: larger than 4194304 bytes",
                       0);
    }
    free(text);
}

/* The metadata of that state are a little longer. */
static void a_result_over_the_cap_is_refused(void **state)
{
    const size_t cap = NUCLEUS_CHECKPOINT_MAX_BYTES;
    char *text = malloc(cap);

    (void)state;
    assert_non_null(text);
    fill(text, cap, "{\"id\":\"", STATE_TAIL);
    expect_failure((struct run){.line = "save --state - d", .input = text, .input_len = cap},
                   EXIT_FAILED, "cannot save 'd/metadata.json': larger than 4194304 bytes", 0);
    free(text);
}

static void dir_may_have_an_odd_name(void **state)
{
    static const char *const dirs[] = {"-", "./-dir", "save", "a b\n", "\xff"};

    (void)state;
    for (size_t i = 0; i < COUNT(dirs); i++) {
        assert_int_equal(mkdir(dirs[i], 0700), 0);
        expect_output(
            (struct run){.line = "save --id i --pid 1", .words = WORDS(dirs[i], "--", "c")}, "");
        expect_bytes((struct run){.line = "load", .words = WORDS(dirs[i], "command", "-0")}, "c",
                     2);
        expect_output((struct run){.line = "save --state s --", .words = WORDS(dirs[i])}, "");
        expect_output((struct run){.line = "load --", .words = WORDS(dirs[i], "container_name")},
                      "web-1\n");
        assert_true(exists(path_in(dirs[i], "metadata.json")));
    }
    assert_int_equal(mkdir("--", 0700), 0);
    EXPECT_OUTPUT("save --metadata m -- --", "");
    EXPECT_OUTPUT("load -- -- version", "0.2.0\n");
}

/* Up to 2 MB of words that execve(2) takes: a quarter of the stack's limit, less some room. */
static void a_command_may_be_as_long_as_execve_takes(void **state)
{
    enum { WORD = 10000, MAX_COUNT = 200, ROOM = 100000, STACK = 64 * 1024 * 1024 };
    const char *words[1 + MAX_COUNT] = {NULL};
    char *word = malloc(WORD + 1);
    char *lines = malloc(MAX_COUNT * (WORD + 1) + 1);
    struct rlimit limit;

    (void)state;
    assert_non_null(word);
    assert_non_null(lines);
    memset(word, 'w', WORD);
    word[WORD] = '\0';
    lines[0] = '\0';
    assert_int_equal(getrlimit(RLIMIT_STACK, &limit), 0);
    limit.rlim_cur = limit.rlim_max < STACK ? limit.rlim_max : STACK;
    assert_int_equal(setrlimit(RLIMIT_STACK, &limit), 0);
    for (size_t i = 0; i < MAX_COUNT && (i + 1) * WORD < limit.rlim_cur / 4 - ROOM; i++) {
        words[i] = word;
        (void)sprintf(lines + i * (WORD + 1), "%s\n", word);
    }
    expect_output((struct run){.line = "save --id i --pid 1 d --", .words = words}, "");
    EXPECT_OUTPUT("load d command", lines);
    free(lines);
    free(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(save_takes_each_form_and_options_in_any_order),
        IN_PLACE(save_captures_the_limits_of_a_cgroup),
        IN_PLACE(a_file_called_minus_is_a_file),
        IN_PLACE(save_stamps_the_time),
        IN_PLACE(what_load_prints_is_saved_unchanged),
        IN_PLACE(metadata_is_brought_into_its_canonical_form),
        IN_PLACE(a_short_read_is_not_the_end_of_the_input),
        IN_PLACE(input_is_read_up_to_the_cap),
        IN_PLACE(a_result_over_the_cap_is_refused),
        IN_PLACE(dir_may_have_an_odd_name),
        IN_PLACE(a_command_may_be_as_long_as_execve_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
