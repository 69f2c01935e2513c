/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The sequence lengths, and the range of the second byte, that a first byte allows. */
struct lead {
    unsigned char first, last;
    unsigned char length;
    unsigned char second_min, second_max;
};

static const struct lead leads[] = {
    {0x00, 0x7f, 1, 0x00, 0x00}, {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static bool follows(const unsigned char *bytes, const struct lead *lead)
{
    if (lead->length > 1 && (bytes[1] < lead->second_min || bytes[1] > lead->second_max))
        return false;
    for (size_t i = 2; i < lead->length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    }
    return true;
}

size_t nucleus_utf8_length(const char *text, const char *end)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t left = (size_t)(end - text);

    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        const struct lead *lead = &leads[i];

        if (bytes[0] >= lead->first && bytes[0] <= lead->last)
            return lead->length <= left && follows(bytes, lead) ? lead->length : 0;
    }
    return 0;
}

/* Of eight bytes, the first one lowest: a bit in each byte that is not plain. A borrow may carry
 * into the bytes above such a byte, so only the lowest bit is to be trusted. */
static uint64_t specials(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t quote = word ^ (ones * '"');
    const uint64_t backslash = word ^ (ones * '\\');

    return (word | (word - ones * 0x20) | (quote - ones) | (backslash - ones)) & (ones * 0x80);
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

const char *nucleus_skip_plain(const char *text, const char *end)
{
    uint64_t word;

    while (end - text >= (ptrdiff_t)sizeof word) {
        memcpy(&word, text, sizeof word);
        word = specials(le64toh(word));
        if (word != 0)
            return text + __builtin_ctzll(word) / 8;
        text += sizeof word;
    }
    while (text < end && is_plain((unsigned char)*text))
        text++;
    return text;
}
