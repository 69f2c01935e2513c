/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "json_reader.h"
#include "utf8.h"

/* Implements table 3-7 of Unicode 15 by decoding instead of comparing ranges. */
static size_t reference_length(const unsigned char *bytes, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >> 5 == 6 ? 2 : bytes[0] >> 4 == 14 ? 3 : 4;
    uint32_t code = length > 1 ? bytes[0] & 0x7fU >> length : bytes[0];

    if (length > left || (bytes[0] >= 0x80 && bytes[0] < 0xc0) || bytes[0] >= 0xf8)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] >> 6 != 2)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fU);
    }
    return code < least[length] || code > 0x10ffff || code >> 11 == 27 ? 0 : length;
}

/* Every first and second byte, with boundary values for the third and fourth, at every length. */
TEST(only_well_formed_sequences_have_a_length)
{
    static const unsigned char tails[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

    for (unsigned i = 0; i < 65536 * 36; i++) {
        const unsigned char bytes[] = {(unsigned char)(i >> 8), (unsigned char)i,
                                       tails[(i >> 16) % 6], tails[(i >> 16) / 6]};
        const char *text = (const char *)bytes;

        for (size_t left = 1; left <= 4; left++)
            assert_int_equal(nucleus_utf8_length(text, text + left), reference_length(bytes, left));
    }
}

/* Each byte at each position of a text longer than three blocks of eight bytes. */
TEST(only_plain_bytes_are_skipped)
{
    char text[27];

    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

        for (size_t position = 0; position < sizeof text; position++) {
            memset(text, position % 2 == 0 ? ' ' : 0x7f, sizeof text);
            text[position] = (char)byte;
            assert_ptr_equal(nucleus_json_skip_unescaped(text, text + sizeof text),
                             text + (plain ? sizeof text : position));
        }
    }
}
