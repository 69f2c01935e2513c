/* SPDX-License-Identifier: MIT */
/* Decodes nucleus's container-state documents. The JSON reader is tested with metadata. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

static struct nucleus_state_document read_document(const char *name)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    size_t len;
    char *text = read_data(name, &len);

    poison(&document, sizeof document);
    assert_status(nucleus_state_document_from_json(text, len, &document, &err), NUCLEUS_OK, &err);
    memset(text, 'x', len); /* the document owns its strings */
    free(text);
    return document;
}

TEST(a_state_document_of_nucleus_is_decoded)
{
    static const char *const command[] = {
        "/bin/sh", "-c", "while true; do echo \"h\xc3\xa9llo\"; sleep 1; done", "", "line1\nline2"};
    struct nucleus_state_document document = read_document("nucleus-0.3.8-state.json");

    assert_string_equal(document.state.id, "d4dcdbdf206f70050237351a60825bdb");
    assert_string_equal(document.state.name, "web-1");
    assert_int_equal(document.state.pid, 13789);
    for (size_t i = 0; i < COUNT(command); i++)
        assert_string_equal(document.state.command[i], command[i]);
    assert_null(document.state.command[COUNT(command)]);
    assert_false(document.state.using_gvisor);
    assert_true(document.state.rootless);
    assert_null(document.state.version);
    assert_null(document.state.cgroup_path);
    nucleus_state_document_clear(&document);
    assert_null(document.state.id);
    nucleus_state_document_clear(&document);
    nucleus_state_document_clear(NULL);
}

TEST(a_version_that_the_caller_sets_is_not_freed)
{
    struct nucleus_state_document document = read_document("nucleus-0.3.8-state-cgroup.json");

    assert_string_equal(document.state.cgroup_path, "/sys/fs/cgroup/nucleus-d4dcdbdf206f");
    document.state.version = "1.2.3";
    nucleus_state_document_clear(&document);
    assert_null(document.state.version);
}

#define UP_TO_GVISOR "{\"id\":\"\",\"name\":\"\",\"pid\":1,\"command\":[]"

static const struct {
    const char *source; /* a document, or the name of a file with one */
    const char *message;
} refused[] = {
    {"nucleus-0.3.8-oci-state.json", "missing member 'name'"},
    {"runc-1.1.5-state.json", "missing member 'name'"},
    {"crun-1.8.1-state.json", "missing member 'name'"},
    {"oci-bundle-config.json", "missing member 'id'"},
    {"nucleus-0.2.0-metadata.json", "missing member 'id'"},
    {"podman-4.3.1-container-inspect.json", "line 1, column 1: expected an object"},
    {"{\"id\":\"\",\"Name\":\"\"}", "missing member 'name'"},
    {"{\"id\":\"\",\"name\":\"\"}", "missing member 'pid'"},
    {"{\"id\":\"\",\"name\":\"\",\"pid\":1}", "missing member 'command'"},
    {UP_TO_GVISOR "}", "missing member 'using_gvisor'"},
    {UP_TO_GVISOR ",\"using_gvisor\":true}", "missing member 'rootless'"},
    {"{\"id\":\"a\",\"command\":[\"c\",null]}", "member 'command[1]' is not a string"},
    {"{\"pid\":4294967296}", "member 'pid' must be an integer from 0 to 4294967295"},
    {"{\"cgroup_path\":false}", "member 'cgroup_path' is not a string"},
};

TEST_EACH(refused, a_document_that_is_not_a_state_is_refused)
{
    char *text = row->source[0] == '{' ? copy_text(row->source) : read_data(row->source, NULL);
    struct nucleus_state_document document;
    struct nucleus_error err;

    poison(&document, sizeof document);
    assert_status(nucleus_state_document_from_json(text, strlen(text), &document, &err),
                  NUCLEUS_ERROR_SCHEMA, &err);
    assert_string_equal(err.message, row->message);
    assert_true(is_poisoned(&document, sizeof document));
    free(text);
}
