/* SPDX-License-Identifier: MIT */
/* ckmeta save --state FILE DIR */
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"

static const char small_state[] = "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],"
                                  "\"using_gvisor\":false,\"rootless\":true}";

static struct nucleus_metadata load(const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(nucleus_metadata_load(dir, &metadata, &err), NUCLEUS_OK, &err);
    return metadata;
}

/* Whether DIR's file, stamped as nucleus 0.2.0 stamped its own of the same state, is that one. */
static void check_saved_sample(const char *row, const char *dir)
{
    struct nucleus_metadata metadata = load(dir);
    char *expected = read_data("nucleus-0.2.0-metadata.json", NULL);
    struct nucleus_error err;
    char *text;
    size_t len;

    metadata.checkpoint_at = 1795434136;
    (void)memcpy(metadata.version, "0.2.0", sizeof "0.2.0");
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: saved %s", row, text);
    free(text);
    free(expected);
    nucleus_metadata_clear(&metadata);
}

static void save_writes_what_nucleus_writes(void **state)
{
    const char *dir = *state;
    time_t before = time(NULL);
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text, *file;
    size_t len;

    check_done("save", CKMETA_RUN("save", "--state", STATE, dir), "");
    check_saved_sample("the sample", dir);
    metadata = load(dir);
    assert_string_equal(metadata.version, nucleus_checkpoint_version());
    assert_in_range(metadata.checkpoint_at, before, time(NULL));
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    file = read_file(path_in(dir, "metadata.json"), NULL);
    assert_string_equal(file, text);
    assert_int_equal(count_names(dir), 1);
    free(file);
    free(text);
    nucleus_metadata_clear(&metadata);
}

static void save_reads_standard_input(void **state)
{
    static const char *const names[] = {"-", "/dev/stdin"};
    size_t len;
    char *text = read_file(STATE, &len);

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct run how = {
            .words = WORDS("save", "--state", names[i], *state), .input = text, .input_len = len};

        check_done(names[i], run_ckmeta(&how), "");
        check_saved_sample(names[i], *state);
        assert_int_equal(unlink(path_in(*state, "metadata.json")), 0);
    }
    free(text);
}

static void a_file_called_minus_is_a_file(void **state)
{
    const char *path = path_in(*state, "-");
    const struct run how = {.words = WORDS("save", "--state", "./-", "."),
                            .directory = *state,
                            .closed = {true, false, false}};

    assert_int_equal(symlink(STATE, path), 0);
    check_done("./-", run_ckmeta(&how), "");
    check_saved_sample("./-", *state);
}

static void save_follows_a_symlink_to_its_input(void **state)
{
    const char *path = path_in(*state, "link");

    assert_int_equal(symlink(STATE, path), 0);
    check_done("symlink", CKMETA_RUN("save", "--state", path, *state), "");
    check_saved_sample("symlink", *state);
}

static void save_reads_a_fifo(void **state)
{
    const char *path = path_in(*state, "fifo");
    pid_t writer;
    int status;

    assert_int_equal(mkfifo(path, 0600), 0);
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        size_t len;
        char *text = read_file(STATE, &len);
        int fd = open(path, O_WRONLY);

        /* In two pieces: a short read is not the end. */
        _exit(write(fd, text, 100) != 100 || usleep(20000) != 0 ||
              write(fd, text + 100, len - 100) != (ssize_t)(len - 100));
    }
    check_done("fifo", CKMETA_RUN("save", "--state", path, *state), "");
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    check_saved_sample("fifo", *state);
}

static void save_takes_an_empty_command(void **state)
{
    const struct run how = {.words = WORDS("save", "--state", "-", *state),
                            .input = small_state,
                            .input_len = strlen(small_state)};
    struct nucleus_metadata metadata;
    char *text;

    check_done("empty command", run_ckmeta(&how), "");
    metadata = load(*state);
    assert_null(metadata.command[0]);
    nucleus_metadata_clear(&metadata);
    text = read_file(path_in(*state, "metadata.json"), NULL);
    assert_contains(text, "\n  \"command\": [],\n");
    free(text);
}

