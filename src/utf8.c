/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_tail(unsigned char byte)
{
    return byte >= 0x80 && byte <= 0xbf;
}

/* The second byte decides whether a sequence is overlong, a surrogate or above U+10FFFF. */
size_t nucleus_utf8_length(const char *text, const char *end)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const ptrdiff_t left = end - text;
    const unsigned char lead = bytes[0];

    if (lead < 0x80)
        return 1;
    if (left < 2 || !is_tail(bytes[1]) || lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (left < 3 || !is_tail(bytes[2]))
        return 0;
    if (lead < 0xf0)
        return (lead == 0xe0 && bytes[1] < 0xa0) || (lead == 0xed && bytes[1] > 0x9f) ? 0 : 3;
    if (left < 4 || !is_tail(bytes[3]) || lead > 0xf4)
        return 0;
    return (lead == 0xf0 && bytes[1] < 0x90) || (lead == 0xf4 && bytes[1] > 0x8f) ? 0 : 4;
}

/* Of eight bytes, the first one lowest: a bit in each byte that is not plain ASCII. A borrow may
 * carry into the bytes above such a byte, so only the lowest bit is to be trusted. */
static uint64_t specials(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t quote = word ^ (ones * '"');
    const uint64_t backslash = word ^ (ones * '\\');

    return (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & (ones * 0x80);
}

/* Skips whole words of plain ASCII. Returns the first byte that is none, or one of the last seven
 * before end. */
static const char *skip_words(const char *text, const char *end)
{
    uint64_t word;

    while (end - text >= (ptrdiff_t)sizeof word) {
        memcpy(&word, text, sizeof word);
        word = specials(le64toh(word));
        if (word != 0)
            return text + __builtin_ctzll(word) / 8;
        text += sizeof word;
    }
    return text;
}

static bool is_special(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\';
}

const char *nucleus_skip_text(const char *text, const char *end)
{
    for (;;) {
        text = skip_words(text, end);
        if (text == end || is_special((unsigned char)*text))
            return text;
        /* Text that is not ASCII comes in runs: no word in them would be plain. */
        do {
            const size_t length = nucleus_utf8_length(text, end);

            if (length == 0)
                return text;
            text += length;
        } while (text < end && (unsigned char)*text >= 0x80);
    }
}
