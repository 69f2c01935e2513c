/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdbool.h>

static bool is_continuation(char byte)
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
    if (left < 2 || !is_continuation(text[1]) || lead < 0xc2)
        return 0;
    if (lead < 0xe0)
        return 2;
    if (left < 3 || !is_continuation(text[2]))
        return 0;
    second = (unsigned char)text[1];
    if (lead < 0xf0)
        return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ? 0 : 3;
    if (left < 4 || !is_continuation(text[3]) || lead > 0xf4)
        return 0;
    return (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ? 0 : 4;
}

const char *nucleus_utf8_skip_non_ascii(const char *text, const char *end)
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