static void a_bad_state_document_is_refused(void **state)
{
#define REST "\"command\":[],\"using_gvisor\":false,\"rootless\":true}"
    static const struct {
        const char *name, *text, *message;
    } rows[] = {
        {"nothing", "", "line 1, column 1"},
        {"cut", "{\"id\":\"i\",\n \"na", "line 2, column "},
        {"null", "null", "cannot read '-': "},
        {"array form", "[\"i\",\"n\",1,[],false,true]", "cannot read '-': "},
        {"no id", "{\"name\":\"n\",\"pid\":1," REST, "'id'"},
        {"no name", "{\"id\":\"i\",\"pid\":1," REST, "'name'"},
        {"no pid", "{\"id\":\"i\",\"name\":\"n\"," REST, "'pid'"},
        {"no command",
         "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"using_gvisor\":false,\"rootless\":true}",
         "'command'"},
        {"no using_gvisor",
         "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"rootless\":true}",
         "'using_gvisor'"},
        {"no rootless",
         "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"command\":[],\"using_gvisor\":true}",
         "'rootless'"},
        {"id twice", "{\"id\":\"i\",\"id\":\"i\",\"name\":\"n\",\"pid\":1," REST, "'id'"},
        {"pid of 33 bits", "{\"id\":\"i\",\"name\":\"n\",\"pid\":4294967296," REST, "'pid'"},
        {"pid 1.0", "{\"id\":\"i\",\"name\":\"n\",\"pid\":1.0," REST, "'pid'"},
        {"pid null", "{\"id\":\"i\",\"name\":\"n\",\"pid\":null," REST, "'pid'"},
        {"name in capitals", "{\"id\":\"i\",\"Name\":\"n\",\"pid\":1," REST, "'name'"},
        {"broken UTF-8", "{\"id\":\"\xff\",\"name\":\"n\",\"pid\":1," REST, "line 1, column 8"},
        {"trailing byte", "{\"id\":\"i\",\"name\":\"n\",\"pid\":1," REST "x", "line 1, column "},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct run how = {.words = WORDS("save", "--state", "-", *state),
                                .input = rows[i].text,
                                .input_len = strlen(rows[i].text)};

        check_failed(rows[i].name, run_ckmeta(&how), EXIT_FAILED, rows[i].message);
        assert_int_equal(count_names(*state), 0);
    }
}

static void a_state_without_a_command_is_named(void **state)
{
    static const char *const files[] = {"runc-1.1.5-state.json", "crun-1.8.1-state.json",
                                        "nucleus-0.3.8-oci-state.json"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const char *path = path_in(TEST_DATA, files[i]);

        check_failed(files[i], CKMETA_RUN("save", "--state", path, *state), EXIT_FAILED, path);
        assert_int_equal(count_names(*state), 0);
    }
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    const char *missing = path_in(*state, "missing");
    const char *below = path_in(STATE, "x");
    const char *loop = path_in(*state, "loop");
    const struct run closed = {.words = WORDS("save", "--state", "-", *state),
                               .closed = {true, false, false}};

    assert_int_equal(symlink("loop", loop), 0);
    check_failed("missing", CKMETA_RUN("save", "--state", missing, *state), EXIT_FAILED,
                 "missing': No such file or directory");
    check_failed("directory", CKMETA_RUN("save", "--state", *state, *state), EXIT_FAILED,
                 "': Is a directory");
    check_failed("below a file", CKMETA_RUN("save", "--state", below, *state), EXIT_FAILED,
                 "/x': Not a directory");
    check_failed("loop", CKMETA_RUN("save", "--state", loop, *state), EXIT_FAILED, "/loop': ");
    check_failed("closed", run_ckmeta(&closed), EXIT_FAILED, "Bad file descriptor");
    check_failed("empty name", CKMETA_RUN("save", "--state", "", *state), EXIT_FAILED,
                 "'': No such file or directory");
    assert_int_equal(count_names(*state), 1);
}

/* A state with a padding member, so that it has len bytes. */
static char *state_of_length(size_t len)
{
    static const char head[] = "{\"padding\":\"";
    static const char tail[] = "\",\"id\":\"i\",\"name\":\"n\",\"pid\":1," REST;
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, head, sizeof head - 1);
    memcpy(text + len + 1 - sizeof tail, tail, sizeof tail);
    return text;
}

