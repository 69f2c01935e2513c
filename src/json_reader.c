/* SPDX-License-Identifier: MIT */
#include "json_reader.h"

#include "error.h"
#include "utf8.h"

static bool fail(struct nucleus_json_reader *reader, const char *problem)
{
    reader->problem = reader->at < reader->end ? problem : "unexpected end of input";
    return false;
}

void nucleus_json_init(struct nucleus_json_reader *reader, const char *text, size_t len)
{
    reader->text = text;
    reader->at = text;
    reader->end = text + len;
    reader->problem = NULL;
    reader->depth = 0;
}

char nucleus_json_peek(struct nucleus_json_reader *reader)
{
    const char *at = reader->at;

    /*@ loop invariant ordered(reader->at, at) && ordered(at, reader->end);
        loop assigns at;
        loop variant reader->end - at;
    */
    while (at < reader->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    reader->at = at;
    if (at == reader->end)
        return '\0';
    return *at;
}

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    return -1;
}

/* The number that the four hexadecimal digits at text stand for, or -1. */
static int hex4(const char *text, const char *end)
{
    int value = 0;

    if (end - text < 4)
        return -1;
    /*@ loop invariant 0 <= i <= 4 && hex_digits(text, i);
        loop invariant i == 0 ==> value == 0;
        loop invariant i == 1 ==> value == hex_value(text[0]);
        loop invariant i == 2 ==> value == hex_value(text[0]) * 0x10 + hex_value(text[1]);
        loop invariant i == 3 ==> value == hex_value(text[0]) * 0x100 +
          hex_value(text[1]) * 0x10 + hex_value(text[2]);
        loop invariant i == 4 ==> value == unit_at(text);
        loop assigns i, value;
        loop variant 4 - i;
    */
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(text[i]);

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_high_surrogate(int unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* At "\u"; takes both halves of a surrogate pair. */
static bool skip_unicode_escape(struct nucleus_json_reader *reader)
{
    const char *at = reader->at;
    const int unit = hex4(at + 2, reader->end);

    if (unit < 0)
        return fail(reader, "\\u must be followed by four hexadecimal digits");
    if (unit == 0)
        return fail(reader, "\\u0000 is not supported");
    if (is_low_surrogate(unit))
        return fail(reader, "lone surrogate");
    reader->at = at + 6;
    if (!is_high_surrogate(unit))
        return true;
    if (reader->end - at >= 8 && at[6] == '\\' && at[7] == 'u' &&
        is_low_surrogate(hex4(at + 8, reader->end))) {
        reader->at = at + 12;
        return true;
    }
    reader->at = at;
    return fail(reader, "lone surrogate");
}

/* At a backslash. */
static bool skip_escape(struct nucleus_json_reader *reader)
{
    char kind = '\0';

    if (reader->end - reader->at > 1)
        kind = reader->at[1];
    switch (kind) {
    case 'u':
        return skip_unicode_escape(reader);
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        reader->at += 2;
        return true;
    default:
        break;
    }
    return fail(reader, "invalid escape sequence");
}

bool nucleus_json_read_string(struct nucleus_json_reader *reader,
                              struct nucleus_json_read_string *ret)
{
    const char *start = reader->at;
    bool has_escape = false;

    reader->at = nucleus_skip_text(start + 1, reader->end);
    /*@ loop invariant valid_reader(reader) && ordered(start + 1, reader->at);
        loop assigns reader->at, reader->problem, has_escape;
        loop variant reader->end - reader->at;
    */
    while (reader->at < reader->end && *reader->at == '\\') {
        if (!skip_escape(reader))
            return false;
        has_escape = true;
        reader->at = nucleus_skip_text(reader->at, reader->end);
    }
    if (reader->at == reader->end || *reader->at != '"')
        return fail(reader, reader->at < reader->end && (unsigned char)*reader->at < 0x20
                                ? "unescaped control character in string"
                                : "invalid UTF-8");
    reader->at++;
    ret->quoted.start = start;
    ret->quoted.len = (size_t)(reader->at - start);
    ret->has_escape = has_escape;
    return true;
}

static const char *skip_digits(const char *text, const char *end)
{
    /*@ loop invariant ordered(\at(text, Pre), text) && ordered(text, end);
        loop assigns text;
        loop variant end - text;
    */
    while (text < end && *text >= '0' && *text <= '9')
        text++;
    return text;
}

/* Behind an integer part: skips a fraction. NULL: it has no digits. */
static const char *skip_fraction(const char *text, const char *end)
{
    const char *digits;

    if (text == end || *text != '.')
        return text;
    digits = text + 1;
    text = skip_digits(digits, end);
    return text > digits ? text : NULL;
}

/* Behind an integer part or fraction: skips an exponent. NULL: it has no digits. */
static const char *skip_exponent(const char *text, const char *end)
{
    const char *digits;

    if (text == end || (*text != 'e' && *text != 'E'))
        return text;
    digits = text + 1;
    if (digits < end && (*digits == '+' || *digits == '-'))
        digits++;
    text = skip_digits(digits, end);
    return text > digits ? text : NULL;
}

bool nucleus_json_read_number(struct nucleus_json_reader *reader, struct nucleus_span *ret)
{
    const char *start = reader->at;
    const char *integer = *start == '-' ? start + 1 : start;
    const char *at = skip_digits(integer, reader->end);

    if (at == integer)
        return fail(reader, "malformed number");
    if (*integer == '0')
        at = integer + 1;
    at = skip_fraction(at, reader->end);
    if (at)
        at = skip_exponent(at, reader->end);
    if (!at)
        return fail(reader, "malformed number");
    reader->at = at;
    ret->start = start;
    ret->len = (size_t)(at - start);
    return true;
}

static bool skip_literal(struct nucleus_json_reader *reader, const char *literal, size_t len)
{
    if ((size_t)(reader->end - reader->at) < len)
        return fail(reader, "expected a value");
    /*@ loop invariant 0 <= i <= len;
        loop assigns i;
        loop variant len - i;
    */
    for (size_t i = 0; i < len; i++) {
        if (reader->at[i] != literal[i])
            return fail(reader, "expected a value");
    }
    reader->at += len;
    return true;
}

static bool in_object(const struct nucleus_json_reader *reader)
{
    return reader->open[reader->depth - 1] == '{';
}

bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more)
{
    const char bracket = *reader->at;

    if (reader->depth == NUCLEUS_JSON_MAX_DEPTH)
        return fail(reader, "nested more than 128 levels deep");
    reader->open[reader->depth++] = bracket;
    reader->at++;
    *ret_more = nucleus_json_peek(reader) != (bracket == '{' ? '}' : ']');
    if (!*ret_more) {
        reader->at++;
        reader->depth--;
    }
    return true;
}

bool nucleus_json_read_key(struct nucleus_json_reader *reader, struct nucleus_json_read_string *ret)
{
    if (nucleus_json_peek(reader) != '"')
        return fail(reader, "expected a member name");
    if (!nucleus_json_read_string(reader, ret))
        return false;
    if (nucleus_json_peek(reader) != ':')
        return fail(reader, "expected ':'");
    reader->at++;
    return true;
}

bool nucleus_json_next(struct nucleus_json_reader *reader, bool *ret_more)
{
    const char next = nucleus_json_peek(reader);

    *ret_more = next == ',';
    if (!*ret_more) {
        if (next != (in_object(reader) ? '}' : ']'))
            return fail(reader, in_object(reader) ? "expected ',' or '}'" : "expected ',' or ']'");
        reader->depth--;
    }
    reader->at++;
    return true;
}

/* Skips a value that is no container, or goes into one. */
static bool skip_scalar_or_enter(struct nucleus_json_reader *reader, bool *ret_more)
{
    struct nucleus_json_read_string string;
    struct nucleus_span number;
    const char first = nucleus_json_peek(reader);

    *ret_more = false;
    switch (first) {
    case '{':
    case '[':
        return nucleus_json_enter(reader, ret_more);
    case '"':
        return nucleus_json_read_string(reader, &string);
    case 't':
        return skip_literal(reader, "true", 4);
    case 'f':
        return skip_literal(reader, "false", 5);
    case 'n':
        return skip_literal(reader, "null", 4);
    default:
        break;
    }
    if (first == '-' || (first >= '0' && first <= '9'))
        return nucleus_json_read_number(reader, &number);
    return fail(reader, "expected a value");
}

/* Not by recursion: the text decides how deep it goes. */
bool nucleus_json_skip(struct nucleus_json_reader *reader)
{
    const size_t outer = reader->depth;
    struct nucleus_json_read_string name;

    /*@ loop invariant valid_reader(reader) && reader->depth >= outer;
        loop invariant moved{Pre, Here}(reader, 0);
        loop assigns reader->at, reader->problem, reader->depth, reader->open[0 .. 127], name;
        loop variant reader->end - reader->at;
    */
    do {
        bool more;

        if (!skip_scalar_or_enter(reader, &more))
            return false;
        /*@ loop invariant valid_reader(reader) && reader->depth >= outer + (more ? 1 : 0);
            loop invariant moved{Pre, Here}(reader, 1) && moved{LoopEntry, Here}(reader, 0);
            loop assigns reader->at, reader->problem, reader->depth, more;
            loop variant reader->end - reader->at;
        */
        while (!more && reader->depth > outer) {
            if (!nucleus_json_next(reader, &more))
                return false;
        }
        if (more && in_object(reader) && !nucleus_json_read_key(reader, &name))
            return false;
    } while (reader->depth > outer);
    return true;
}

bool nucleus_json_expect_end(struct nucleus_json_reader *reader)
{
    (void)nucleus_json_peek(reader);
    if (reader->at == reader->end)
        return true;
    return fail(reader, "trailing characters after the document");
}

enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err)
{
    const char *line = reader->text;
    size_t number = 1;

    /*@ loop invariant ordered(reader->text, p) && ordered(p, reader->at);
        loop invariant ordered(reader->text, line) && ordered(line, p);
        loop invariant 1 <= number <= p - reader->text + 1;
        loop assigns p, line, number;
        loop variant reader->at - p;
    */
    for (const char *p = reader->text; p < reader->at; p++) {
        if (*p == '\n') {
            line = p + 1;
            number++;
        }
    }
    return nucleus_fail(err, status, "line %zu, column %zu: %s", number,
                        (size_t)(reader->at - line) + 1, problem ? problem : reader->problem);
}
