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
 *         nucleus_json_name(reader, &name);       in an object
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

struct nucleus_json_string {
    struct nucleus_span quoted; /* quotes included */
    bool has_escape;
};

/*@ predicate valid_reader(struct nucleus_json_reader *reader) =
      \valid(reader) && reader->depth <= NUCLEUS_JSON_MAX_DEPTH &&
      ordered(reader->text, reader->at) && ordered(reader->at, reader->end) &&
      readable_text(reader->text, reader->end) &&
      \separated(reader, reader->text + (0 .. reader->end - reader->text - 1));

    predicate at_byte(struct nucleus_json_reader *reader, integer byte) =
      reader->at < reader->end && *reader->at == byte;

    predicate at_number(struct nucleus_json_reader *reader) =
      reader->at < reader->end && (*reader->at == '-' || '0' <= *reader->at <= '9');

    predicate moved{Before, Now}(struct nucleus_json_reader *reader, integer least) =
      \at(reader->at, Now) - \at(reader->at, Before) >= least;
*/

/*@ requires \valid(reader) && \valid_read(text + (0 .. len - 1)) && len <= PTRDIFF_MAX &&
      \object_pointer(text) && \object_pointer(text + len);
    requires \separated(reader, text + (0 .. len - 1));
    assigns *reader;
    ensures valid_reader(reader) && reader->at == text && reader->end == text + len;
    ensures reader->depth == 0;
*/
void nucleus_json_begin(struct nucleus_json_reader *reader, const char *text, size_t len);

/* Skips white space. Returns the byte that comes next; NUL, which begins nothing, at the end. */
/*@ requires valid_reader(reader);
    assigns reader->at;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, 0);
    ensures \result == (reader->at < reader->end ? *reader->at : 0);
*/
char nucleus_json_peek(struct nucleus_json_reader *reader);

/* Reads the string that begins at the quote that is next. */
/*@ requires valid_reader(reader) && at_byte(reader, '"');
    requires \valid(ret) && \separated(ret, reader);
    assigns reader->at, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 2 : 0);
    ensures \result ==> ret->quoted.start == \old(reader->at) &&
      ret->quoted.start + ret->quoted.len == reader->at;
*/
bool nucleus_json_string(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/* Reads the number that begins at the '-' or digit that is next. */
/*@ requires valid_reader(reader) && at_number(reader);
    requires \valid(ret) && \separated(ret, reader);
    assigns reader->at, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> ret->start == \old(reader->at) && ret->start + ret->len == reader->at;
*/
bool nucleus_json_number(struct nucleus_json_reader *reader, struct nucleus_span *ret);

/* Goes into the container whose bracket is next. ret_more: it has an element. If it has none, it is
 * left already. */
/*@ requires valid_reader(reader) && (at_byte(reader, '{') || at_byte(reader, '['));
    requires \valid(ret_more) && \separated(ret_more, reader);
    assigns reader->at, reader->problem, reader->depth, reader->open[0 .. 127], *ret_more;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth) + (*ret_more ? 1 : 0);
*/
bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more);

/* Reads the name of a member and its colon. */
/*@ requires valid_reader(reader) && \valid(ret) && \separated(ret, reader);
    assigns reader->at, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 3 : 0);
    ensures \result ==> ordered(reader->text, ret->quoted.start) && ret->quoted.len >= 2 &&
      ordered(ret->quoted.start + ret->quoted.len, reader->at);
*/
bool nucleus_json_name(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/* Goes on behind an element. ret_more: there is another one. If there is none, the container is
 * left. */
/*@ requires valid_reader(reader) && reader->depth > 0;
    requires \valid(ret_more) && \separated(ret_more, reader);
    assigns reader->at, reader->problem, reader->depth, *ret_more;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth) - (*ret_more ? 0 : 1);
*/
bool nucleus_json_next(struct nucleus_json_reader *reader, bool *ret_more);

/* Skips the value that is next, whatever it is. */
/*@ requires valid_reader(reader);
    assigns reader->at, reader->problem, reader->depth, reader->open[0 .. 127];
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth);
*/
bool nucleus_json_skip(struct nucleus_json_reader *reader);

/* Nothing but white space follows the document. */
/*@ requires valid_reader(reader);
    assigns reader->at, reader->problem;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, 0);
    ensures \result ==> reader->at == reader->end;
*/
bool nucleus_json_finish(struct nucleus_json_reader *reader);

/* Sets err to "line L, column C: PROBLEM" for the byte at the cursor; a NULL problem is the
 * reader's. Returns status. */
/*@ requires valid_reader(reader);
    requires readable_string(problem == \null ? reader->problem : problem);
*/
enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err);

#endif
