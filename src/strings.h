/* SPDX-License-Identifier: MIT */
/* Strings, spans of text, NULL-terminated lists of strings, and decimal numbers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of a text. It may contain any bytes. */
struct nucleus_span {
    const char *start;
    size_t len;
};

/* Returns true if span has the same bytes as text without its NUL. */
bool nucleus_span_equals(struct nucleus_span span, const char *text);

/* Parses one or more decimal digits. Returns false for anything else, and for numbers above
 * 2^64-1. */
bool nucleus_parse_u64(struct nucleus_span span, uint64_t *ret);

/* The digits of 2^64-1. */
enum { NUCLEUS_U64_DIGITS = 20 };

/* Formats value in decimal. Returns a span of buf. */
struct nucleus_span nucleus_format_u64(char buf[NUCLEUS_U64_DIGITS], uint64_t value);

/* Returns the span as a string, which must be freed with free(3), or NULL if out of memory. */
char *nucleus_span_copy(struct nucleus_span span);

/* Copies text, which may be NULL. Returns false if out of memory. */
bool nucleus_string_copy(const char *text, char **ret);

/* Copies list. Returns false if out of memory; *ret is then NULL or a list of the first strings.
 * In either case it must be freed with nucleus_strings_free(). */
bool nucleus_strings_copy(char *const *list, char ***ret);

/* Frees list, which may be NULL, and its strings. */
void nucleus_strings_free(char **list);
