/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes to nucleus_metadata_from_json() and nucleus_state_document_from_json(). The
 * values of an accepted document must equal those in cJSON's tree, and must be possible to save. An
 * error must leave the output unchanged. cJSON also accepts text that is not JSON, so only its
 * refusals are compared.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CJSON_NUMBER = 62 }; /* cJSON copies numbers to 64 bytes and refuses longer ones */

static struct {
    const char *text;
    size_t size;
    bool has_long_number; /* if true, there is no tree */
    cJSON *tree;
} input;

/* May also return true for bytes in a string. */
static bool has_long_number(const char *text, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < size && length <= MAX_CJSON_NUMBER; i++)
        length = text[i] != '\0' && strchr("0123456789+-.eE", text[i]) ? length + 1 : 0;
    return length > MAX_CJSON_NUMBER;
}

/* Checks that the message begins with a position in the text. */
static void check_position(const char *message)
{
    const char *text = input.text;
    const char *end = text + input.size;
    size_t line, column;

    assert_int_equal(sscanf(message, "line %zu, column %zu: ", &line, &column), 2);
    for (; line > 1; line--) {
        text = memchr(text, '\n', (size_t)(end - text));
        assert_non_null(text++);
    }
    assert_true(line == 1 && column >= 1 && column - 1 <= (size_t)(end - text));
    assert_null(memchr(text, '\n', column - 1));
}

/* Checks that text can cause the status, and that it agrees with cJSON's verdict. */
static void check_verdict(enum nucleus_status status, const struct nucleus_error *err)
{
    fuzz_check_error(status, err);
    assert_int_equal(err->os_error, 0);
    if (status == NUCLEUS_ERROR_SYNTAX) {
        check_position(err->message);
        return;
    }
    assert_true(status == NUCLEUS_OK || status == NUCLEUS_ERROR_SCHEMA);
    assert_true(input.tree || input.has_long_number);
}

/* Checks that cJSON finds the same value in both. An absent value equals null, and an expected
 * object may have more members. */
static void compare(const cJSON *output, const cJSON *expected)
{
    int i = 0;

    if (!expected || cJSON_IsNull(expected)) {
        assert_true(cJSON_IsNull(output));
        return;
    }
    assert_int_equal(output->type, expected->type);
    if (!output->child)
        assert_true(cJSON_Compare(output, expected, true));
    if (cJSON_IsArray(output))
        assert_int_equal(cJSON_GetArraySize(output), cJSON_GetArraySize(expected));
    for (const cJSON *item = output->child; item; item = item->next, i++)
        compare(item, item->string ? cJSON_GetObjectItemCaseSensitive(expected, item->string)
                                   : cJSON_GetArrayItem(expected, i));
}

static void read_metadata(void)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = parse_exactly(input.text, input.size, &metadata, &err);
    cJSON *output;

    check_verdict(status, &err);
    if (status != NUCLEUS_OK)
        return;
    output = fuzz_encode(&metadata);
    if (input.tree)
        compare(output, input.tree);
    cJSON_Delete(output);
    nucleus_metadata_clear(&metadata);
}

/* Checks that the state yields metadata with the same values. Its cgroup_path is not on this host.
 */
static void check_metadata(struct nucleus_container_state state)
{
    static const char *const names[][2] = {
        {"container_id", "id"}, {"container_name", "name"},       {"original_pid", "pid"},
        {"command", "command"}, {"using_gvisor", "using_gvisor"}, {"rootless", "rootless"},
    };
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    cJSON *output;

    assert_null(state.version);
    state.cgroup_path = NULL;
    assert_status(nucleus_metadata_from_state(&state, &metadata, &err), NUCLEUS_OK, &err);
    output = fuzz_encode(&metadata);
    for (size_t i = 0; input.tree && i < COUNT(names); i++)
        compare(cJSON_GetObjectItemCaseSensitive(output, names[i][0]),
                cJSON_GetObjectItemCaseSensitive(input.tree, names[i][1]));
    cJSON_Delete(output);
    nucleus_metadata_clear(&metadata);
}

static void read_state(void)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    enum nucleus_status status;

    poison(&document, sizeof document);
    status = nucleus_state_document_from_json(input.text, input.size, &document, &err);
    check_verdict(status, &err);
    if (status != NUCLEUS_OK) {
        assert_true(is_poisoned(&document, sizeof document));
        return;
    }
    check_metadata(document.state);
    nucleus_state_document_clear(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input.text = (const char *)data;
    input.size = size;
    input.has_long_number = has_long_number(input.text, size);
    input.tree = input.has_long_number ? NULL : cJSON_ParseWithLength(input.text, size);
    read_metadata();
    read_state();
    cJSON_Delete(input.tree);
    return 0;
}
