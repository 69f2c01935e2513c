/* SPDX-License-Identifier: MIT */
/* What is not JSON is refused with the line and column where it stops being JSON. Each problem and
 * each border stands here once; test_serde_verdicts.c has many more documents. */
#include "support.h"

#include <stdio.h>
#include <string.h>

struct row {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen(text) */
    const char *message;
};

#define BYTES(literal) literal, sizeof literal - 1

static const struct row rows[] = {
    {"empty", "", 0, "line 1, column 1: unexpected end of input"},
    {"white space alone", " \n\t\r", 0, "line 2, column 3: unexpected end of input"},
    {"BOM", "\xef\xbb\xbf{}", 0, "line 1, column 1: expected a value"},
    {"two documents", "{}\n {}", 0, "line 2, column 2: trailing characters after the document"},
    {"open object", "{", 0, "line 1, column 2: unexpected end of input"},
    {"name without quotes", "{a:1}", 0, "line 1, column 2: expected a member name"},
    {"comma before the end", "{\"a\":1,}", 0, "line 1, column 8: expected a member name"},
    {"no colon", "{\"a\" 1}", 0, "line 1, column 6: expected ':'"},
    {"no value", "{\"a\":}", 0, "line 1, column 6: expected a value"},
    {"colon for a value", "{\"a\"::}", 0, "line 1, column 6: expected a value"},
    {"colon for a number", "{\"original_pid\": :}", 0, "line 1, column 18: expected a value"},
    {"colon behind a digit", "{\"a\":1:}", 0, "line 1, column 7: expected ',' or '}'"},
    {"no comma in an object", "{\"a\":1 \"b\":2}", 0, "line 1, column 8: expected ',' or '}'"},
    {"no comma in an array", "[1 2]", 0, "line 1, column 4: expected ',' or ']'"},
    {"comma before the end of an array", "[1,]", 0, "line 1, column 4: expected a value"},
    {"text ends behind a value", "[1", 0, "line 1, column 3: unexpected end of input"},
    {"text ends behind a literal", "[true", 0, "line 1, column 6: unexpected end of input"},
    {"text ends behind a comma", "[1,", 0, "line 1, column 4: unexpected end of input"},
    {"literal cut short", "tru", 0, "line 1, column 1: expected a value"},
    {"literal false misspelt", "falsy", 0, "line 1, column 1: expected a value"},
    {"leading zero", "[01]", 0, "line 1, column 3: expected ',' or ']'"},
    {"minus alone", "[-]", 0, "line 1, column 2: malformed number"},
    {"minus at the end", "-", 0, "line 1, column 1: malformed number"},
    {"point at the end", "1.", 0, "line 1, column 1: malformed number"},
    {"point at the end of a member", "{\"original_pid\": 1.}", 0,
     "line 1, column 18: malformed number"},
    {"exponent at the end", "1e", 0, "line 1, column 1: malformed number"},
    {"open string", "[\"a", 0, "line 1, column 4: unexpected end of input"},
    {"open string that ends in UTF-8", "[\"\xc3\xa9", 0,
     "line 1, column 5: unexpected end of input"},
    {"open name", "{\"a", 0, "line 1, column 4: unexpected end of input"},
    {"newline in a string", "[\"a\n\"]", 0,
     "line 1, column 4: unescaped control character in string"},
    {"NUL in a string", BYTES("[\"a\0\"]"),
     "line 1, column 4: unescaped control character in string"},
    {"last control character in a string", "[\"\x1f\"]", 0,
     "line 1, column 3: unescaped control character in string"},
    {"unknown escape", "[\"\\x\"]", 0, "line 1, column 3: invalid escape sequence"},
    {"unknown escape in a member", "{\"container_id\": \"\\x\"}", 0,
     "line 1, column 19: invalid escape sequence"},
    {"text ends in an escape", "[\"\\", 0, "line 1, column 3: invalid escape sequence"},
    {"text ends behind an escape", "[\"\\n", 0, "line 1, column 5: unexpected end of input"},
    {"NUL as an escape", BYTES("[\"\\\0\"]"), "line 1, column 3: invalid escape sequence"},
    {"escape without digits", "[\"\\u12g4\"]", 0,
     "line 1, column 3: \\u must be followed by four hexadecimal digits"},
    {"escape cut short", "[\"\\u12", 0,
     "line 1, column 3: \\u must be followed by four hexadecimal digits"},
    {"escaped NUL", "[\"\\u0000\"]", 0, "line 1, column 3: \\u0000 is not supported"},
    {"last high surrogate alone", "[\"\\udbff\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before the last unit that is no low one", "[\"\\udbff\\udbff\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"high surrogate cut short", "[\"\\ud800\\u", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before half an escape", "[\"\\ud800\\", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate and half of a low one", "[\"\\ud800\\udc0", 0,
     "line 1, column 3: lone surrogate"},
    {"first low surrogate alone", "[\"\\udc00\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate at the end", "[\"\\ud800", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before text", "[\"\\uD800abcdef\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before an escape", "[\"\\uD800\\ndc00\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"high surrogate before the rest of a low one", "[\"\\ud800xudc00\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"high surrogate before a letter", "[\"\\ud800\\ue000\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"low surrogate alone", "[\"\\udfff\"]", 0, "line 1, column 3: lone surrogate"},
    {"surrogate in a name", "{\"\\udc00\":1}", 0, "line 1, column 3: lone surrogate"},
    {"broken UTF-8", "[\"\xff\"]", 0, "line 1, column 3: invalid UTF-8"},
    {"UTF-8 cut short", "[\"\xc3", 0, "line 1, column 3: invalid UTF-8"},
    {"column in bytes", "[\"\xc3\xa9\", x]", 0, "line 1, column 8: expected a value"},
    {"third line", "{\n\"a\": 1,\n  b}", 0, "line 3, column 3: expected a member name"},
};

static void the_message_has_line_and_column(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        size_t len = row->len > 0 ? row->len : strlen(row->text);
        struct nucleus_metadata metadata;
        struct nucleus_error err;
        enum nucleus_status status = parse_exactly(row->text, len, &metadata, &err);

        if (status != NUCLEUS_ERROR_SYNTAX || err.os_error != 0 ||
            strcmp(err.message, row->message) != 0) {
            print_error("%s: status %d, \"%s\"\n", row->name, (int)status, err.message);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* Broken text is SYNTAX though it also breaks the schema before. */
static void syntax_comes_before_schema(void **state)
{
    static const char text[] = "{\"original_pid\": \"x\", \"original_pid\": 1, oops}";
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    assert_status(parse_exactly(text, sizeof text - 1, &metadata, &err), NUCLEUS_ERROR_SYNTAX,
                  &err);
    assert_string_equal(err.message, "line 1, column 42: expected a member name");
}

/* Every pair of surrogates at the ends of their ranges stands for a character. */
static void surrogate_pairs_are_characters(void **state)
{
    static const struct {
        const char *escape, *character;
    } pairs[] = {
        {"\\ud800\\udc00", "\xf0\x90\x80\x80"},
        {"\\uDBFF\\uDFFF", "\xf4\x8f\xbf\xbf"},
        {"\\ud800\\uDfFf", "\xf0\x90\x8f\xbf"},
        {"\\uD7ff\\uE000", "\xed\x9f\xbf\xee\x80\x80"},
        {"\\u0001\\/\\b\\f\\n\\r\\t\\\\\\\"", "\x01/\b\f\n\r\t\\\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char text[256];
        int len = snprintf(text, sizeof text,
                           "{\"container_id\":\"%s\",\"container_name\":\"\",\"original_pid\":1,"
                           "\"command\":[\"%s\"],\"checkpoint_at\":0,\"version\":\"\","
                           "\"using_gvisor\":false,\"rootless\":true}",
                           pairs[i].escape, pairs[i].escape);
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        assert_status(parse_exactly(text, (size_t)len, &metadata, &err), NUCLEUS_OK, &err);
        assert_string_equal(metadata.container_id, pairs[i].character);
        assert_string_equal(metadata.command[0], pairs[i].character);
        nucleus_metadata_clear(&metadata);
    }
}

static void a_hexadecimal_digit_is_one_of_22_characters(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    for (int byte = 1; byte < 0x80; byte++) {
        const bool is_digit = strchr("0123456789abcdefABCDEF", byte) != NULL;
        char text[64];
        const int len = snprintf(text, sizeof text, "[\"\\u004%c\"]", byte);

        (void)parse_exactly(text, (size_t)len, &metadata, &err);
        if ((err.status == NUCLEUS_ERROR_SYNTAX) == is_digit)
            fail_msg("%c: %s", byte, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_message_has_line_and_column),
        cmocka_unit_test(syntax_comes_before_schema),
        cmocka_unit_test(surrogate_pairs_are_characters),
        cmocka_unit_test(a_hexadecimal_digit_is_one_of_22_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
