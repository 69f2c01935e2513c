/* SPDX-License-Identifier: MIT */
/* ACSL contracts of the code that parses untrusted bytes. prove.sh proves with Frama-C that they
 * hold; it includes this file before each source file. The source files themselves contain no
 * annotations except loop annotations and one assertion. */
#include "json_reader.h"
#include "strings.h"
#include "utf8.h"

/*@ predicate ordered(char *first, char *second) =
      \base_addr(first) == \base_addr(second) && first <= second;

    predicate readable_text(char *text, char *end) =
      ordered(text, end) && \valid_read(text + (0 .. end - text - 1)) &&
      end - text <= PTRDIFF_MAX && \object_pointer(text) && \object_pointer(end);

    logic integer byte_at(char *text, integer i) = (unsigned char)text[i];

    predicate continuation_at(char *text, integer i) = 0x80 <= byte_at(text, i) <= 0xbf;
*/

/*@ predicate well_formed(char *text, integer length) =
      (length == 1 && byte_at(text, 0) <= 0x7f) ||
      (length == 2 && 0xc2 <= byte_at(text, 0) <= 0xdf && continuation_at(text, 1)) ||
      (length == 3 && continuation_at(text, 2) &&
       ((byte_at(text, 0) == 0xe0 && 0xa0 <= byte_at(text, 1) <= 0xbf) ||
        (0xe1 <= byte_at(text, 0) <= 0xec && continuation_at(text, 1)) ||
        (byte_at(text, 0) == 0xed && 0x80 <= byte_at(text, 1) <= 0x9f) ||
        (0xee <= byte_at(text, 0) <= 0xef && continuation_at(text, 1)))) ||
      (length == 4 && continuation_at(text, 2) && continuation_at(text, 3) &&
       ((byte_at(text, 0) == 0xf0 && 0x90 <= byte_at(text, 1) <= 0xbf) ||
        (0xf1 <= byte_at(text, 0) <= 0xf3 && continuation_at(text, 1)) ||
        (byte_at(text, 0) == 0xf4 && 0x80 <= byte_at(text, 1) <= 0x8f)));

    predicate ill_formed(char *text, char *end) =
      \forall integer length; length <= end - text ==> !well_formed(text, length);

    predicate plain(integer byte) = 0x20 <= byte < 0x80 && byte != '"' && byte != '\\';
*/

/*@ requires readable_text(text, end) && text < end;
    assigns \nothing;
    ensures \result <= end - text;
    ensures \result == 0 ? ill_formed(text, end) : well_formed(text, \result);
*/
size_t nucleus_utf8_length(const char *text, const char *end);

/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures ordered(text, \result) && ordered(\result, end);
    ensures \result == end || byte_at(\result, 0) < 0x80 || ill_formed(\result, end);
*/
const char *nucleus_utf8_skip_non_ascii(const char *text, const char *end);

/*@ assigns \nothing;
    ensures \result <==> 0x80 <= (unsigned char)byte <= 0xbf;
*/
static bool is_continuation(char byte);

/*@ predicate readable_span(struct nucleus_span span) =
      \valid_read(span.start + (0 .. span.len - 1));

    predicate readable_string(char *text) =
      \exists integer n; 0 <= n <= PTRDIFF_MAX && text[n] == 0 && \valid_read(text + (0 .. n));

    predicate digit(integer byte) = '0' <= byte <= '9';

    logic integer decimal(char *text, integer count) =
      count <= 0 ? 0 : decimal(text, count - 1) * 10 + (text[count - 1] - '0');
*/

/*@ requires readable_span(span) && readable_string(text);
    assigns \nothing;
    ensures \result <==> text[span.len] == 0 &&
      (\forall integer i; 0 <= i < span.len ==> text[i] != 0 && text[i] == span.start[i]);
*/
bool nucleus_span_equals(struct nucleus_span span, const char *text);

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

/*@ requires \valid(buf + (0 .. NUCLEUS_U64_DIGITS - 1));
    assigns buf[0 .. NUCLEUS_U64_DIGITS - 1];
    ensures 1 <= \result.len <= NUCLEUS_U64_DIGITS;
    ensures \result.start + \result.len == buf + NUCLEUS_U64_DIGITS;
*/
struct nucleus_span nucleus_format_u64(char buf[NUCLEUS_U64_DIGITS], uint64_t value);

/*@ logic integer ten_to(integer n) = n <= 0 ? 1 : 10 * ten_to(n - 1);

    lemma twenty_digits: UINT64_MAX < ten_to(20);
*/

