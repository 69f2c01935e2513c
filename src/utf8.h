/* SPDX-License-Identifier: MIT */
/* UTF-8, and the bytes that are special in the strings of JSON. */
#ifndef NUCLEUS_UTF8_H
#define NUCLEUS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The comments that begin with an at sign are contracts in ACSL; tests/proof shows that they
 * hold. */

/* A well-formed sequence of length bytes: Unicode 15, table 3-7, row by row. */

/* The length of the well-formed UTF-8 sequence at text (Unicode 15, table 3-7), or 0. text is
 * below end. */
size_t nucleus_utf8_length(const char *text, const char *end);

/* Skips what a JSON string may hold as it is: well-formed UTF-8 without control bytes (below 0x20),
 * '"' and '\\'. Returns the first other byte, or end. */
const char *nucleus_skip_text(const char *text, const char *end);

#endif
