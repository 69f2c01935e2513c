/* SPDX-License-Identifier: MIT */
/*
 * A cursor over JSON text. It is strict: RFC 8259 to the letter, well-formed UTF-8 throughout, and
 * the limits that the public header names. It hands out parts of the text, not copies, and knows
 * nothing of what the text should say.
 *
 * To read a value, look at its first byte with nucleus_json_peek(). To read a container:
 *
 *     nucleus_json_enter(reader, &more);
 *     while (more) {
 *         nucleus_json_read_key(reader, &name);       in an object
 *         ... read the value, or nucleus_json_skip(reader) ...
 *         nucleus_json_next(reader, &more);
 *     }
 *
 * Each function that returns a bool returns false when the text is malformed. Nothing more can be
 * read then, and nucleus_json_fail() tells why.
 */
#ifndef NUCLEUS_JSON_READER_H
#define NUCLEUS_JSON_READER_H

#include "nucleus/checkpoint.h"
#include "strings.h"
#include "utf8.h"

enum { NUCLEUS_JSON_MAX_DEPTH = 128 };

struct nucleus_json_reader {
    const char *text;
    const char *at;      /* the next byte; after a failure, the one that it is about */
    const char *end;     /* of the text */
    const char *problem; /* NULL: none */
    size_t depth;
    char open[NUCLEUS_JSON_MAX_DEPTH]; /* '{' or '[' of each container around at */
};

struct nucleus_json_read_string {
    struct nucleus_span quoted; /* quotes included */
    bool has_escape;
};

void nucleus_json_init(struct nucleus_json_reader *reader, const char *text, size_t len);

/* Skips white space. Returns the byte that comes next; NUL, which begins nothing, at the end. */
char nucleus_json_peek(struct nucleus_json_reader *reader);

/* Reads the string that begins at the quote that is next. */
bool nucleus_json_read_string(struct nucleus_json_reader *reader,
                              struct nucleus_json_read_string *ret);

/* Reads the number that begins at the '-' or digit that is next. */
bool nucleus_json_read_number(struct nucleus_json_reader *reader, struct nucleus_span *ret);

/* Goes into the container whose bracket is next. ret_more: it has an element. If it has none, it is
 * left already. */
bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more);

/* Reads the name of a member and its colon. */
bool nucleus_json_read_key(struct nucleus_json_reader *reader,
                           struct nucleus_json_read_string *ret);

/* Goes on behind an element. ret_more: there is another one. If there is none, the container is
 * left. */
bool nucleus_json_next(struct nucleus_json_reader *reader, bool *ret_more);

/* Skips the value that is next, whatever it is. */
bool nucleus_json_skip(struct nucleus_json_reader *reader);

/* Nothing but white space follows the document. */
bool nucleus_json_expect_end(struct nucleus_json_reader *reader);

/* Sets err to "line L, column C: PROBLEM" for the byte at the cursor; a NULL problem is the
 * reader's. Returns status. */
enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err);

#endif
