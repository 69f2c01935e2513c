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

/* Fails the test unless d holds just the metadata.json that is expected, but for its time. Removes
 * it. */
static void check_saved(const char *line, const char *expected)
{
    char *text = read_file("d/metadata.json", NULL);
    char *stamp = strstr(text, "\"checkpoint_at\": ");
    const char *expected_stamp = strstr(expected, "\"checkpoint_at\": ");
    size_t skipped = strcspn(expected_stamp, ",");

    assert_non_null(stamp);
    if (strncmp(text, expected, (size_t)(expected_stamp - expected)) != 0 ||
        strcmp(stamp + strcspn(stamp, ","), expected_stamp + skipped) != 0)
        fail_msg("ckmeta %s: saved %s\nexpected %s", line, text, expected);
    free(text);
    remove_saved(line);
}

/* The text of metadata.json, where command is indented and begins with a newline, if not empty. */
static char *metadata_text(const char *id, const char *name, const char *pid, const char *command,
                           const char *version, bool using_gvisor, bool rootless)
{
    char *text = NULL;

    if (asprintf(&text,
                 "{\n  \"container_id\": \"%s\",\n  \"container_name\": \"%s\",\n"
                 "  \"original_pid\": %s,\n  \"command\": [%s],\n  \"checkpoint_at\": 0,\n"
                 "  \"version\": \"%s\",\n  \"using_gvisor\": %s,\n  \"rootless\": %s\n}",
                 id, name, pid, command, version, using_gvisor ? "true" : "false",
                 rootless ? "true" : "false") < 0)
        fail_msg("no memory");
    return text;
}

#define C "\n    \"c\"\n  "
#define OURS NUCLEUS_CHECKPOINT_VERSION

/* A line of the second form and what it saves. */
static const struct row {
    const char *line;
    const char *id, *name, *pid, *command, *version;
    bool using_gvisor, rootless;
} rows[] = {
    {"save --id i --pid 1 d -- c", "i", "i", "1", C, OURS, false, false},
    {"save --id i --pid 2 --name n --gvisor --rootless --runtime-version 1.0-rc d -- c", "i", "n",
     "2", C, "1.0-rc", true, true},
    {"save --id=i --pid=3 --name=n=m --runtime-version=v=1 d -- c", "i", "n=m", "3", C, "v=1",
     false, false},
    {"save d --rootless --pid 4 --id i -- c", "i", "i", "4", C, OURS, false, true},
    {"save --gvisor --id i d --pid 5 --runtime-version 2 -- c", "i", "i", "5", C, "2", true, false},
    {"save --id --pid --pid 6 --name --help d -- c", "--pid", "--help", "6", C, OURS, false, false},
    {"save --id -- --pid 6 --runtime-version -- d -- c", "--", "--", "6", C, "--", false, false},
    {"save --id - --name=- --pid 6 d -- -", "-", "-", "6", "\n    \"-\"\n  ", OURS, false, false},
    {"save --id i --pid 7 d -- --id x -h --help -- -", "i", "i", "7",
     "\n    \"--id\",\n    \"x\",\n    \"-h\",\n    \"--help\",\n    \"--\",\n    \"-\"\n  ", OURS,
     false, false},
    {"save --id i --pid 8 d -- --", "i", "i", "8", "\n    \"--\"\n  ", OURS, false, false},
    {"save --id i --pid 9 d -- '' c\nd", "i", "i", "9", "\n    \"\",\n    \"c\\nd\"\n  ", OURS,
     false, false},
    {"save --id i --name '' --pid 0 d -- c", "i", "", "0", C, OURS, false, false},
    {"save --id i --pid 4294967295 d -- c", "i", "i", "4294967295", C, OURS, false, false},
    {"save --id h\xc3\xa9 --pid 0001 d -- c", "h\xc3\xa9", "h\xc3\xa9", "1", C, OURS, false, false},
};

static void save_takes_options_in_any_order(void **state)
{
    static const char *const variables[] = {"UNRELATED=1", "POSIXLY_CORRECT=1"};

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const struct row *row = &rows[i / 2];
        char *expected = metadata_text(row->id, row->name, row->pid, row->command, row->version,
                                       row->using_gvisor, row->rootless);

        expect_output((struct run){.line = row->line, .variable = variables[i % 2]}, "");
        check_saved(row->line, expected);
        free(expected);
    }
}

/* Lines that read the state or metadata of the same container, from a file or standard input, where
 * link leads to s. */
static const struct {
    const char *line, *input, *version;
} documents[] = {
    {"save --state s d", NULL, OURS},
    {"save d --state=s", NULL, OURS},
    {"save --state s -- d", NULL, OURS},
    {"save d --state s --", NULL, OURS},
    {"save --state link d", NULL, OURS},
    {"save --state - d", "s", OURS},
    {"save --state=- d/", "s", OURS},
    {"save --state /dev/stdin d", "s", OURS},
    {"save --state s --runtime-version 0.3.8 d", NULL, "0.3.8"},
    {"save d --runtime-version=1 --state -", "s", "1"},
    {"save --metadata m d", NULL, "0.2.0"},
    {"save d --metadata=m", NULL, "0.2.0"},
    {"save --metadata m -- d", NULL, "0.2.0"},
    {"save --metadata - d", "m", "0.2.0"},
    {"save --metadata /dev/stdin d", "m", "0.2.0"},
};

