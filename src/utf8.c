/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdbool.h>

/*@ assigns \nothing;
    ensures \result <==> 0x80 <= (unsigned char)byte <= 0xbf;
*/
static bool is_tail(char byte)
{
    return (unsigned char)byte >= 0x80 && (unsigned char)byte <= 0xbf;
}

/* The second byte decides whether a sequence is overlong, a surrogate or above U+10FFFF. */
size_t nucleus_utf8_length(const char *text, const char *end)
{
    const ptrdiff_t left = end - text;
    const unsigned char lead = (unsigned char)text[0];
    unsigned char second;

    if (lead < 0x80)
        return 1;
    if (left < 2 || !is_tail(text[1]) || lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (left < 3 || !is_tail(text[2]))
        return 0;
    second = (unsigned char)text[1];
    if (lead < 0xf0)
        return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ? 0 : 3;
    if (left < 4 || !is_tail(text[3]) || lead > 0xf4)
        return 0;
    return (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ? 0 : 4;
}

/* Of eight bytes, the first one lowest: a bit in each byte that is not plain ASCII. A borrow may
 * carry into the bytes above such a byte, so only the lowest bit is to be trusted. */
/*@ assigns \nothing; */
static uint64_t specials(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t quote = word ^ (ones * '"');
    const uint64_t backslash = word ^ (ones * '\\');

    return (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & (ones * 0x80);
}

#define NTH(i) ((uint64_t)(unsigned char)text[i] << (8 * (i)))

/* How many of the eight bytes at text are plain ASCII, up to the first one that is not. */
/*@ requires \valid_read(text + (0 .. 7));
    assigns \nothing;
    ensures \result <= 8;
*/
static size_t plain_bytes(const char *text)
{
    /* One load, whatever the machine's order of bytes. */
    const uint64_t word = NTH(0) | NTH(1) | NTH(2) | NTH(3) | NTH(4) | NTH(5) | NTH(6) | NTH(7);
    const uint64_t found = specials(word);

    return found == 0 ? 8 : (size_t)__builtin_ctzll(found) / 8;
}

/* Skips whole words of plain ASCII. Returns the first byte that is none, or one of the last seven
 * before end. */
/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures ordered(text, \result) && ordered(\result, end);
*/
static const char *skip_words(const char *text, const char *end)
{
    size_t plain = 8;

    /*@ loop invariant ordered(\at(text, Pre), text) && ordered(text, end) && plain <= 8;
        loop assigns text, plain;
        loop variant end - text + plain;
    */
    while (plain == 8 && end - text >= 8) {
        plain = plain_bytes(text);
        text += plain;
    }
    return text;
}

/*@ assigns \nothing;
    ensures \result <==> special(byte);
*/
static bool is_special(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

/* Skips well-formed sequences that are not ASCII. Returns the first byte that is in none. */
/*@ requires readable_text(text, end);
    assigns \result \from text, end;
    ensures ordered(text, \result) && ordered(\result, end);
    ensures \result == end || byte_at(\result, 0) < 0x80 || ill_formed(\result, end);
*/
static const char *skip_sequences(const char *text, const char *end)
{
    /*@ loop invariant ordered(\at(text, Pre), text) && ordered(text, end);
        loop assigns text;
        loop variant end - text;
    */
    while (text < end && (unsigned char)*text >= 0x80) {
        const size_t length = nucleus_utf8_length(text, end);

        if (length == 0)
            break;
        text += length;
    }
    return text;
}

const char *nucleus_skip_text(const char *text, const char *end)
{
    /*@ loop invariant ordered(\at(text, Pre), text) && ordered(text, end);
        loop assigns text;
        loop variant end - text;
    */
    for (;;) {
        text = skip_words(text, end);
        /* Byte by byte near what is not ASCII: no word there would be plain. */
        /*@ loop invariant ordered(\at(text, LoopEntry) + plain, text) && ordered(text, end);
            loop invariant plain <= 8;
            loop assigns text, plain;
            loop variant end - text;
        */
        for (size_t plain = 0; plain < 8; plain++) {
            if (text < end && (unsigned char)*text >= 0x80) {
                text = skip_sequences(text, end);
                plain = 0;
            }
            if (text == end || (unsigned char)*text >= 0x80 || is_special((unsigned char)*text))
                return text;
            text++;
        }
    }
}
