/* SPDX-License-Identifier: MIT */
#include "json_check.h"

#include <string.h>

#include "error.h"
#include "utf8.h"

/* A double has 53 bits: it holds every integer of 15 digits, not every one of 16. */
enum { EXACT_DIGITS = 15 };

struct check {
    const char *at; /* the next byte; after a failure, the one it is about */
    const char *end;
    const char *problem;
    size_t depth;
    size_t inexact;
    char open[NUCLEUS_JSON_MAX_DEPTH]; /* '{' or '[' of each container around at */
};

static bool fail(struct check *check, const char *problem)
{
    check->problem = check->at < check->end ? problem : "unexpected end of text";
    return false;
}

const char *nucleus_json_skip_space(const char *text, const char *end)
{
    while (text < end && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t'))
        text++;
    return text;
}

/* Skips white space. Returns the byte that comes next; NUL, which nothing accepts, at the end. */
static char peek(struct check *check)
{
    check->at = nucleus_json_skip_space(check->at, check->end);
    if (check->at == check->end)
        return '\0';
    return *check->at;
}

/* The four hexadecimal digits at text as a number, or -1. */
static int hex4(const char *text, const char *end)
{
    int value = 0;

    if (end - text < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = (unsigned char)text[i];

        if (digit >= '0' && digit <= '9')
            digit -= '0';
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            digit = (digit | 0x20) - 'a' + 10;
        else
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_low_surrogate(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* At the backslash of a \u escape; takes both halves of a surrogate pair. */
static bool check_unicode_escape(struct check *check)
{
    const char *at = check->at;
    int unit = hex4(at + 2, check->end);
    bool high = unit >= 0xd800 && unit <= 0xdbff;

    if (unit < 0)
        return fail(check, "\\u without four hexadecimal digits");
    if (unit == 0)
        return fail(check, "\\u0000, which no C string can hold");
    if (is_low_surrogate(unit))
        return fail(check, "lone surrogate");
    if (high && (check->end - at < 8 || at[6] != '\\' || at[7] != 'u' ||
                 !is_low_surrogate(hex4(at + 8, check->end))))
        return fail(check, "lone surrogate");
    check->at += high ? 12 : 6;
    return true;
}

/* At a backslash. */
static bool check_escape(struct check *check)
{
    char kind = '\0';

    if (check->end - check->at > 1)
        kind = check->at[1];
    if (kind == 'u')
        return check_unicode_escape(check);
    if (kind == '\0' || !strchr("\"\\/bfnrt", kind))
        return fail(check, "unknown escape");
    check->at += 2;
    return true;
}

/* At the opening quote. */
static bool check_string(struct check *check)
{
    check->at++;
    for (;;) {
        size_t length;

        check->at = nucleus_skip_plain(check->at, check->end);
        if (check->at == check->end)
            return fail(check, NULL);
        if (*check->at == '"')
            break;
        if (*check->at == '\\') {
            if (!check_escape(check))
                return false;
            continue;
        }
        if ((unsigned char)*check->at < 0x20)
            return fail(check, "control byte in a string");
        length = nucleus_utf8_length(check->at, check->end);
        if (length == 0)
            return fail(check, "not valid UTF-8");
        check->at += length;
    }
    check->at++;
    return true;
}

static const char *skip_digits(const char *text, const char *end)
{
    while (text < end && *text >= '0' && *text <= '9')
        text++;
    return text;
}

size_t nucleus_json_number(const char *text, const char *end, bool *ret_exact)
{
    const char *integer = *text == '-' ? text + 1 : text;
    const char *at = skip_digits(integer, end);
    const char *digits;

    if (at == integer)
        return 0;
    if (*integer == '0')
        at = integer + 1;
    *ret_exact = integer == text && at - integer <= EXACT_DIGITS;
    if (at < end && *at == '.') {
        digits = at + 1;
        at = skip_digits(digits, end);
        if (at == digits)
            return 0;
        *ret_exact = false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        digits = at + 1;
        if (digits < end && (*digits == '+' || *digits == '-'))
            digits++;
        at = skip_digits(digits, end);
        if (at == digits)
            return 0;
        *ret_exact = false;
    }
    return (size_t)(at - text);
}

static bool check_number(struct check *check)
{
    bool exact;
    size_t length = nucleus_json_number(check->at, check->end, &exact);

    if (length == 0)
        return fail(check, "malformed number");
    check->inexact += !exact;
    check->at += length;
    return true;
}

static bool check_literal(struct check *check, const char *literal)
{
    size_t length = strlen(literal);

    if ((size_t)(check->end - check->at) < length || memcmp(check->at, literal, length) != 0)
        return fail(check, "expected a value");
    check->at += length;
    return true;
}

/* At a value that is no container. */
static bool check_scalar(struct check *check, char first)
{
    switch (first) {
    case '"':
        return check_string(check);
    case 't':
        return check_literal(check, "true");
    case 'f':
        return check_literal(check, "false");
    case 'n':
        return check_literal(check, "null");
    default:
        if (first == '-' || (first >= '0' && first <= '9'))
            return check_number(check);
        return fail(check, "expected a value");
    }
}

static bool in_object(const struct check *check)
{
    return check->open[check->depth - 1] == '{';
}

/* What comes before a value: in an object its name and the colon, in an array nothing. */
static bool check_name(struct check *check)
{
    if (!in_object(check))
        return true;
    if (peek(check) != '"')
        return fail(check, "expected a member name");
    if (!check_string(check))
        return false;
    if (peek(check) != ':')
        return fail(check, "expected ':'");
    check->at++;
    return true;
}

/* Behind a value: takes the closing brackets that follow, then the comma and what comes before
 * the next value. */
static bool check_end_of_value(struct check *check)
{
    while (check->depth > 0) {
        char next = peek(check);

        if (next == ',') {
            check->at++;
            return check_name(check);
        }
        if (next != (in_object(check) ? '}' : ']'))
            return fail(check, in_object(check) ? "expected ',' or '}'" : "expected ',' or ']'");
        check->at++;
        check->depth--;
    }
    return true;
}

/* At a bracket. ret_empty: its counterpart is next. */
static bool check_open(struct check *check, char bracket, bool *ret_empty)
{
    if (check->depth == NUCLEUS_JSON_MAX_DEPTH)
        return fail(check, "nested deeper than 128");
    check->open[check->depth++] = bracket;
    check->at++;
    *ret_empty = peek(check) == (bracket == '{' ? '}' : ']');
    return *ret_empty || check_name(check);
}

static bool check_document(struct check *check)
{
    do {
        char first = peek(check);

        if (first == '{' || first == '[') {
            bool empty;

            if (!check_open(check, first, &empty))
                return false;
            if (!empty)
                continue;
        } else if (!check_scalar(check, first)) {
            return false;
        }
        if (!check_end_of_value(check))
            return false;
    } while (check->depth > 0);
    (void)peek(check);
    if (check->at < check->end)
        return fail(check, "text after the document");
    return true;
}

enum nucleus_status nucleus_json_fail(struct nucleus_error *err, enum nucleus_status status,
                                      const char *text, const char *position, const char *problem)
{
    const char *line = text;
    size_t number = 1;

    for (const char *p = text; p < position; p++) {
        if (*p == '\n') {
            line = p + 1;
            number++;
        }
    }
    return nucleus_fail(err, status, "line %zu, column %zu: %s", number,
                        (size_t)(position - line) + 1, problem);
}

enum nucleus_status nucleus_json_check(const char *text, size_t len, size_t *ret_inexact,
                                       struct nucleus_error *err)
{
    struct check check = {.at = text, .end = text + len};

    if (!check_document(&check))
        return nucleus_json_fail(err, NUCLEUS_ERROR_SYNTAX, text, check.at, check.problem);
    *ret_inexact = check.inexact;
    return NUCLEUS_OK;
}