/*@ predicate valid_reader(struct nucleus_json_reader *reader) =
      \valid(reader) && reader->depth <= NUCLEUS_JSON_MAX_DEPTH &&
      ordered(reader->text, reader->cursor) && ordered(reader->cursor, reader->end) &&
      readable_text(reader->text, reader->end) &&
      \separated(reader, reader->text + (0 .. reader->end - reader->text - 1));

    predicate at_byte(struct nucleus_json_reader *reader, integer byte) =
      reader->cursor < reader->end && *reader->cursor == byte;

    predicate at_number(struct nucleus_json_reader *reader) =
      reader->cursor < reader->end && (*reader->cursor == '-' || '0' <= *reader->cursor <= '9');

    predicate moved{Before, Now}(struct nucleus_json_reader *reader, integer least) =
      \at(reader->cursor, Now) - \at(reader->cursor, Before) >= least;
*/

/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures ordered(text, \result) && ordered(\result, end);
    ensures \result == end ||
      (byte_at(\result, 0) < 0x80 ? !plain(byte_at(\result, 0)) : ill_formed(\result, end));
*/
const char *nucleus_json_skip_unescaped(const char *text, const char *end);

/*@ assigns \nothing;
    ensures \result <==> plain(byte);
*/
static bool is_plain(unsigned char byte);

/*@ requires \valid_read(text + (0 .. 7));
    assigns \nothing;
*/
static bool is_plain_word(const char *text);

/*@ requires \valid(reader) && \valid_read(text + (0 .. len - 1)) && len <= PTRDIFF_MAX &&
      \object_pointer(text) && \object_pointer(text + len);
    requires \separated(reader, text + (0 .. len - 1));
    assigns *reader;
    ensures valid_reader(reader) && reader->cursor == text && reader->end == text + len;
    ensures reader->depth == 0;
*/
void nucleus_json_init(struct nucleus_json_reader *reader, const char *text, size_t len);

/*@ requires valid_reader(reader);
    assigns reader->cursor;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, 0);
    ensures \result == (reader->cursor < reader->end ? *reader->cursor : 0);
*/
char nucleus_json_peek(struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader) && at_byte(reader, '"');
    requires \valid(ret) && \separated(ret, reader);
    assigns reader->cursor, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 2 : 0);
    ensures \result ==> ret->quoted.start == \old(reader->cursor) &&
      ret->quoted.start + ret->quoted.len == reader->cursor;
*/
bool nucleus_json_read_string(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/*@ requires valid_reader(reader) && at_number(reader);
    requires \valid(ret) && \separated(ret, reader);
    assigns reader->cursor, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> ret->start == \old(reader->cursor) && ret->start + ret->len ==
   reader->cursor;
*/
bool nucleus_json_read_number(struct nucleus_json_reader *reader, struct nucleus_span *ret);

/*@ requires valid_reader(reader) && (at_byte(reader, '{') || at_byte(reader, '['));
    requires \valid(ret_more) && \separated(ret_more, reader);
    assigns reader->cursor, reader->problem, reader->depth, reader->stack[0 .. 127], *ret_more;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth) + (*ret_more ? 1 : 0);
*/
bool nucleus_json_enter(struct nucleus_json_reader *reader, bool *ret_more);

/*@ requires valid_reader(reader) && \valid(ret) && \separated(ret, reader);
    assigns reader->cursor, reader->problem, *ret;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 3 : 0);
    ensures \result ==> ordered(reader->text, ret->quoted.start) && ret->quoted.len >= 2 &&
      ordered(ret->quoted.start + ret->quoted.len, reader->cursor);
*/
bool nucleus_json_read_key(struct nucleus_json_reader *reader, struct nucleus_json_string *ret);

/*@ requires valid_reader(reader) && reader->depth > 0;
    requires \valid(ret_more) && \separated(ret_more, reader);
    assigns reader->cursor, reader->problem, reader->depth, *ret_more;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth) - (*ret_more ? 0 : 1);
*/
bool nucleus_json_next(struct nucleus_json_reader *reader, bool *ret_more);

/*@ requires valid_reader(reader);
    assigns reader->cursor, reader->problem, reader->depth, reader->stack[0 .. 127];
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth);
*/
bool nucleus_json_skip(struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader);
    assigns reader->cursor, reader->problem;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, 0);
    ensures \result ==> reader->cursor == reader->end;
*/
bool nucleus_json_expect_end(struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader);
    assigns \nothing;
    ensures 1 <= \result.line <= reader->cursor - reader->text + 1;
    ensures 1 <= \result.column <= reader->cursor - reader->text + 1;
