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

/* Returns {"x":[[...]], ...}, where the object is the first of depth levels. */
static char *nested(size_t depth, const char *open, const char *close)
{
    char *text = calloc(1, 16 + depth * (strlen(open) + 1) + sizeof tail);

    assert_non_null(text);
    strcpy(text, "{\"x\":");
    for (size_t i = 1; i < depth; i++)
        strcat(text, open);
    strcat(text, open[0] == '{' ? "0" : "");
    for (size_t i = 1; i < depth; i++)
        strcat(text, close);
    return strcat(text, tail);
}

static const struct {
    const char *open, *close;
} brackets[] = {{"[", "]"}, {"{\"y\":", "}"}};

TEST_EACH(brackets, nesting_stops_at_128_levels)
{
    struct nucleus_error err;
    char *text = nested(128, row->open, row->close);

    assert_status(parse(text, strlen(text), &err), NUCLEUS_OK, &err);
    free(text);
    text = nested(129, row->open, row->close);
    assert_status(parse(text, strlen(text), &err), NUCLEUS_ERROR_SYNTAX, &err);
    assert_contains(err.message, ": nested more than 128 levels deep");
    free(text);
}

/* After a schema error the syntax is checked from the start, and levels are counted anew. */
TEST(levels_are_counted_once_although_the_text_is_read_twice)
{
    struct nucleus_error err;
    char *text = nested(128, "[", "]");

    memcpy(strstr(text, "true,"), "null", 4);
    assert_status(parse(text, strlen(text), &err), NUCLEUS_ERROR_SCHEMA, &err);
    free(text);
}

/* The list is reallocated many times. */
TEST(every_argument_of_a_long_command_is_kept)
{
    enum { ARGUMENTS = 300000 };
    static const char head[] = "{" MEMBERS ",\"command\":[";
    char *text = malloc(sizeof head + ARGUMENTS * sizeof "\"000000\"," + 2);
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len = sizeof head - 1;
    char argument[8];

    assert_non_null(text);
    memcpy(text, head, len);
    for (unsigned i = 0; i < ARGUMENTS; i++)
        len += (size_t)sprintf(text + len, "%s\"%06u\"", i > 0 ? "," : "", i);
    memcpy(text + len, "]}", 2);
    assert_status(nucleus_metadata_from_json(text, len + 2, &metadata, &err), NUCLEUS_OK, &err);
    free(text);
    for (unsigned i = 0; i < ARGUMENTS; i++) {
        (void)snprintf(argument, sizeof argument, "%06u", i);
        assert_string_equal(metadata.command[i], argument);
    }
    assert_null(metadata.command[ARGUMENTS]);
    nucleus_metadata_clear(&metadata);
}

TEST(reading_stops_at_the_cap)
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

static const struct {
    const char *name;
    size_t len;
    enum nucleus_status status;
} lengths[] = {
    {"cap", CAP, NUCLEUS_OK},
    {"cap + 1", CAP + 1, NUCLEUS_ERROR_TOO_LARGE},
    {"2 * cap", 2 * CAP, NUCLEUS_ERROR_TOO_LARGE},
};

/* The text of the metadata has exactly row->len bytes. */
TEST_EACH(lengths, writing_stops_at_the_cap)
{
    struct nucleus_metadata metadata = sample_metadata("");
    struct nucleus_container_state container = {.name = metadata.container_name,
                                                .pid = metadata.original_pid,
                                                .command = metadata.command,
                                                .version = metadata.version,
                                                .rootless = true};
    struct nucleus_metadata copy = {0};
    struct nucleus_error err;
    size_t len, padding;
    char *text = encode_metadata(&metadata, &len);

    free(text);
    text = NULL;
    padding = row->len - len;
    free(metadata.container_id);
    metadata.container_id = calloc(1, padding + 1);
    assert_non_null(metadata.container_id);
    memset(metadata.container_id, 'x', padding);
    container.id = metadata.container_id;
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), row->status, &err);
    assert_true(row->status != NUCLEUS_OK || len == strlen(text));
    free(text);
    assert_status(nucleus_metadata_from_state(&container, &copy, &err), row->status, &err);
    nucleus_metadata_clear(&copy);
    nucleus_metadata_clear(&metadata);
}
