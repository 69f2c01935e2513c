/* SPDX-License-Identifier: MIT */
/* Strings, parts of them, NULL-terminated lists of them, and numbers in decimal digits. What is
 * allocated is malloc(3)'s. */
#ifndef NUCLEUS_STRINGS_H
#define NUCLEUS_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a text; it may hold any byte. */
struct nucleus_span {
    const char *start;
    size_t len;
};

/*@ predicate readable_span(struct nucleus_span span) =
      \valid_read(span.start + (0 .. span.len - 1));

    predicate readable_string(char *text) =
      \exists integer n; 0 <= n <= PTRDIFF_MAX && text[n] == 0 && \valid_read(text + (0 .. n));

    predicate digit(integer byte) = '0' <= byte <= '9';

    logic integer decimal(char *text, integer count) =
      count <= 0 ? 0 : decimal(text, count - 1) * 10 + (text[count - 1] - '0');
*/

/* The span holds just the bytes of text, without its NUL. */
/*@ requires readable_span(span) && readable_string(text);
    assigns \nothing;
    ensures \result <==> text[span.len] == 0 &&
      (\forall integer i; 0 <= i < span.len ==> text[i] != 0 && text[i] == span.start[i]);
*/
bool nucleus_span_equals(struct nucleus_span span, const char *text);

/* Reads a number of decimal digits, at least one and nothing else. Returns false for others, and
 * for numbers above 2^64-1. */
/*@ requires readable_span(span) && \valid(ret);
    requires \separated(ret, span.start + (0 .. span.len - 1));
    assigns *ret;
    ensures \result ==> *ret == decimal(span.start, span.len);
    ensures \result ==> span.len > 0 &&
      (\forall integer i; 0 <= i < span.len ==> digit(span.start[i]));
    ensures !\result ==> span.len == 0 ||
      (\exists integer i; 0 <= i < span.len && !digit(span.start[i])) ||
      (\exists integer count; 0 <= count <= span.len && decimal(span.start, count) > UINT64_MAX);
*/
bool nucleus_parse_u64(struct nucleus_span span, uint64_t *ret);

/* The bytes that a number of 64 bits takes at most. */
enum { NUCLEUS_U64_DIGITS = 20 };

/* Writes value in decimal digits to room. Returns them. */
/*@ requires \valid(room + (0 .. NUCLEUS_U64_DIGITS - 1));
    assigns room[0 .. NUCLEUS_U64_DIGITS - 1];
    ensures 1 <= \result.len <= NUCLEUS_U64_DIGITS;
    ensures \result.start + \result.len == room + NUCLEUS_U64_DIGITS;
*/
struct nucleus_span nucleus_format_u64(char room[NUCLEUS_U64_DIGITS], uint64_t value);

/* The span as a string. NULL: no memory. */
char *nucleus_span_copy(struct nucleus_span span);

/* Copies a string, or a list of them. A NULL gives a NULL. Returns false: no memory. */
bool nucleus_string_copy(const char *text, char **ret);
bool nucleus_strings_copy(char *const *list, char ***ret);

/* Frees the list and its strings. NULL is fine. */
void nucleus_strings_free(char **list);

#endif
