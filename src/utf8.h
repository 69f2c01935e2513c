/* SPDX-License-Identifier: MIT */
/* Well-formed UTF-8: Unicode 15, table 3-7. */
#pragma once

#include <stddef.h>

/* Returns the length of the well-formed sequence at text, which must be below end, or 0 if the
 * bytes there are not one. */
size_t nucleus_utf8_length(const char *text, const char *end);

/* Skips well-formed sequences of two bytes or more. Returns a pointer to the first byte that is
 * not part of one, or end. */
const char *nucleus_utf8_skip_non_ascii(const char *text, const char *end);
