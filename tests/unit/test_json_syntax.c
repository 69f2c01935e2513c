/* SPDX-License-Identifier: MIT */
/* What is not JSON is refused with the line and column where it stops being JSON. */
#include "support.h"

#include <string.h>

struct row {
    const char *name;
    const char *text;
    size_t len; /* 0: strlen(text) */
    const char *message;
};

#define BYTES(literal) literal, sizeof literal - 1

static const struct row rows[] = {
    {"empty", "", 0, "line 1, column 1: unexpected end of text"},
    {"white space alone", " \n\t\r", 0, "line 2, column 3: unexpected end of text"},
    {"other white space", "\v{}", 0, "line 1, column 1: expected a value"},
    {"NUL", BYTES("\0{}"), "line 1, column 1: expected a value"},
    {"NUL behind the end", BYTES("{}\0"), "line 1, column 3: text after the document"},
    {"BOM", "\xef\xbb\xbf{}", 0, "line 1, column 1: expected a value"},
    {"two documents", "{}\n {}", 0, "line 2, column 2: text after the document"},
    {"open object", "{", 0, "line 1, column 2: unexpected end of text"},
    {"name without quotes", "{a:1}", 0, "line 1, column 2: expected a member name"},
    {"comma before the end", "{\"a\":1,}", 0, "line 1, column 8: expected a member name"},
    {"no colon", "{\"a\" 1}", 0, "line 1, column 6: expected ':'"},
    {"no value", "{\"a\":}", 0, "line 1, column 6: expected a value"},
    {"no comma in an object", "{\"a\":1 \"b\":2}", 0, "line 1, column 8: expected ',' or '}'"},
    {"no comma in an array", "[1 2]", 0, "line 1, column 4: expected ',' or ']'"},
    {"brackets crossed", "[1}", 0, "line 1, column 3: expected ',' or ']'"},
    {"comma before the end of an array", "[1,]", 0, "line 1, column 4: expected a value"},
    {"text ends behind a value", "[1", 0, "line 1, column 3: unexpected end of text"},
    {"text ends behind a comma", "[1,", 0, "line 1, column 4: unexpected end of text"},
    {"literal cut short", "tru", 0, "line 1, column 1: expected a value"},
    {"literal in capitals", "[True]", 0, "line 1, column 2: expected a value"},
    {"literal false misspelt", "falsy", 0, "line 1, column 1: expected a value"},
    {"literal null misspelt", "nul ", 0, "line 1, column 1: expected a value"},
    {"leading zero", "[01]", 0, "line 1, column 3: expected ',' or ']'"},
    {"plus", "[+1]", 0, "line 1, column 2: expected a value"},
    {"minus alone", "[-]", 0, "line 1, column 2: malformed number"},
    {"minus at the end", "-", 0, "line 1, column 1: malformed number"},
    {"point without digits", "[1.]", 0, "line 1, column 2: malformed number"},
    {"point at the end", "1.", 0, "line 1, column 1: malformed number"},
    {"point without integer", "[.5]", 0, "line 1, column 2: expected a value"},
    {"exponent without digits", "[1e]", 0, "line 1, column 2: malformed number"},
    {"exponent with sign alone", "[1E+]", 0, "line 1, column 2: malformed number"},
    {"exponent at the end", "1e", 0, "line 1, column 1: malformed number"},
    {"open string", "[\"a", 0, "line 1, column 4: unexpected end of text"},
    {"open name", "{\"a", 0, "line 1, column 4: unexpected end of text"},
    {"control byte", "[\"a\x01\"]", 0, "line 1, column 4: control byte in a string"},
    {"newline in a string", "[\"a\n\"]", 0, "line 1, column 4: control byte in a string"},
    {"NUL in a string", BYTES("[\"a\0\"]"), "line 1, column 4: control byte in a string"},
    {"unknown escape", "[\"\\x\"]", 0, "line 1, column 3: unknown escape"},
    {"text ends in an escape", "[\"\\", 0, "line 1, column 3: unknown escape"},
    {"NUL as an escape", BYTES("[\"\\\0\"]"), "line 1, column 3: unknown escape"},
    {"escape without digits", "[\"\\u12g4\"]", 0,
     "line 1, column 3: \\u without four hexadecimal digits"},
    {"escape cut short", "[\"\\u12", 0, "line 1, column 3: \\u without four hexadecimal digits"},
    {"escaped NUL", "[\"\\u0000\"]", 0, "line 1, column 3: \\u0000, which no C string can hold"},
    {"high surrogate alone", "[\"\\ud800\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate at the end", "[\"\\ud800", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before text", "[\"\\uD800abcdef\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before an escape", "[\"\\uD800\\nabcd\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"two high surrogates", "[\"\\ud800\\ud800\"]", 0, "line 1, column 3: lone surrogate"},
    {"high surrogate before a letter", "[\"\\ud800\\ue000\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"low surrogate alone", "[\"\\udfff\"]", 0, "line 1, column 3: lone surrogate"},
    {"surrogates the wrong way round", "[\"\\udc00\\ud800\"]", 0,
     "line 1, column 3: lone surrogate"},
    {"surrogate in a name", "{\"\\udc00\":1}", 0, "line 1, column 3: lone surrogate"},
    {"broken UTF-8", "[\"\xff\"]", 0, "line 1, column 3: not valid UTF-8"},
    {"UTF-8 cut short", "[\"\xc3", 0, "line 1, column 3: not valid UTF-8"},
    {"UTF-8 outside a string", "\xc3\xa9", 0, "line 1, column 1: expected a value"},
    {"column in bytes", "[\"\xc3\xa9\", x]", 0, "line 1, column 8: expected a value"},
    {"third line", "{\n\"a\": 1,\n  b}", 0, "line 3, column 3: expected a member name"},
};

static void the_message_has_line_and_column(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        size_t len = row->len > 0 ? row->len : strlen(row->text);
        struct nucleus_metadata metadata;
        struct nucleus_error err;
        enum nucleus_status status = nucleus_metadata_from_json(row->text, len, &metadata, &err);

        if (status != NUCLEUS_ERROR_SYNTAX || err.status != status || err.os_error != 0 ||
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
    assert_status(nucleus_metadata_from_json(text, sizeof text - 1, &metadata, &err),
                  NUCLEUS_ERROR_SYNTAX, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_message_has_line_and_column),
        cmocka_unit_test(syntax_comes_before_schema),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
