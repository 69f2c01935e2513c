/* SPDX-License-Identifier: MIT */
/* UTF-8 and the bytes that JSON strings treat in a special way. */
#ifndef NUCLEUS_UTF8_H
#define NUCLEUS_UTF8_H

#include <stddef.h>

/* The length of the well-formed UTF-8 sequence at text (Unicode 15, table 3-7), or 0. text is
 * below end. */
size_t nucleus_utf8_length(const char *text, const char *end);

/* Skips plain bytes: ASCII but for control bytes, '"' and '\\'. Returns the first other one, or
 * end. */
const char *nucleus_skip_plain(const char *text, const char *end);

#endif
