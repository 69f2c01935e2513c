/* SPDX-License-Identifier: MIT */
/* Nesting of 128 and 4 MiB are taken, a level or a byte more is not. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char tail[] =
    ",\"container_id\":\"a\",\"container_name\":\"b\",\"original_pid\":1,\"command\":[],"
    "\"checkpoint_at\":5,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true}";

static enum nucleus_status parse(const char *text, size_t len, struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status = parse_exactly(text, len, &metadata, err);

    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&metadata);
    return status;
}

/* {"x":[[...]], ...}, depth counting the object. */
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

static void nesting_stops_at_128(void **state)
{
    static const char *const brackets[][2] = {{"[", "]"}, {"{\"y\":", "}"}};

    (void)state;
    for (size_t i = 0; i < COUNT(brackets); i++) {
        struct nucleus_error err;
        char *text = nested(128, brackets[i][0], brackets[i][1]);

        assert_status(parse(text, strlen(text), &err), NUCLEUS_OK, &err);
        free(text);
        text = nested(129, brackets[i][0], brackets[i][1]);
        assert_status(parse(text, strlen(text), &err), NUCLEUS_ERROR_SYNTAX, &err);
        assert_string_equal(strstr(err.message, ": "), ": nested more than 128 levels deep");
        free(text);
    }
}

/* Behind a value of the wrong type the syntax is checked from the start, and levels are counted
 * anew. */
static void nesting_is_counted_once_where_the_schema_is_broken(void **state)
{
    struct nucleus_error err;
    char *text = nested(128, "[", "]");

    (void)state;
    memcpy(strstr(text, "true}"), "null", 4);
    assert_status(parse(text, strlen(text), &err), NUCLEUS_ERROR_SCHEMA, &err);
    free(text);
}

/* The list grows many times on the way. */
static void every_word_of_a_long_command_is_kept(void **state)
{
    enum { WORDS = 300000 };
    static const char head[] =
        "{\"container_id\":\"a\",\"container_name\":\"b\",\"original_pid\":1,"
        "\"checkpoint_at\":5,\"version\":\"v\",\"using_gvisor\":false,"
        "\"rootless\":true,\"command\":[";
    char *text = malloc(sizeof head + WORDS * sizeof "\"000000\"," + 2);
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len = sizeof head - 1;
    char word[8];

    (void)state;
    assert_non_null(text);
    memcpy(text, head, len);
    for (unsigned i = 0; i < WORDS; i++)
        len += (size_t)sprintf(text + len, "%s\"%06u\"", i > 0 ? "," : "", i);
    memcpy(text + len, "]}", 2);
    assert_status(nucleus_metadata_from_json(text, len + 2, &metadata, &err), NUCLEUS_OK, &err);
    free(text);
    for (unsigned i = 0; i < WORDS; i++) {
        (void)snprintf(word, sizeof word, "%06u", i);
        assert_string_equal(metadata.command[i], word);
    }
    assert_null(metadata.command[WORDS]);
    nucleus_metadata_clear(&metadata);
}

static void reading_stops_at_the_cap(void **state)
{
    char *text = malloc(NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    struct nucleus_error err;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    memcpy(text, "{\"x\":0", 6);
    memcpy(text + 6, tail, sizeof tail - 1);
    assert_status(parse(text, NUCLEUS_CHECKPOINT_MAX_BYTES, &err), NUCLEUS_OK, &err);
    assert_status(parse(text, NUCLEUS_CHECKPOINT_MAX_BYTES + 1, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    assert_contains(err.message, "4194304");
    free(text);
}

/* Metadata whose text has exactly len bytes. */
static struct nucleus_metadata metadata_of_length(size_t len)
{
    struct nucleus_metadata metadata = sample_metadata("");
    struct nucleus_error err;
    char *text;
    size_t least;

    assert_status(nucleus_metadata_to_json(&metadata, &text, &least, &err), NUCLEUS_OK, &err);
    free(text);
    free(metadata.container_id);
    metadata.container_id = malloc(len - least + 1);
    assert_non_null(metadata.container_id);
    memset(metadata.container_id, 'x', len - least);
    metadata.container_id[len - least] = '\0';
    return metadata;
}

static void writing_stops_at_the_cap(void **state)
{
    struct nucleus_metadata fit = metadata_of_length(NUCLEUS_CHECKPOINT_MAX_BYTES);
    struct nucleus_metadata large = metadata_of_length(NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    struct nucleus_metadata huge = metadata_of_length(2 * NUCLEUS_CHECKPOINT_MAX_BYTES);
    const struct nucleus_container_state container = {.id = large.container_id,
                                                      .name = large.container_name,
                                                      .pid = large.original_pid,
                                                      .command = large.command,
                                                      .version = large.version,
                                                      .rootless = true};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    assert_status(nucleus_metadata_to_json(&fit, &text, &len, &err), NUCLEUS_OK, &err);
    assert_int_equal(len, strlen(text));
    free(text);
    assert_status(nucleus_metadata_to_json(&large, &text, &len, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    assert_status(nucleus_metadata_to_json(&huge, &text, &len, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    assert_status(nucleus_metadata_from_state(&container, &metadata, &err), NUCLEUS_ERROR_TOO_LARGE,
                  &err);
    nucleus_metadata_clear(&fit);
    nucleus_metadata_clear(&large);
    nucleus_metadata_clear(&huge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nesting_stops_at_128),
        cmocka_unit_test(nesting_is_counted_once_where_the_schema_is_broken),
        cmocka_unit_test(every_word_of_a_long_command_is_kept),
        cmocka_unit_test(reading_stops_at_the_cap),
        cmocka_unit_test(writing_stops_at_the_cap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
