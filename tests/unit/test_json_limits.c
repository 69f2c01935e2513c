/* SPDX-License-Identifier: MIT */
/* 128 levels of nesting and 4 MiB are accepted; one level or one byte more is refused. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = NUCLEUS_CHECKPOINT_MAX_BYTES };

/* Parses the text, and fails the test unless the status is as expected. Returns the message, "" if
 * the text is accepted, in a static buffer. */
static const char *parse(const char *text, size_t len, enum nucleus_status expected)
{
    static struct nucleus_error err;
    struct nucleus_metadata metadata;
    const enum nucleus_status status = parse_exactly(text, len, &metadata, &err);

    assert_status(status, expected, &err);
    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&metadata);
    return err.message;
}

static const struct {
    const char *end; /* of the document, after the nested arrays */
    int depth;       /* number of levels, including the outermost object */
    enum nucleus_status status;
    const char *message;
} nested[] = {
    {"}", 128, NUCLEUS_OK, ""},
    {"}", 129, NUCLEUS_ERROR_SYNTAX, "line 1, column 272: nested more than 128 levels deep"},
    /* After a schema error, the syntax is checked from the start, and levels are counted anew. */
    {",\"rootless\":null}", 128, NUCLEUS_ERROR_SCHEMA, "duplicate member 'rootless'"},
};

TEST_EACH(nested, nesting_stops_at_128_levels)
{
    char text[1024] = MINIMAL ",\"x\":";

    memset(text + strlen(text), '[', (size_t)row->depth - 1);
    memset(text + strlen(text), ']', (size_t)row->depth - 1);
    strcat(text, row->end);
    assert_string_equal(parse(text, strlen(text), row->status), row->message);
}

/* The list is reallocated several times. */
TEST(every_argument_of_a_long_command_is_kept)
{
    enum { ARGUMENTS = 1000 };
    char text[8192] = WITHOUT_COMMAND ",\"command\":[\"0\"", *end = text + strlen(text);
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    for (int i = 1; i < ARGUMENTS; i++)
        end += sprintf(end, ",\"%d\"", i);
    strcpy(end, "]}");
    assert_status(parse_exactly(text, strlen(text), &metadata, &err), NUCLEUS_OK, &err);
    for (int i = 0; i < ARGUMENTS; i++)
        assert_int_equal(atoi(metadata.command[i]), i);
    assert_null(metadata.command[ARGUMENTS]);
    nucleus_metadata_clear(&metadata);
}

TEST(a_document_larger_than_the_cap_is_not_read)
{
    static const char document[] = MINIMAL "}";
    char *text = malloc(CAP + 1);

    assert_non_null(text);
    memset(text, ' ', CAP + 1);
    memcpy(text, document, sizeof document - 1);
    assert_string_equal(parse(text, CAP, NUCLEUS_OK), "");
    assert_string_equal(parse(text, CAP + 1, NUCLEUS_ERROR_TOO_LARGE), "larger than 4194304 bytes");
    free(text);
}

/* The encoded metadata has CAP bytes, and then one more. */
TEST(a_document_larger_than_the_cap_is_not_written)
{
    struct nucleus_metadata metadata = sample_metadata("");
    struct nucleus_error err;
    char *text;
    size_t len;

    free(encode_metadata(&metadata, &len));
    free(metadata.container_id);
    metadata.container_id = calloc(1, CAP);
    assert_non_null(metadata.container_id);
    memset(metadata.container_id, 'x', CAP - len);
    free(encode_metadata(&metadata, &len));
    assert_int_equal(len, CAP);
    metadata.rootless = false; /* "false" is one byte longer than "true" */
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    nucleus_metadata_clear(&metadata);
}
