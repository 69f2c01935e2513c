/* SPDX-License-Identifier: MIT */
#include "strings.h"

#include <stdlib.h>
#include <string.h>

bool nucleus_span_equals(struct nucleus_span span, const char *text)
{
    /*@ loop invariant 0 <= i <= span.len;
        loop invariant \forall integer j; 0 <= j < i ==> text[j] != 0 && text[j] == span.start[j];
        loop assigns i;
        loop variant span.len - i;
    */
    for (size_t i = 0; i < span.len; i++) {
        if (text[i] == '\0' || text[i] != span.start[i])
            return false;
    }
    return text[span.len] == '\0';
}

bool nucleus_parse_u64(struct nucleus_span span, uint64_t *ret)
{
    uint64_t value = 0;

    if (span.len == 0)
        return false;
    /*@ loop invariant 0 <= i <= span.len && value == decimal(span.start, i);
        loop invariant \forall integer j; 0 <= j < i ==> digit(span.start[j]);
        loop assigns i, value;
        loop variant span.len - i;
    */
    for (size_t i = 0; i < span.len; i++) {
        const char byte = span.start[i];
        uint64_t digit;

        if (byte < '0' || byte > '9')
            return false;
        digit = (uint64_t)(byte - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            /*@ assert decimal(span.start, i + 1) > UINT64_MAX; */
            return false;
        }
        value = value * 10 + digit;
    }
    *ret = value;
    return true;
}

struct nucleus_span nucleus_format_u64(char buf[NUCLEUS_U64_DIGITS], uint64_t value)
{
    size_t first = NUCLEUS_U64_DIGITS;

    /*@ loop invariant 1 <= first <= NUCLEUS_U64_DIGITS;
        loop invariant value < ten_to(first);
        loop assigns first, value, buf[0 .. NUCLEUS_U64_DIGITS - 1];
        loop variant value;
    */
    do {
        buf[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return (struct nucleus_span){buf + first, NUCLEUS_U64_DIGITS - first};
}

char *nucleus_span_copy(struct nucleus_span span)
{
    char *copy = malloc(span.len + 1);

    if (copy) {
        memcpy(copy, span.start, span.len);
        copy[span.len] = '\0';
    }
    return copy;
}

bool nucleus_string_copy(const char *text, char **ret)
{
    *ret = text ? nucleus_span_copy((struct nucleus_span){text, strlen(text)}) : NULL;
    return *ret || !text;
}

bool nucleus_strings_copy(char *const *list, char ***ret)
{
    size_t count = 0;

    while (list[count])
        count++;
    *ret = calloc(count + 1, sizeof **ret);
    for (size_t i = 0; *ret && i < count; i++) {
        if (!nucleus_string_copy(list[i], &(*ret)[i]))
            return false;
    }
    return *ret;
}

void nucleus_strings_free(char **list)
{
    if (!list)
        return;
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}
