/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes to nucleus_metadata_from_json() and nucleus_state_document_from_json(). The
 * values of an accepted document must equal those in cJSON's tree, and must be possible to save. An
 * error must leave the output unchanged, and is a syntax error if and only if the reader refuses
 * the text. cJSON also accepts text that is not JSON, so only its refusals are compared.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "json_reader.h"

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

/* Checks that the reader's position is that of its cursor, and that the message contains it. */
static void check_position(const struct nucleus_json_reader *reader, const char *message)
{
    const struct nucleus_json_position position = nucleus_json_position(reader);
    const char *line = input.text;
    char expected[sizeof((struct nucleus_error *)0)->message];

    for (size_t i = 1; i < position.line; i++) {
        line = memchr(line, '\n', (size_t)(reader->cursor - line));
        assert_non_null(line++);
    }
    assert_ptr_equal(line + position.column - 1, reader->cursor);
    assert_null(memchr(line, '\n', position.column - 1));
    (void)snprintf(expected, sizeof expected, "line %zu, column %zu: %s", position.line,
                   position.column, reader->problem);
    assert_string_equal(message, expected);
}

/* Checks that text can cause the status, and that it agrees with cJSON's verdict. */
static void check_verdict(enum nucleus_status status, const struct nucleus_error *err)
{
    struct nucleus_json_reader reader;

    fuzz_check_error(status, err);
    assert_int_equal(err->os_error, 0);
    nucleus_json_init(&reader, input.text, input.size);
    if (!nucleus_json_skip(&reader) || !nucleus_json_expect_end(&reader)) {
        assert_int_equal(status, NUCLEUS_ERROR_SYNTAX);
        check_position(&reader, err->message);
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
