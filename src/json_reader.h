/* SPDX-License-Identifier: MIT */
/*
 * A cursor over JSON text. It is strict: RFC 8259 to the letter, well-formed UTF-8 throughout, and
 * the limits that the public header documents. It returns spans of the text, not copies, and does
 * not know which members a document has.
 *
 * To read a value, look at its first byte with nucleus_json_peek(). To read a container:
 *
 *     nucleus_json_enter(reader, &more);
 *     while (more) {
 *         nucleus_json_read_key(reader, &key);        only in an object
 *         ... read the value, or nucleus_json_skip(reader) ...
 *         nucleus_json_next(reader, &more);
 *     }
 *
 * Each function that returns a bool returns false if the text is malformed. After that, the reader
 * must not read any more; problem and nucleus_json_position() describe the error.
 */
#pragma once

#include "nucleus/checkpoint.h"
#include "strings.h"

enum { NUCLEUS_JSON_MAX_DEPTH = 128 };

struct nucleus_json_reader {
    const char *text;
    const char *cursor;  /* the next byte; after an error, the byte that caused it */
    const char *end;     /* of the text */
    const char *problem; /* the reason for an error, or NULL */
    size_t depth;
    char stack[NUCLEUS_JSON_MAX_DEPTH]; /* '{' or '[' of each container around the cursor */
};

struct nucleus_json_string {
    struct nucleus_span quoted; /* including the quotes */
    bool has_escape;
};

/* A place in the text, counted from 1; column is in bytes. */
struct nucleus_json_position {
    size_t line, column;
};

/* Skips what a JSON string may contain unescaped: well-formed UTF-8 other than control bytes
 * (below 0x20), '"' and '\\'. Returns a pointer to the first other byte, or end. */
const char *nucleus_json_skip_unescaped(const char *text, const char *end);

void nucleus_json_init(struct nucleus_json_reader *reader, const char *text, size_t len);

/* Skips white space. Returns the byte at the cursor, or NUL, which starts no value, at the end. */
char nucleus_json_peek(struct nucleus_json_reader *reader);

/* Reads the string whose opening quote is at the cursor. */
bool nucleus_json_read_string(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/* Reads the number whose '-' or first digit is at the cursor. */
bool nucleus_json_read_number(struct nucleus_json_reader *reader, struct nucleus_span *ret);

/* Enters the container whose bracket is at the cursor. Skips an empty container and sets *ret_more
 * to false. */
bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more);

/* Reads the name of a member and its colon. */
bool nucleus_json_read_key(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/* Advances past ',' or the closing bracket. Sets *ret_more to false after the last element. */
bool nucleus_json_next(struct nucleus_json_reader *reader, bool *ret_more);

/* Skips the next value, of any type. */
bool nucleus_json_skip(struct nucleus_json_reader *reader);

/* Returns true if only white space follows. */
bool nucleus_json_expect_end(struct nucleus_json_reader *reader);

/* Returns the position of the cursor. */
struct nucleus_json_position nucleus_json_position(const struct nucleus_json_reader *reader);

/* Sets err to "line L, column C: PROBLEM" for the position of the cursor. Returns status. */
enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err);
