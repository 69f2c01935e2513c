/* SPDX-License-Identifier: MIT */
/* The strict check of JSON text that comes before cJSON: RFC 8259 to the letter, and the limits
 * that the public header names. */
#ifndef NUCLEUS_JSON_CHECK_H
#define NUCLEUS_JSON_CHECK_H

#include "nucleus/checkpoint.h"

enum { NUCLEUS_JSON_MAX_DEPTH = 128 };

/* Checks the whole text. ret_inexact: how many of its numbers nucleus_json_number() calls
 * inexact. Returns NUCLEUS_OK or NUCLEUS_ERROR_SYNTAX. */
enum nucleus_status nucleus_json_check(const char *text, size_t len, size_t *ret_inexact,
                                       struct nucleus_error *err);

/* The length of the number at text, which is below end; 0 if none is well-formed there. ret_exact:
 * it is an integer of at most 15 digits, so that a double holds it exactly. */
size_t nucleus_json_number(const char *text, const char *end, bool *ret_exact);

/* The first byte that is not white space. */
const char *nucleus_json_skip_space(const char *text, const char *end);

/* Sets err to "line L, column C: PROBLEM" for the byte at position. Returns status. */
enum nucleus_status nucleus_json_fail(struct nucleus_error *err, enum nucleus_status status,
                                      const char *text, const char *position, const char *problem);

#endif
