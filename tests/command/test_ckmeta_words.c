/* SPDX-License-Identifier: MIT */
/* The words of ckmeta's messages about files, whole; those about a command line are in
 * test_ckmeta_usage.c, those of calls that fail in test_ckmeta_faults.c. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line, and the exit code and message that it ends in. */
struct row {
    const char *line;
    int code;
    const char *message;
    int os_error;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        EXPECT_FAILURE(rows[i].line, rows[i].code, rows[i].message, rows[i].os_error);
}

/* What the rows name besides s, m and d. */
static void make_odd_names(void)
{
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(mkdir("large", 0700), 0);
    write_text("large/metadata.json", "");
    assert_int_equal(truncate("large/metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES + 1), 0);
}

static void load_names_what_cannot_be_opened(void **state)
{
    static const struct row rows[] = {
        {"load d", EXIT_NOT_FOUND, "cannot load 'd/metadata.json': ", ENOENT},
        {"load d/ version", EXIT_NOT_FOUND, "cannot load 'd/metadata.json': ", ENOENT},
        {"load missing", EXIT_NOT_FOUND, "cannot load 'missing/metadata.json': ", ENOENT},
        {"load -", EXIT_NOT_FOUND, "cannot load '-/metadata.json': ", ENOENT},
        {"load dangling", EXIT_NOT_FOUND, "cannot load 'dangling/metadata.json': ", ENOENT},
        {"load s", EXIT_FAILED, "cannot open directory 's': ", ENOTDIR},
        {"load s/x command", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
        {"load large", EXIT_FAILED, "cannot load 'large/metadata.json': larger than 4194304 bytes",
         0},
    };

    (void)state;
    make_odd_names();
    check_rows(rows, COUNT(rows));
}

/* An ELOOP of a directory and one of metadata.json itself look alike. */
static void load_of_a_loop_is_exit_code_1(void **state)
{
    char *out, *err;

    (void)state;
    make_odd_names();
    assert_int_equal(run_ckmeta(&(struct run){.line = "load loop"}, &out, &err), EXIT_FAILED);
    assert_contains(err, "ckmeta: cannot load 'loop/metadata.json': ");
    free(out);
    free(err);
}

static void save_names_what_cannot_be_opened(void **state)
{
    static const struct row rows[] = {
        {"save --state s missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
        {"save --metadata m missing", EXIT_FAILED, "cannot open directory 'missing': ", ENOENT},
        {"save --id i --pid 1 - -- c", EXIT_FAILED, "cannot open directory '-': ", ENOENT},
        {"save --state s s", EXIT_FAILED, "cannot open directory 's': ", ENOTDIR},
        {"save --metadata m s/x", EXIT_FAILED, "cannot open directory 's/x': ", ENOTDIR},
        {"save --state missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
        {"save --metadata missing d", EXIT_FAILED, "cannot read 'missing': ", ENOENT},
        {"save --state '' d", EXIT_FAILED, "cannot read '': ", ENOENT},
        {"save --metadata= d", EXIT_FAILED, "cannot read '': ", ENOENT},
        {"save --state d d", EXIT_FAILED, "cannot read 'd': ", EISDIR},
        {"save --metadata s/x d", EXIT_FAILED, "cannot read 's/x': ", ENOTDIR},
        {"save --state loop d", EXIT_FAILED, "cannot read 'loop': ", ELOOP},
        {"save --state large/metadata.json d", EXIT_FAILED,
         "cannot read 'large/metadata.json': larger than 4194304 bytes", 0},
        {"save --metadata /dev/zero d", EXIT_FAILED,
         "cannot read '/dev/zero': larger than 4194304 bytes", 0},
    };

    (void)state;
    make_odd_names();
    check_rows(rows, COUNT(rows));
    assert_int_equal(count_names("d"), 0);
}

static void a_closed_standard_input_is_named(void **state)
{
    static const char *const lines[] = {"save --state - d", "save d --metadata -"};

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        expect_failure((struct run){.line = lines[i], .closed = {true, false, false}}, EXIT_FAILED,
                       "cannot read standard input: ", EBADF);
}

static void text_that_is_not_utf8_is_named(void **state)
{
    static const struct row rows[] = {
        {"save --id \xff --pid 1 d -- c", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'container_id' is not valid UTF-8", 0},
        {"save --id i --name \xc0\x80 --pid 1 d -- c", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'container_name' is not valid UTF-8", 0},
        {"save --id i --pid 1 d -- c \xed\xa0\x80", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'command[1]' is not valid UTF-8", 0},
        {"save --id i --pid 1 --runtime-version \x80 d/ -- c", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'version' is not valid UTF-8", 0},
        {"save --state s --runtime-version \xf8 d", EXIT_FAILED,
         "cannot save 'd/metadata.json': member 'version' is not valid UTF-8", 0},
    };

    (void)state;
    check_rows(rows, COUNT(rows));
    assert_int_equal(count_names("d"), 0);
}

/* A way by which a document comes in, and what the message says before the problem. */
struct way {
    const char *line, *before;
};

static const struct way state_ways[] = {
    {"save --state f d", "invalid state document 'f': "},
    {"save --state - d", "invalid state document from standard input: "},
};

static const struct way metadata_ways[] = {
    {"save --metadata f d", "invalid metadata 'f': "},
    {"save --metadata - d", "invalid metadata from standard input: "},
    {"load e", "cannot load 'e/metadata.json': "},
    {"load e version", "cannot load 'e/metadata.json': "},
};

struct document {
    const char *text, *problem;
};

/* Each document is refused in each way, with its problem, and nothing is saved. */
static void check_documents(const struct way *ways, size_t ways_count,
                            const struct document *documents, size_t count)
{
    (void)mkdir("e", 0700);
    for (size_t i = 0; i < count; i++) {
        write_text("f", documents[i].text);
        write_text("e/metadata.json", documents[i].text);
        for (size_t j = 0; j < ways_count; j++) {
            char message[256];

            (void)snprintf(message, sizeof message, "%s%s", ways[j].before, documents[i].problem);
            expect_failure((struct run){.line = ways[j].line, .input = documents[i].text},
                           EXIT_FAILED, message, 0);
        }
    }
    assert_int_equal(count_names("d"), 0);
}

static void what_is_not_json_is_named(void **state)
{
#define DEEP16 "[[[[[[[[[[[[[[[["
#define DEEP128 DEEP16 DEEP16 DEEP16 DEEP16 DEEP16 DEEP16 DEEP16 DEEP16
    static const struct document documents[] = {
        {"", "line 1, column 1: unexpected end of input"},
        {"{\"x\":\n 1,\n", "line 3, column 1: unexpected end of input"},
        {"{\"x\":\n  nope}", "line 2, column 3: expected a value"},
        {"{x:1}", "line 1, column 2: expected a member name"},
        {"{\"x\" 1}", "line 1, column 6: expected ':'"},
        {"{\"x\":1 2}", "line 1, column 8: expected ',' or '}'"},
        {"{\"x\":[1 2]}", "line 1, column 9: expected ',' or ']'"},
        {"{\"x\":-}", "line 1, column 6: malformed number"},
        {"{\"x\":\"\\u12g4\"}",
         "line 1, column 7: \\u must be followed by four hexadecimal digits"},
        {"{\"x\":\"\\u0000\"}", "line 1, column 7: \\u0000 is not supported"},
        {"{\"x\":\"\\udc00\"}", "line 1, column 7: lone surrogate"},
        {"{\"x\":\"\\x\"}", "line 1, column 7: invalid escape sequence"},
        {"{\"x\":\"\n\"}", "line 1, column 7: unescaped control character in string"},
        {"{\"h\xc3\xa9\":\"\xff\"}", "line 1, column 9: invalid UTF-8"},
        {"{\"x\":" DEEP128, "line 1, column 133: nested more than 128 levels deep"},
        {"{} x", "line 1, column 4: trailing characters after the document"},
    };

    (void)state;
    check_documents(state_ways, COUNT(state_ways), documents, COUNT(documents));
    check_documents(metadata_ways, COUNT(metadata_ways), documents, COUNT(documents));
}

static void what_is_no_state_document_is_named(void **state)
{
    static const struct document documents[] = {
        {" []", "line 1, column 2: expected an object"},
        {"null", "line 1, column 1: expected an object"},
        {"{}", "missing member 'id'"},
        {"{\"id\":\"\",\"Name\":\"\"}", "missing member 'name'"},
        {"{\"id\":\"\",\"name\":\"\"}", "missing member 'pid'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1}", "missing member 'command'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1,\"command\":[]}", "missing member 'using_gvisor'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1,\"command\":[],\"using_gvisor\":true}",
         "missing member 'rootless'"},
        {"{\"id\":\"\",\"id\":\"\"}", "duplicate member 'id'"},
        {"{\"id\":1}", "member 'id' is not a string"},
        {"{\"command\":{}}", "member 'command' is not an array"},
        {"{\"command\":[\"c\",null]}", "member 'command[1]' is not a string"},
        {"{\"rootless\":null}", "member 'rootless' is not a boolean"},
        {"{\"pid\":4294967296}", "member 'pid' must be an integer from 0 to 4294967295"},
        {"{\"pid\":1.0}", "member 'pid' must be an integer from 0 to 4294967295"},
        {"{\"cgroup_path\":false}", "member 'cgroup_path' is not a string"},
    };

    (void)state;
    check_documents(state_ways, COUNT(state_ways), documents, COUNT(documents));
}

static void what_is_no_metadata_is_named(void **state)
{
#define U64_MAX "18446744073709551615"
#define LIMITS(text) "{\"resource_limits\":" text "}"
    static const struct document documents[] = {
        {"[]", "line 1, column 1: expected an object"},
        {"{}", "missing member 'container_id'"},
        {"{\"version\":\"\",\"version\":\"\"}", "duplicate member 'version'"},
        {"{\"container_name\":[]}", "member 'container_name' is not a string"},
        {"{\"command\":\"c\"}", "member 'command' is not an array"},
        {"{\"using_gvisor\":0}", "member 'using_gvisor' is not a boolean"},
        {"{\"original_pid\":-1}", "member 'original_pid' must be an integer from 0 to 4294967295"},
        {"{\"checkpoint_at\":null}",
         "member 'checkpoint_at' must be an integer from 0 to " U64_MAX},
        {LIMITS("1"), "member 'resource_limits' is not an object"},
        {LIMITS("{}"), "missing member 'resource_limits.cpu_period_us'"},
        {LIMITS("{\"cpu_period_us\":0}"),
         "member 'resource_limits.cpu_period_us' must be an integer from 1 to " U64_MAX},
        {LIMITS("{\"memory_high\":true}"),
         "member 'resource_limits.memory_high' must be null or an integer from 0 to " U64_MAX},
        {LIMITS("{\"pids_max\":0}"), "member 'resource_limits.pids_max' must be null or an integer "
                                     "from 1 to 18446744073709551614"},
        {LIMITS("{\"io_limits\":[0]}"), "member 'resource_limits.io_limits[0]' is not an object"},
        {LIMITS("{\"io_limits\":[{\"rbps\":1,\"rbps\":1}]}"),
         "duplicate member 'resource_limits.io_limits[0].rbps'"},
    };

    (void)state;
    check_documents(metadata_ways, COUNT(metadata_ways), documents, COUNT(documents));
}

/* Other runtimes' documents, which have no command. */
static void a_document_of_another_runtime_is_refused(void **state)
{
    static const char *const documents[][2] = {
        {"runc-1.1.5-state.json", "name"},
        {"crun-1.8.1-state.json", "name"},
        {"nucleus-0.3.8-oci-state.json", "name"},
        {"nucleus-0.3.8-metadata.json", "id"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        char message[128];

        copy_file(path_in(TEST_DATA, documents[i][0]), "f");
        (void)snprintf(message, sizeof message, "invalid state document 'f': missing member '%s'",
                       documents[i][1]);
        EXPECT_FAILURE("save --state f d", EXIT_FAILED, message, 0);
    }
    assert_int_equal(count_names("d"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(load_names_what_cannot_be_opened),
        IN_PLACE(load_of_a_loop_is_exit_code_1),
        IN_PLACE(save_names_what_cannot_be_opened),
        IN_PLACE(a_closed_standard_input_is_named),
        IN_PLACE(text_that_is_not_utf8_is_named),
        IN_PLACE(what_is_not_json_is_named),
        IN_PLACE(what_is_no_state_document_is_named),
        IN_PLACE(what_is_no_metadata_is_named),
        IN_PLACE(a_document_of_another_runtime_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