static void input_is_read_up_to_the_cap(void **state)
{
    char *text = state_of_length(NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    struct run how = {.words = WORDS("save", "--state", "-", *state),
                      .input = text,
                      .input_len = NUCLEUS_CHECKPOINT_MAX_BYTES + 1};

    check_failed("over the cap", run_ckmeta(&how), EXIT_FAILED, "'-': larger than 4194304 bytes");
    assert_int_equal(count_names(*state), 0);
    free(text);
    text = state_of_length(NUCLEUS_CHECKPOINT_MAX_BYTES);
    how.input = text;
    how.input_len = NUCLEUS_CHECKPOINT_MAX_BYTES;
    check_done("at the cap", run_ckmeta(&how), "");
    free(text);
}

static void input_without_end_is_refused(void **state)
{
    check_failed("/dev/zero", CKMETA_RUN("save", "--state", "/dev/zero", *state), EXIT_FAILED,
                 "'/dev/zero': larger than 4194304 bytes");
    assert_int_equal(count_names(*state), 0);
}

static void a_command_of_2_megabytes_comes_back(void **state)
{
    enum { WORD = 99, COUNT = 20000 };
    static const char head[] = "{\"id\":\"i\",\"name\":\"n\",\"pid\":1,\"using_gvisor\":false,"
                               "\"rootless\":true,\"command\":[";
    char *text = malloc(sizeof head + COUNT * (WORD + 3) + 2);
    char *words = malloc(COUNT * (WORD + 1) + 1);
    struct run how = {.words = WORDS("save", "--state", "-", *state), .input = text};

    assert_non_null(text);
    assert_non_null(words);
    memcpy(text, head, sizeof head);
    how.input_len = sizeof head - 1;
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(words + i * (WORD + 1), WORD + 2, "%0*d\n", WORD, i);
        how.input_len += (size_t)sprintf(text + how.input_len, "\"%0*d\"%s", WORD, i,
                                         i < COUNT - 1 ? "," : "]}");
    }
    check_done("save", run_ckmeta(&how), "");
    check_done("load", CKMETA_RUN("load", *state, "command"), words);
    free(words);
    free(text);
}

/* With --state there is no COMMAND, so "--" only ends the options. */
static void dir_may_stand_behind_the_end_of_options(void **state)
{
    check_done("behind", CKMETA_RUN("save", "--state", STATE, "--", *state), "");
    check_saved_sample("behind", *state);
    check_failed("both", CKMETA_RUN("save", "--state", STATE, *state, "--", *state), EXIT_USAGE,
                 "exactly one DIR");
    check_failed("two", CKMETA_RUN("save", "--state", STATE, "--", *state, *state), EXIT_USAGE,
                 "exactly one DIR");
}

static void a_directory_that_cannot_be_opened_is_named(void **state)
{
    const char *missing = path_in(*state, "missing");
    const char *below = path_in(STATE, "x");

    check_failed("missing", CKMETA_RUN("save", "--state", STATE, missing), EXIT_FAILED,
                 "/missing': No such file or directory");
    check_failed("file", CKMETA_RUN("save", "--state", STATE, STATE), EXIT_FAILED,
                 STATE "': Not a directory");
    check_failed("below", CKMETA_RUN("save", "--state", STATE, below), EXIT_FAILED,
                 STATE "/x': Not a directory");
    check_failed("empty", CKMETA_RUN("save", "--state", STATE, ""), EXIT_FAILED,
                 "'': No such file or directory");
    assert_int_equal(count_names(*state), 0);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(save_writes_what_nucleus_writes),
        IN_DIRECTORY(save_reads_standard_input),
        IN_DIRECTORY(a_file_called_minus_is_a_file),
        IN_DIRECTORY(save_follows_a_symlink_to_its_input),
        IN_DIRECTORY(save_reads_a_fifo),
        IN_DIRECTORY(save_takes_an_empty_command),
        IN_DIRECTORY(a_bad_state_document_is_refused),
        IN_DIRECTORY(a_state_without_a_command_is_named),
        IN_DIRECTORY(a_file_that_cannot_be_read_is_named),
        IN_DIRECTORY(input_is_read_up_to_the_cap),
        IN_DIRECTORY(input_without_end_is_refused),
        IN_DIRECTORY(a_command_of_2_megabytes_comes_back),
        IN_DIRECTORY(dir_may_stand_behind_the_end_of_options),
        IN_DIRECTORY(a_directory_that_cannot_be_opened_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
