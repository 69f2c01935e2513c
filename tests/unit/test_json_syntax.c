/* SPDX-License-Identifier: MIT */
/* Text that is not JSON is refused with the line and column of the first bad byte. There is one row
 * for each problem and each limit; test_serde_verdicts.c has many more documents. */
#include "test.h"

#include <stdio.h>
#include <string.h>

/* Fails the test unless the text is refused with that message. */
static void assert_refused(const char *text, size_t len, unsigned line, unsigned column,
                           const char *problem)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char message[sizeof err.message];

    assert_status(parse_exactly(text, len, &metadata, &err), NUCLEUS_ERROR_SYNTAX, &err);
    (void)snprintf(message, sizeof message, "line %u, column %u: %s", line, column, problem);
    assert_string_equal(err.message, message);
    assert_int_equal(err.os_error, 0);
}

static const struct {
    const char *name, *text;
    unsigned line, column;
    const char *problem;
} documents[] = {
    {"empty", "", 1, 1, "unexpected end of input"},
    {"white space alone", " \n\t\r", 2, 3, "unexpected end of input"},
    {"BOM", "\xef\xbb\xbf{}", 1, 1, "expected a value"},
    {"two documents", "{}\n {}", 2, 2, "trailing characters after the document"},
    {"open object", "{", 1, 2, "unexpected end of input"},
    {"name without quotes", "{a:1}", 1, 2, "expected a member name"},
    {"comma before the end", "{\"a\":1,}", 1, 8, "expected a member name"},
    {"no colon", "{\"a\" 1}", 1, 6, "expected ':'"},
    {"no value", "{\"a\":}", 1, 6, "expected a value"},
    {"colon for a value", "{\"a\"::}", 1, 6, "expected a value"},
    {"colon for a number", "{\"original_pid\": :}", 1, 18, "expected a value"},
    {"colon after a digit", "{\"a\":1:}", 1, 7, "expected ',' or '}'"},
    {"no comma in an object", "{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}'"},
    {"no comma in an array", "[1 2]", 1, 4, "expected ',' or ']'"},
    {"comma before the end of an array", "[1,]", 1, 4, "expected a value"},
    {"text ends after a value", "[1", 1, 3, "unexpected end of input"},
    {"text ends after a literal", "[true", 1, 6, "unexpected end of input"},
    {"text ends after a comma", "[1,", 1, 4, "unexpected end of input"},
    {"literal cut short", "tru", 1, 1, "expected a value"},
    {"literal false misspelt", "falsy", 1, 1, "expected a value"},
    {"leading zero", "[01]", 1, 3, "expected ',' or ']'"},
    {"minus alone", "[-]", 1, 2, "malformed number"},
    {"minus at the end", "-", 1, 1, "malformed number"},
    {"point at the end", "1.", 1, 1, "malformed number"},
    {"point at the end of a member", "{\"original_pid\": 1.}", 1, 18, "malformed number"},
    {"exponent at the end", "1e", 1, 1, "malformed number"},
    {"open string", "[\"a", 1, 4, "unexpected end of input"},
    {"open string that ends in UTF-8", "[\"\xc3\xa9", 1, 5, "unexpected end of input"},
    {"open name", "{\"a", 1, 4, "unexpected end of input"},
    {"newline in a string", "[\"a\n\"]", 1, 4, "unescaped control character in string"},
    {"last control character in a string", "[\"\x1f\"]", 1, 3,
     "unescaped control character in string"},
    {"unknown escape", "[\"\\x\"]", 1, 3, "invalid escape sequence"},
    {"unknown escape in a member", "{\"container_id\": \"\\x\"}", 1, 19, "invalid escape sequence"},
    {"text ends in an escape", "[\"\\", 1, 3, "invalid escape sequence"},
    {"text ends after an escape", "[\"\\n", 1, 5, "unexpected end of input"},
    {"escape without digits", "[\"\\u12g4\"]", 1, 3,
     "\\u must be followed by four hexadecimal digits"},
    {"escape cut short", "[\"\\u12", 1, 3, "\\u must be followed by four hexadecimal digits"},
    {"escaped NUL", "[\"\\u0000\"]", 1, 3, "\\u0000 is not supported"},
    {"last high surrogate alone", "[\"\\udbff\"]", 1, 3, "lone surrogate"},
    {"high surrogate before another", "[\"\\udbff\\udbff\"]", 1, 3, "lone surrogate"},
    {"high surrogate cut short", "[\"\\ud800\\u", 1, 3, "lone surrogate"},
    {"high surrogate before half an escape", "[\"\\ud800\\", 1, 3, "lone surrogate"},
    {"high surrogate and half of a low one", "[\"\\ud800\\udc0", 1, 3, "lone surrogate"},
    {"first low surrogate alone", "[\"\\udc00\"]", 1, 3, "lone surrogate"},
    {"high surrogate at the end", "[\"\\ud800", 1, 3, "lone surrogate"},
    {"high surrogate before text", "[\"\\uD800abcdef\"]", 1, 3, "lone surrogate"},
    {"high surrogate before an escape", "[\"\\uD800\\ndc00\"]", 1, 3, "lone surrogate"},
    {"high surrogate before the rest of a low one", "[\"\\ud800xudc00\"]", 1, 3, "lone surrogate"},
    {"high surrogate before a letter", "[\"\\ud800\\ue000\"]", 1, 3, "lone surrogate"},
    {"low surrogate alone", "[\"\\udfff\"]", 1, 3, "lone surrogate"},
    {"surrogate in a name", "{\"\\udc00\":1}", 1, 3, "lone surrogate"},
    {"broken UTF-8", "[\"\xff\"]", 1, 3, "invalid UTF-8"},
    {"UTF-8 cut short", "[\"\xc3", 1, 3, "invalid UTF-8"},
    {"column in bytes", "[\"\xc3\xa9\", x]", 1, 8, "expected a value"},
    {"third line", "{\n\"a\": 1,\n  b}", 3, 3, "expected a member name"},
};

