/* SPDX-License-Identifier: MIT */
#include "json_reader.h"

#include "error.h"
#include "utf8.h"

static bool fail(struct nucleus_json_reader *reader, const char *problem)
{
    reader->problem = reader->cursor < reader->end ? problem : "unexpected end of input";
    return false;
}

void nucleus_json_init(struct nucleus_json_reader *reader, const char *text, size_t len)
{
    reader->text = text;
    reader->cursor = text;
    reader->end = text + len;
    reader->problem = NULL;
    reader->depth = 0;
}

char nucleus_json_peek(struct nucleus_json_reader *reader)
{
    const char *next = reader->cursor;

    /*@ loop invariant ordered(reader->cursor, next) && ordered(next, reader->end);
        loop assigns next;
        loop variant reader->end - next;
    */
    while (next < reader->end && (*next == ' ' || *next == '\n' || *next == '\r' || *next == '\t'))
        next++;
    reader->cursor = next;
    if (next == reader->end)
        return '\0';
    return *next;
}

/* Returns the value of a hexadecimal digit, or -1 if byte is not one. */
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

/* Returns the value of the four hexadecimal digits at text, or -1 if they are not there. */
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

static bool is_low_surrogate(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Skips the \u escape at the cursor, or both escapes of a surrogate pair. */
static bool skip_unicode_escape(struct nucleus_json_reader *reader)
{
    const char *escape = reader->cursor;
    const int unit = hex4(escape + 2, reader->end);

    if (unit < 0)
        return fail(reader, "\\u must be followed by four hexadecimal digits");
    if (unit == 0)
        return fail(reader, "\\u0000 is not supported");
    if (unit < 0xd800 || unit > 0xdfff) {
        reader->cursor = escape + 6;
        return true;
    }
    if (is_low_surrogate(unit) || reader->end - escape < 8 || escape[6] != '\\' ||
        escape[7] != 'u' || !is_low_surrogate(hex4(escape + 8, reader->end)))
        return fail(reader, "lone surrogate");
    reader->cursor = escape + 12;
    return true;
}

/* Skips the escape sequence whose backslash is at the cursor. */
static bool skip_escape(struct nucleus_json_reader *reader)
{
    char kind = '\0';

    if (reader->end - reader->cursor > 1)
        kind = reader->cursor[1];
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
        reader->cursor += 2;
        return true;
    default:
        break;
    }
    return fail(reader, "invalid escape sequence");
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

#define NTH(i) ((uint64_t)(unsigned char)text[i] << (8 * (i)))

/* Returns true if the eight bytes at text are plain. Each sum sets the top bit of the bytes that
 * pass one test; none carries into the next byte. */
static bool is_plain_word(const char *text)
{
    const uint64_t word = NTH(0) | NTH(1) | NTH(2) | NTH(3) | NTH(4) | NTH(5) | NTH(6) | NTH(7);
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t ascii = word & (ones * 0x7f);
    const uint64_t no_control = ascii + ones * 0x60;
    const uint64_t no_quote = (ascii ^ (ones * '"')) + ones * 0x7f;
    const uint64_t no_backslash = (ascii ^ (ones * '\\')) + ones * 0x7f;

    return (~word & no_control & no_quote & no_backslash & (ones * 0x80)) == ones * 0x80;
}

const char *nucleus_json_skip_unescaped(const char *text, const char *end)
{
    const char *ascii_end;

    /*@ loop invariant ordered(\at(text, Pre), text) && ordered(text, end);
        loop assigns text, ascii_end;
        loop variant end - text;
    */
    do {
        /*@ loop invariant ordered(\at(text, LoopEntry), text) && ordered(text, end);
            loop assigns text;
            loop variant end - text;
        */
        while (end - text >= 8 && is_plain_word(text))
            text += 8;
        /*@ loop invariant ordered(\at(text, LoopEntry), text) && ordered(text, end);
            loop assigns text;
            loop variant end - text;
        */
        while (text < end && is_plain((unsigned char)*text))
            text++;
        ascii_end = text;
        text = nucleus_utf8_skip_non_ascii(text, end);
    } while (text > ascii_end);
    return text;
}

bool nucleus_json_read_string(struct nucleus_json_reader *reader, struct nucleus_json_string *ret)
{
    const char *start = reader->cursor;
    bool has_escape = false;

    reader->cursor = nucleus_json_skip_unescaped(start + 1, reader->end);
    /*@ loop invariant valid_reader(reader) && ordered(start + 1, reader->cursor);
        loop assigns reader->cursor, reader->problem, has_escape;
        loop variant reader->end - reader->cursor;
    */
    while (reader->cursor < reader->end && *reader->cursor == '\\') {
        if (!skip_escape(reader))
            return false;
        has_escape = true;
        reader->cursor = nucleus_json_skip_unescaped(reader->cursor, reader->end);
    }
    if (reader->cursor == reader->end || *reader->cursor != '"')
        return fail(reader, reader->cursor < reader->end && (unsigned char)*reader->cursor < 0x20
                                ? "unescaped control character in string"
                                : "invalid UTF-8");
    reader->cursor++;
    ret->quoted.start = start;
    ret->quoted.len = (size_t)(reader->cursor - start);
    ret->has_escape = has_escape;
    return true;
}

/* Skips one or more digits. Returns NULL if there are none. */
static const char *skip_digits(const char *text, const char *end)
{
    const char *first = text;

    /*@ loop invariant ordered(first, text) && ordered(text, end);
        loop assigns text;
        loop variant end - text;
    */
    while (text < end && *text >= '0' && *text <= '9')
        text++;
    return text > first ? text : NULL;
}

/* Skips the fraction at text, if there is one. Returns NULL if it has no digits. */
static const char *skip_fraction(const char *text, const char *end)
{
    return text < end && *text == '.' ? skip_digits(text + 1, end) : text;
}

/* Skips the exponent at text, if there is one. Returns NULL if it has no digits. */
static const char *skip_exponent(const char *text, const char *end)
{
    if (text == end || (*text != 'e' && *text != 'E'))
        return text;
    text++;
    if (text < end && (*text == '+' || *text == '-'))
        text++;
    return skip_digits(text, end);
}

bool nucleus_json_read_number(struct nucleus_json_reader *reader, struct nucleus_span *ret)
{
    const char *start = reader->cursor;
    const char *integer = *start == '-' ? start + 1 : start;
    const char *stop = skip_digits(integer, reader->end);

    if (stop && *integer == '0')
        stop = integer + 1;
    if (stop)
        stop = skip_fraction(stop, reader->end);
    if (stop)
        stop = skip_exponent(stop, reader->end);
    if (!stop)
        return fail(reader, "malformed number");
    reader->cursor = stop;
    ret->start = start;
    ret->len = (size_t)(stop - start);
    return true;
}

static bool skip_literal(struct nucleus_json_reader *reader, const char *literal, size_t len)
{
    if ((size_t)(reader->end - reader->cursor) < len)
        return fail(reader, "expected a value");
    /*@ loop invariant 0 <= i <= len;
        loop assigns i;
        loop variant len - i;
    */
    for (size_t i = 0; i < len; i++) {
        if (reader->cursor[i] != literal[i])
            return fail(reader, "expected a value");
    }
    reader->cursor += len;
    return true;
}

static bool in_object(const struct nucleus_json_reader *reader)
{
    return reader->stack[reader->depth - 1] == '{';
}

bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more)
{
    const char bracket = *reader->cursor;

    if (reader->depth == NUCLEUS_JSON_MAX_DEPTH)
        return fail(reader, "nested more than 128 levels deep");
    reader->stack[reader->depth++] = bracket;
    reader->cursor++;
    *ret_more = nucleus_json_peek(reader) != (bracket == '{' ? '}' : ']');
    if (!*ret_more) {
        reader->cursor++;
        reader->depth--;
    }
    return true;
}

