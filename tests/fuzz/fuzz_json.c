/* SPDX-License-Identifier: MIT */
/*
 * Any bytes through nucleus_metadata_from_json() and nucleus_state_document_from_json(). What they
 * accept is what cJSON's own tree of the text says, and can be saved; after an error, nothing was
 * written. cJSON takes more than JSON, so only what it refuses says something about syntax.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_NUMBER = 62 }; /* cJSON refuses longer ones: it copies a number to 64 bytes */

static struct {
    const char *text;
    size_t size;
    bool has_long_number; /* then there is no tree */
    cJSON *tree;
} input;

/* Some of the bytes may well be in a string. */
static bool has_long_number(const char *text, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < size && length <= LONGEST_NUMBER; i++)
        length = text[i] != '\0' && strchr("0123456789+-.eE", text[i]) ? length + 1 : 0;
    return length > LONGEST_NUMBER;
}

static size_t count_lines(void)
{
    size_t count = 1;

    for (size_t i = 0; i < input.size; i++)
        count += input.text[i] == '\n';
    return count;
}

/* It is OK or one of the errors that text can give, and a syntax error is at a line that there is.
 */
static void check_verdict(enum nucleus_status status, const struct nucleus_error *err)
{
    size_t line, column;

    fuzz_check_error(status, err);
    assert_int_equal(err->os_error, 0);
    switch (status) {
    case NUCLEUS_OK:
    case NUCLEUS_ERROR_SCHEMA:
        assert_true(input.tree || input.has_long_number);
        break;
    case NUCLEUS_ERROR_SYNTAX:
        assert_int_equal(sscanf(err->message, "line %zu, column %zu: ", &line, &column), 2);
        assert_true(line >= 1 && line <= count_lines());
        assert_true(column >= 1 && column <= input.size + 1);
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

/* A state makes metadata; without the cgroup, which is a path of another machine. */
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
