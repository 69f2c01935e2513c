/* SPDX-License-Identifier: MIT */
/* 128 levels of nesting and 4 MiB are accepted; one level or one byte more is refused. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = NUCLEUS_CHECKPOINT_MAX_BYTES };

#define MEMBERS                                                                                    \
    "\"container_id\":\"a\",\"container_name\":\"b\",\"original_pid\":1,\"checkpoint_at\":5,"      \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true"
static const char tail[] = "," MEMBERS ",\"command\":[]}";

static enum nucleus_status parse(const char *text, size_t len, struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status = parse_exactly(text, len, &metadata, err);

    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&metadata);
    return status;
}

/* Parses {"x":[[...]], ...}, which has depth levels, including the object. Returns the status. */
static enum nucleus_status parse_nested(size_t depth, const char *rest, struct nucleus_error *err)
{
    char text[1024] = "{\"x\":";

    memset(text + strlen(text), '[', depth - 1);
    memset(text + strlen(text), ']', depth - 1);
    strcat(text, rest);
    return parse(text, strlen(text), err);
}

TEST(nesting_stops_at_128_levels)
{
    struct nucleus_error err;

    assert_status(parse_nested(128, tail, &err), NUCLEUS_OK, &err);
    assert_status(parse_nested(129, tail, &err), NUCLEUS_ERROR_SYNTAX, &err);
    assert_string_equal(err.message, "line 1, column 133: nested more than 128 levels deep");
}

/* After a schema error the syntax is checked from the start, and levels are counted anew. */
TEST(levels_are_counted_once_although_the_text_is_read_twice)
{
    struct nucleus_error err;

    assert_status(parse_nested(128, ",\"rootless\":null}", &err), NUCLEUS_ERROR_SCHEMA, &err);
}

/* The list is reallocated several times. */
TEST(every_argument_of_a_long_command_is_kept)
{
    enum { ARGUMENTS = 1000 };
    char text[8192] = "{" MEMBERS ",\"command\":[\"0\"", *end = text + strlen(text);
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    for (int i = 1; i < ARGUMENTS; i++)
        end += sprintf(end, ",\"%d\"", i);
    strcpy(end, "]}");
    assert_status(nucleus_metadata_from_json(text, strlen(text), &metadata, &err), NUCLEUS_OK,
                  &err);
    for (int i = 0; i < ARGUMENTS; i++)
        assert_int_equal(atoi(metadata.command[i]), i);
    assert_null(metadata.command[ARGUMENTS]);
    nucleus_metadata_clear(&metadata);
}

TEST(a_document_larger_than_the_cap_is_not_read)
{
    char *text = malloc(CAP + 1);
    struct nucleus_error err;

    assert_non_null(text);
    memset(text, ' ', CAP + 1);
    memcpy(text, "{\"x\":0", 6);
    memcpy(text + 6, tail, sizeof tail - 1);
    assert_status(parse(text, CAP, &err), NUCLEUS_OK, &err);
    assert_status(parse(text, CAP + 1, &err), NUCLEUS_ERROR_TOO_LARGE, &err);
    assert_string_equal(err.message, "larger than 4194304 bytes");
    free(text);
}

/* The encoded metadata has CAP bytes, and then one more. */
TEST(a_document_larger_than_the_cap_is_not_written)
{
    char *const command[] = {NULL};
    char *id = calloc(1, CAP), *text;
    const struct nucleus_container_state state = {
        .id = id, .name = "", .command = command, .rootless = true};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len;

    assert_non_null(id);
    assert_status(nucleus_metadata_from_state(&state, &metadata, &err), NUCLEUS_OK, &err);
    free(encode_metadata(&metadata, &len));
    nucleus_metadata_clear(&metadata);
    memset(id, 'x', CAP - len);
    assert_status(nucleus_metadata_from_state(&state, &metadata, &err), NUCLEUS_OK, &err);
    id[CAP - len] = 'x';
    free(encode_metadata(&metadata, &len));
    assert_int_equal(len, CAP);
    metadata.rootless = false; /* "true" is shorter */
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    nucleus_metadata_clear(&metadata);
    assert_status(nucleus_metadata_from_state(&state, &metadata, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    free(id);
}
