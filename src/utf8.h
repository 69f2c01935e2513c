/* SPDX-License-Identifier: MIT */
/* UTF-8, and the bytes that are special in the strings of JSON. */
#ifndef NUCLEUS_UTF8_H
#define NUCLEUS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The comments that begin with an at sign are contracts in ACSL; tests/proof shows that they
 * hold. */
/*@ predicate ordered(char *first, char *second) =
      \base_addr(first) == \base_addr(second) && first <= second;

    predicate readable_text(char *text, char *end) =
      ordered(text, end) && \valid_read(text + (0 .. end - text - 1)) &&
      end - text <= PTRDIFF_MAX && \object_pointer(text) && \object_pointer(end);

    logic integer byte_at(char *text, integer i) = (unsigned char)text[i];

    predicate tail_at(char *text, integer i) = 0x80 <= byte_at(text, i) <= 0xbf;
*/

/* A well-formed sequence of length bytes: Unicode 15, table 3-7, row by row. */
/*@ predicate well_formed(char *text, integer length) =
      (length == 1 && byte_at(text, 0) <= 0x7f) ||
      (length == 2 && 0xc2 <= byte_at(text, 0) <= 0xdf && tail_at(text, 1)) ||
      (length == 3 && tail_at(text, 2) &&
       ((byte_at(text, 0) == 0xe0 && 0xa0 <= byte_at(text, 1) <= 0xbf) ||
        (0xe1 <= byte_at(text, 0) <= 0xec && tail_at(text, 1)) ||
        (byte_at(text, 0) == 0xed && 0x80 <= byte_at(text, 1) <= 0x9f) ||
        (0xee <= byte_at(text, 0) <= 0xef && tail_at(text, 1)))) ||
      (length == 4 && tail_at(text, 2) && tail_at(text, 3) &&
       ((byte_at(text, 0) == 0xf0 && 0x90 <= byte_at(text, 1) <= 0xbf) ||
        (0xf1 <= byte_at(text, 0) <= 0xf3 && tail_at(text, 1)) ||
        (byte_at(text, 0) == 0xf4 && 0x80 <= byte_at(text, 1) <= 0x8f)));

    predicate ill_formed(char *text, char *end) =
      \forall integer length; length <= end - text ==> !well_formed(text, length);

    predicate special(integer byte) = byte < 0x20 || byte == '"' || byte == '\\';
*/

/* The length of the well-formed UTF-8 sequence at text (Unicode 15, table 3-7), or 0. text is
 * below end. */
/*@ requires readable_text(text, end) && text < end;
    assigns \nothing;
    ensures \result <= end - text;
    ensures \result == 0 ? ill_formed(text, end) : well_formed(text, \result);
*/
size_t nucleus_utf8_length(const char *text, const char *end);

/* Skips what a JSON string may hold as it is: well-formed UTF-8 without control bytes (below 0x20),
 * '"' and '\\'. Returns the first other byte, or end. */
/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures ordered(text, \result) && ordered(\result, end);
    ensures \result == end || special(byte_at(\result, 0)) || ill_formed(\result, end);
*/
const char *nucleus_skip_text(const char *text, const char *end);

#endif