TEST_EACH(documents, the_message_has_the_line_and_column)
{
    assert_refused(row->text, strlen(row->text), row->line, row->column, row->problem);
}

TEST(a_nul_is_not_the_end_of_the_text)
{
    assert_refused("[\"a\0\"]", 6, 1, 4, "unescaped control character in string");
    assert_refused("[\"\\\0\"]", 6, 1, 3, "invalid escape sequence");
}

TEST(syntax_errors_take_precedence_over_earlier_schema_errors)
{
    static const char text[] = "{\"original_pid\": \"x\", \"original_pid\": 1, oops}";

    assert_refused(text, strlen(text), 1, 42, "expected a member name");
}

static const struct {
    const char *escape, *character;
} escapes[] = {
    {"\\ud800\\udc00", "\xf0\x90\x80\x80"},
    {"\\uDBFF\\uDFFF", "\xf4\x8f\xbf\xbf"},
    {"\\ud800\\uDfFf", "\xf0\x90\x8f\xbf"},
    {"\\uD7ff\\uE000", "\xed\x9f\xbf\xee\x80\x80"},
    {"\\u0001\\/\\b\\f\\n\\r\\t\\\\\\\"", "\x01/\b\f\n\r\t\\\""},
};

TEST_EACH(escapes, escapes_are_decoded)
{
    char text[256];
    int len = snprintf(text, sizeof text,
                       "{\"container_id\":\"%s\",\"container_name\":\"\",\"original_pid\":1,"
                       "\"command\":[\"%s\"],\"checkpoint_at\":0,\"version\":\"\","
                       "\"using_gvisor\":false,\"rootless\":true}",
                       row->escape, row->escape);
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(parse_exactly(text, (size_t)len, &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.container_id, row->character);
    assert_string_equal(metadata.command[0], row->character);
    nucleus_metadata_clear(&metadata);
}

TEST(a_hexadecimal_digit_is_one_of_22_characters)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    for (int byte = 1; byte < 0x80; byte++) {
        const bool is_digit = strchr("0123456789abcdefABCDEF", byte) != NULL;
        char text[64];
        const int len = snprintf(text, sizeof text, "[\"\\u004%c\"]", byte);

        (void)parse_exactly(text, (size_t)len, &metadata, &err);
        if ((err.status == NUCLEUS_ERROR_SYNTAX) == is_digit)
            fail_msg("%c: %s", byte, err.message);
    }
}
