/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes to nucleus_metadata_from_json() and nucleus_state_document_from_json(). What
 * they accept must agree with cJSON's tree of the text, and must be possible to save; after an
 * error, nothing may have been written. cJSON accepts more than JSON, so for syntax only its
 * refusals count.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "json_reader.h"

enum { MAX_CJSON_NUMBER = 62 }; /* cJSON copies numbers to 64 bytes and refuses longer ones */

static struct {
    const char *text;
    size_t size;
    bool has_long_number; /* if so, there is no tree */
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

/* The position of a syntax error must be in the text, and the message must begin with it. */
static void check_position(const char *message)
{
    struct nucleus_json_reader reader;
    struct nucleus_json_position position;
    const char *line = input.text;
    char expected[64];

    nucleus_json_init(&reader, input.text, input.size);
    assert_false(nucleus_json_skip(&reader) && nucleus_json_expect_end(&reader));
    position = nucleus_json_position(&reader);
    (void)snprintf(expected, sizeof expected, "line %zu, column %zu: ", position.line,
                   position.column);
    assert_memory_equal(message, expected, strlen(expected));
    for (; position.line > 1; position.line--) {
        line = memchr(line, '\n', (size_t)(input.text + input.size - line));
        assert_non_null(line++);
    }
    assert_ptr_equal(line + position.column - 1, reader.cursor);
    assert_true(reader.cursor <= input.text + input.size);
    assert_null(memchr(line, '\n', position.column - 1));
}

/* The status must be one that text can cause, and agree with cJSON's verdict. */
static void check_verdict(enum nucleus_status status, const struct nucleus_error *err)
{
    fuzz_check_error(status, err);
    assert_int_equal(err->os_error, 0);
    switch (status) {
    case NUCLEUS_OK:
    case NUCLEUS_ERROR_SCHEMA:
        assert_true(input.tree || input.has_long_number);
        break;
    case NUCLEUS_ERROR_SYNTAX:
        check_position(err->message);
        break;
    default:
        assert_int_equal(status, NUCLEUS_ERROR_TOO_LARGE);
        assert_true(input.size > NUCLEUS_CHECKPOINT_MAX_BYTES);
    }
}

static void read_metadata(void)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = parse_exactly(input.text, input.size, &metadata, &err);

    check_verdict(status, &err);
    if (status != NUCLEUS_OK)
        return;
    if (input.tree)
        fuzz_compare_metadata(input.tree, &metadata);
    fuzz_check_round_trip(&metadata, input.size);
    nucleus_metadata_clear(&metadata);
}

/* The state must yield metadata. Its cgroup is a path on another machine, so it is left out. */
static void check_usable(struct nucleus_container_state state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    assert_null(state.version);
    state.cgroup_path = NULL;
    status = nucleus_metadata_from_state(&state, &metadata, &err);
    fuzz_check_error(status, &err);
    if (fuzz_is_too_large(status, input.size))
        return;
    assert_int_equal(status, NUCLEUS_OK);
    fuzz_check_round_trip(&metadata, input.size);
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
    if (input.tree)
        fuzz_compare_state(input.tree, &document.state);
    check_usable(document.state);
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
