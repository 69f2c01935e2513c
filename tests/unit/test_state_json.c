/* SPDX-License-Identifier: MIT */
/* nucleus's container-state documents. How their JSON is read is tested by metadata's. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static void a_state_of_nucleus_is_read(void **state)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    size_t len;
    char *text = read_data("nucleus-0.3.8-state.json", &len);

    (void)state;
    poison(&document, sizeof document);
    assert_status(nucleus_state_document_from_json(text, len, &document, &err), NUCLEUS_OK, &err);
    memset(text, 'x', len); /* the strings are the state's own */
    assert_string_equal(document.state.id, "d4dcdbdf206f70050237351a60825bdb");
    assert_string_equal(document.state.name, "web-1");
    assert_int_equal(document.state.pid, 13789);
    assert_string_equal(document.state.command[2],
                        "while true; do echo \"h\xc3\xa9llo\"; sleep 1; done");
    assert_string_equal(document.state.command[3], "");
    assert_string_equal(document.state.command[4], "line1\nline2");
    assert_null(document.state.command[5]);
    assert_false(document.state.using_gvisor);
    assert_true(document.state.rootless);
    assert_null(document.state.version);
    assert_null(document.state.cgroup_path);
    nucleus_state_document_clear(&document);
    assert_null(document.state.id);
    nucleus_state_document_clear(&document);
    nucleus_state_document_clear(NULL);
    free(text);
}

static void a_cgroup_path_is_read(void **state)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    size_t len;
    char *text = read_data("nucleus-0.3.8-state-cgroup.json", &len);

    (void)state;
    assert_status(nucleus_state_document_from_json(text, len, &document, &err), NUCLEUS_OK, &err);
    assert_string_equal(document.state.cgroup_path, "/sys/fs/cgroup/nucleus-d4dcdbdf206f");
    nucleus_state_document_clear(&document);
    free(text);
}

static void a_version_set_by_the_caller_is_not_freed(void **state)
{
    static const char text[] = "{\"id\":\"\",\"name\":\"\",\"pid\":4294967295,\"command\":[],"
                               "\"using_gvisor\":true,\"rootless\":false}";
    struct nucleus_state_document document;
    struct nucleus_error err;

    (void)state;
    assert_status(nucleus_state_document_from_json(text, sizeof text - 1, &document, &err),
                  NUCLEUS_OK, &err);
    assert_true(document.state.using_gvisor);
    assert_true(document.state.pid == UINT32_MAX);
    document.state.version = "1.2.3";
    nucleus_state_document_clear(&document);
    assert_null(document.state.version);
}

static void expect_refusal(const char *text, enum nucleus_status expected, const char *message)
{
    struct nucleus_state_document document;
    struct nucleus_error err;

    poison(&document, sizeof document);
    assert_status(nucleus_state_document_from_json(text, strlen(text), &document, &err), expected,
                  &err);
    assert_string_equal(err.message, message);
    assert_true(is_poisoned(&document, sizeof document));
}

static void other_documents_are_refused_by_name(void **state)
{
    static const char *const rows[][2] = {
        {"nucleus-0.3.8-oci-state.json", "missing member 'name'"},
        {"runc-1.1.5-state.json", "missing member 'name'"},
        {"crun-1.8.1-state.json", "missing member 'name'"},
        {"oci-bundle-config.json", "missing member 'id'"},
        {"nucleus-0.2.0-metadata.json", "missing member 'id'"},
        {"podman-4.3.1-container-inspect.json", "line 1, column 1: expected an object"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = read_data(rows[i][0], NULL);

        expect_refusal(text, NUCLEUS_ERROR_SCHEMA, rows[i][1]);
        free(text);
    }
}

static void a_refusal_names_the_member(void **state)
{
    static const char *const rows[][2] = {
        {"{\"id\":\"\",\"Name\":\"\"}", "missing member 'name'"},
        {"{\"id\":\"\",\"name\":\"\"}", "missing member 'pid'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1}", "missing member 'command'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1,\"command\":[]}", "missing member 'using_gvisor'"},
        {"{\"id\":\"\",\"name\":\"\",\"pid\":1,\"command\":[],\"using_gvisor\":true}",
         "missing member 'rootless'"},
        {"{\"id\":\"a\",\"id\":\"b\"}", "duplicate member 'id'"},
        {"{\"id\":1}", "member 'id' is not a string"},
        {"{\"command\":{}}", "member 'command' is not an array"},
        {"{\"id\":\"a\",\"command\":[\"c\",null]}", "member 'command[1]' is not a string"},
        {"{\"rootless\":null}", "member 'rootless' is not a boolean"},
        {"{\"id\":\"a\",\"pid\":4294967296}",
         "member 'pid' must be an integer from 0 to 4294967295"},
        {"{\"cgroup_path\":false}", "member 'cgroup_path' is not a string"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        expect_refusal(rows[i][0], NUCLEUS_ERROR_SCHEMA, rows[i][1]);
    expect_refusal("{", NUCLEUS_ERROR_SYNTAX, "line 1, column 2: unexpected end of input");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_of_nucleus_is_read),
        cmocka_unit_test(a_cgroup_path_is_read),
        cmocka_unit_test(a_version_set_by_the_caller_is_not_freed),
        cmocka_unit_test(other_documents_are_refused_by_name),
        cmocka_unit_test(a_refusal_names_the_member),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
