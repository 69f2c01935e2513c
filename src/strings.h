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

/* The span holds just the bytes of text, without its NUL. */
bool nucleus_span_equals(struct nucleus_span span, const char *text);

/* Reads a number of decimal digits, at least one and nothing else. Returns false for others, and
 * for numbers above 2^64-1. */
bool nucleus_parse_u64(struct nucleus_span span, uint64_t *ret);

/* The bytes that a number of 64 bits takes at most. */
enum { NUCLEUS_U64_DIGITS = 20 };

/* Writes value in decimal digits to room. Returns them. */
struct nucleus_span nucleus_format_u64(char room[NUCLEUS_U64_DIGITS], uint64_t value);

/* The span as a string. NULL: no memory. */
char *nucleus_span_copy(struct nucleus_span span);

/* Copies a string, or a list of them. A NULL gives a NULL. Returns false: no memory. */
bool nucleus_string_copy(const char *text, char **ret);
bool nucleus_strings_copy(char *const *list, char ***ret);

/* Frees the list and its strings. NULL is fine. */
void nucleus_strings_free(char **list);

#endif