static void save_reads_files_and_standard_input(void **state)
{
    static const char *const variables[] = {"UNRELATED=1", "POSIXLY_CORRECT=1"};
    char *text = read_file("m", NULL);
    char *version = strstr(text, "0.2.0");

    (void)state;
    assert_int_equal(symlink("s", "link"), 0);
    for (size_t i = 0; i < 2 * COUNT(documents); i++) {
        const char *line = documents[i / 2].line;
        char *input = documents[i / 2].input ? read_file(documents[i / 2].input, NULL) : NULL;
        char *expected = NULL;

        assert_true(asprintf(&expected, "%.*s%s%s", (int)(version - text), text,
                             documents[i / 2].version, version + strlen("0.2.0")) > 0);
        expect_output((struct run){.line = line, .input = input, .variable = variables[i % 2]}, "");
        check_saved(line, expected);
        free(expected);
        free(input);
    }
    free(text);
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
    assert_in_range(strtoll(out, NULL, 10), before, time(NULL));
    EXPECT_OUTPUT("save --metadata m d", "");
    EXPECT_OUTPUT("load d checkpoint_at", "1795434136\n");
    free(out);
    free(err);
}

/* "ckmeta load A | ckmeta save --metadata - B" copies A's file to the byte, if it is canonical. */
static void what_load_prints_is_saved_unchanged(void **state)
{
    static const char *const samples[] = {"nucleus-0.2.0-metadata.json",
                                          "nucleus-0.3.8-metadata-cgroup.json"};

    (void)state;
    assert_int_equal(mkdir("a", 0700), 0);
    for (size_t i = 0; i < COUNT(samples); i++) {
        char *expected = read_data(samples[i], NULL);
        char *out, *err, *saved;

        copy_file(path_in(TEST_DATA, samples[i]), "a/metadata.json");
        assert_int_equal(run_ckmeta(&(struct run){.line = "load a"}, &out, &err), EXIT_DONE);
        expect_output((struct run){.line = "save --metadata - d", .input = out}, "");
        saved = read_file("d/metadata.json", NULL);
        assert_string_equal(saved, expected);
        free(saved);
        free(err);
        free(out);
        free(expected);
    }
}

static void metadata_is_brought_into_its_canonical_form(void **state)
{
    static const char text[] =
        " {\"rootless\":false,\"x\":[{}],\"using_gvisor\":true,\"version\":\"v\",\"command\":[ ],"
        "\"checkpoint_at\":0,\"original_pid\":1,\"container_name\":\"\\u0001\",\"cgroup_path\":"
        "null,\"container_id\":\"\\u0069\"}\n";
    char *expected = metadata_text("i", "\\u0001", "1", "", "v", true, false);

    (void)state;
    expect_output((struct run){.line = "save --metadata - d", .input = text}, "");
    check_saved("save --metadata - d", expected);
    free(expected);
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

/* What comes before the padding of a document, and after it. */
static const struct {
    const char *option, *kind, *head, *tail;
} padded[] = {
    {"--state", "state document", "{\"padding\":\"",
     "\",\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":false,"
     "\"rootless\":true}"},
    {"--metadata", "metadata", "{\"padding\":\"",
     "\",\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"command\":[],"
     "\"checkpoint_at\":1,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true}"},
};

static void input_is_read_up_to_the_cap(void **state)
{
    const size_t cap = NUCLEUS_CHECKPOINT_MAX_BYTES;
    char *text = malloc(cap + 1);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 2 * COUNT(padded); i++) {
        const size_t len = cap + i % 2;
        const size_t tail = strlen(padded[i / 2].tail);
        const struct run piped = {.line = "save d",
                                  .words = WORDS(padded[i / 2].option, "-"),
                                  .input = text,
                                  .input_len = len};
        const struct run named = {.line = "save d", .words = WORDS(padded[i / 2].option, "f")};

        memset(text, 'x', len);
        memcpy(text, padded[i / 2].head, strlen(padded[i / 2].head));
        memcpy(text + len - tail, padded[i / 2].tail, tail);
        write_file("f", text, len);
        if (len > cap) {
            expect_failure(piped, 1, "cannot read standard input: larger than 4194304 bytes", 0);
            expect_failure(named, 1, "cannot read 'f': larger than 4194304 bytes", 0);
            assert_int_equal(count_names("d"), 0);
            continue;
        }
        expect_output(piped, "");
        remove_saved(padded[i / 2].option);
        expect_output(named, "");
        remove_saved(padded[i / 2].option);
    }
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

static void the_mode_is_0600_under_any_umask(void **state)
{
    static const mode_t masks[] = {0777, 0, 022, 0277};

    (void)state;
    for (size_t i = 0; i < COUNT(masks); i++) {
        const mode_t old = umask(masks[i]);
        struct stat info;

        EXPECT_OUTPUT("save --metadata m d", "");
        (void)umask(old);
        assert_int_equal(lstat("d/metadata.json", &info), 0);
        assert_int_equal(info.st_mode, S_IFREG | 0600);
        remove_saved("umask");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(save_takes_options_in_any_order),
        IN_PLACE(save_reads_files_and_standard_input),
        IN_PLACE(a_file_called_minus_is_a_file),
        IN_PLACE(save_stamps_the_time),
        IN_PLACE(what_load_prints_is_saved_unchanged),
        IN_PLACE(metadata_is_brought_into_its_canonical_form),
        IN_PLACE(a_short_read_is_not_the_end_of_the_input),
        IN_PLACE(input_is_read_up_to_the_cap),
        IN_PLACE(dir_may_have_an_odd_name),
        IN_PLACE(a_command_may_be_as_long_as_execve_takes),
        IN_PLACE(the_mode_is_0600_under_any_umask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