bool nucleus_json_read_key(struct nucleus_json_reader *reader, struct nucleus_json_string *ret)
{
    if (nucleus_json_peek(reader) != '"')
        return fail(reader, "expected a member name");
    if (!nucleus_json_read_string(reader, ret))
        return false;
    if (nucleus_json_peek(reader) != ':')
        return fail(reader, "expected ':'");
    reader->cursor++;
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
    reader->cursor++;
    return true;
}

/* Skips the value at the cursor, or enters it if it is a container that has an element. */
static bool skip_scalar_or_enter(struct nucleus_json_reader *reader, bool *ret_more)
{
    struct nucleus_json_string string;
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

/* Iterative, so that input cannot exhaust the stack. */
bool nucleus_json_skip(struct nucleus_json_reader *reader)
{
    const size_t outer = reader->depth;
    struct nucleus_json_string name;

    /*@ loop invariant valid_reader(reader) && reader->depth >= outer;
        loop invariant moved{Pre, Here}(reader, 0);
        loop assigns reader->cursor, reader->problem, reader->depth, reader->stack[0 .. 127], name;
        loop variant reader->end - reader->cursor;
    */
    do {
        bool more;

        if (!skip_scalar_or_enter(reader, &more))
            return false;
        /*@ loop invariant valid_reader(reader) && reader->depth >= outer + (more ? 1 : 0);
            loop invariant moved{Pre, Here}(reader, 1) && moved{LoopEntry, Here}(reader, 0);
            loop assigns reader->cursor, reader->problem, reader->depth, more;
            loop variant reader->end - reader->cursor;
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
    if (reader->cursor == reader->end)
        return true;
    return fail(reader, "trailing characters after the document");
}

struct nucleus_json_position nucleus_json_position(const struct nucleus_json_reader *reader)
{
    const char *line_start = reader->text;
    size_t line = 1;

    /*@ loop invariant ordered(reader->text, p) && ordered(p, reader->cursor);
        loop invariant ordered(reader->text, line_start) && ordered(line_start, p);
        loop invariant 1 <= line <= p - reader->text + 1;
        loop assigns p, line, line_start;
        loop variant reader->cursor - p;
    */
    for (const char *p = reader->text; p < reader->cursor; p++) {
        if (*p == '\n') {
            line_start = p + 1;
            line++;
        }
    }
    return (struct nucleus_json_position){line, (size_t)(reader->cursor - line_start) + 1};
}

enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err)
{
    const struct nucleus_json_position position = nucleus_json_position(reader);

    return nucleus_fail(err, status, "line %zu, column %zu: %s", position.line, position.column,
                        problem);
}
