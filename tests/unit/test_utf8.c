/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <string.h>

#include "json_reader.h"
#include "utf8.h"

/* Unicode 15, table 3-7, said in another way than the code says it: by decoding. */
static size_t reference_length(const unsigned char *bytes, size_t left)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >> 5 == 6 ? 2 : bytes[0] >> 4 == 14 ? 3 : 4;
    uint32_t code = bytes[0];

    if (bytes[0] >= 0x80 && (bytes[0] < 0xc0 || bytes[0] >= 0xf8))
        return 0;
    if (length > left)
        return 0;
    if (length > 1)
        code &= 0x7fU >> length;
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] >> 6 != 2)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fU);
    }
    return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0
                                                                                        : length;
}

/* Every first and second byte, with third and fourth ones at the borders, at every length. */
static void only_well_formed_sequences_have_a_length(void **state)
{
    static const unsigned char tails[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (unsigned tail = 0; tail < 36; tail++) {
                const unsigned char bytes[4] = {(unsigned char)first, (unsigned char)second,
                                                tails[tail % 6], tails[tail / 6]};

                for (size_t left = 1; left <= 4; left++)
                    assert_int_equal(
                        nucleus_utf8_length((const char *)bytes, (const char *)bytes + left),
                        reference_length(bytes, left));
            }
        }
    }
}

/* Each byte at each place of a text that spans words of eight bytes. */
static void only_plain_bytes_are_skipped(void **state)
{
    char text[27];

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

        for (size_t place = 0; place < sizeof text; place++) {
            memset(text, place % 2 == 0 ? ' ' : 0x7f, sizeof text);
            text[place] = (char)byte;
            assert_ptr_equal(nucleus_json_skip_unescaped(text, text + sizeof text),
                             text + (plain ? sizeof text : place));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_well_formed_sequences_have_a_length),
        cmocka_unit_test(only_plain_bytes_are_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