*/
struct nucleus_json_position nucleus_json_position(const struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader);
    requires readable_string(problem);
*/
enum nucleus_status nucleus_json_fail(const struct nucleus_json_reader *reader,
                                      enum nucleus_status status, const char *problem,
                                      struct nucleus_error *err);

/*@ requires valid_reader(reader);
    assigns reader->problem;
    ensures !\result && valid_reader(reader);
*/
static bool fail(struct nucleus_json_reader *reader, const char *problem);

/*@ logic integer hex_value(integer byte) =
      '0' <= byte <= '9' ? byte - '0' :
      'a' <= byte <= 'f' ? byte - 'a' + 10 :
      'A' <= byte <= 'F' ? byte - 'A' + 10 : -1;

    predicate hex_digits(char *text, integer count) =
      \forall integer i; 0 <= i < count ==> hex_value(text[i]) >= 0;

    logic integer unit_at(char *text) =
      hex_value(text[0]) * 0x1000 + hex_value(text[1]) * 0x100 + hex_value(text[2]) * 0x10 +
      hex_value(text[3]);

    predicate high_surrogate(integer unit) = 0xd800 <= unit <= 0xdbff;
    predicate low_surrogate(integer unit) = 0xdc00 <= unit <= 0xdfff;
*/

/*@ assigns \nothing;
    ensures \result == hex_value(byte);
*/
static int hex_digit(char byte);

/*@ requires readable_text(text, end);
    assigns \nothing;
    ensures end - text >= 4 && hex_digits(text, 4) ? \result == unit_at(text) : \result == -1;
*/
static int hex4(const char *text, const char *end);

/*@ assigns \nothing;
    ensures \result <==> low_surrogate(unit);
*/
static bool is_low_surrogate(int unit);

/*@ requires valid_reader(reader) && reader->end - reader->cursor >= 2;
    assigns reader->cursor, reader->problem;
    ensures valid_reader(reader);
    ensures \result || reader->cursor == \old(reader->cursor);
    ensures \result ==> reader->cursor == \old(reader->cursor) + 6 || reader->cursor ==
   \old(reader->cursor) + 12; ensures \result && reader->cursor == \old(reader->cursor) + 6 ==>
      hex_digits(\old(reader->cursor) + 2, 4) && unit_at(\old(reader->cursor) + 2) != 0 &&
      !high_surrogate(unit_at(\old(reader->cursor) + 2)) &&
      !low_surrogate(unit_at(\old(reader->cursor) + 2));
    ensures \result && reader->cursor == \old(reader->cursor) + 12 ==>
      hex_digits(\old(reader->cursor) + 2, 4) && high_surrogate(unit_at(\old(reader->cursor) + 2))
   && hex_digits(\old(reader->cursor) + 8, 4) && low_surrogate(unit_at(\old(reader->cursor) + 8));
*/
static bool skip_unicode_escape(struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader) && at_byte(reader, '\\');
    assigns reader->cursor, reader->problem;
    ensures valid_reader(reader);
    ensures moved{Pre, Post}(reader, \result ? 2 : 0);
*/
static bool skip_escape(struct nucleus_json_reader *reader);

/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures \result == \null ||
      (text < \result && ordered(text, \result) && ordered(\result, end));
*/
static const char *skip_digits(const char *text, const char *end);

/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures \result == \null || (ordered(text, \result) && ordered(\result, end));
*/
static const char *skip_fraction(const char *text, const char *end);

/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures \result == \null || (ordered(text, \result) && ordered(\result, end));
*/
static const char *skip_exponent(const char *text, const char *end);

/*@ requires valid_reader(reader) && len > 0 && \valid_read(literal + (0 .. len - 1));
    assigns reader->cursor, reader->problem;
    ensures valid_reader(reader) && moved{Pre, Post}(reader, \result ? 1 : 0);
*/
static bool skip_literal(struct nucleus_json_reader *reader, const char *literal, size_t len);

/*@ requires valid_reader(reader) && reader->depth > 0;
    assigns \nothing;
*/
static bool in_object(const struct nucleus_json_reader *reader);

/*@ requires valid_reader(reader) && \valid(ret_more) && \separated(ret_more, reader);
    assigns reader->cursor, reader->problem, reader->depth, reader->stack[0 .. 127], *ret_more;
    ensures valid_reader(reader) && moved{Pre, Post}(reader, \result ? 1 : 0);
    ensures \result ==> reader->depth == \old(reader->depth) + (*ret_more ? 1 : 0);
*/
static bool skip_scalar_or_enter(struct nucleus_json_reader *reader, bool *ret_more);
