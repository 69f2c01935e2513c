/* SPDX-License-Identifier: MIT */
/*
 * The prover takes the bits of specials() for anything. Here they are shown to be right for every
 * word, by cases, and nucleus_skip_text() to do what a loop over single bytes does.
 *
 * Why these are all the cases: specials() makes three subtractions. A bit of a difference depends
 * on no higher bit, so no byte has a say in the answer for a lower one. It has one in that for a
 * higher one through a borrow alone, and nothing is borrowed from the lowest byte. A borrow would
 * show: a subtraction that leaves 0 of some byte leaves 0xff with a borrow, and that byte changes
 * its answer. only_the_first_special_byte_counts takes each plain byte at each place, with each
 * byte above it, and no answer changes: a plain byte does not borrow unless it is borrowed from.
 * So no byte up to the first special one is borrowed from, whatever plain bytes stand below it,
 * and its answer is the one that is tested.
 */
#include "support.h"

#include <string.h>

/* Its static functions are tested. */
#include "../../src/utf8.c" /* NOLINT(bugprone-suspicious-include) */

static bool is_plain(unsigned byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static size_t reference_plain_bytes(const char *text)
{
    size_t count = 0;

    while (count < 8 && is_plain((unsigned char)text[count]))
        count++;
    return count;
}

/* Eight bytes: lower ones, byte at the place, upper ones. */
static void assert_counted(size_t place, unsigned lower, unsigned byte, unsigned upper)
{
    char text[8];

    memset(text, (int)upper, sizeof text);
    memset(text, (int)lower, place);
    text[place] = (char)byte;
    if (plain_bytes(text) != reference_plain_bytes(text))
        fail_msg("byte 0x%02x at %zu, below it 0x%02x, above it 0x%02x", byte, place, lower, upper);
}

static void only_the_first_special_byte_counts(void **state)
{
    static const unsigned uppers[] = {0x00, 0x1f, 'a', 0x7f, 0x80, 0xff};

    (void)state;
    for (size_t place = 0; place < 8; place++) {
        for (unsigned lower = 0; lower < 256; lower++) {
            if (!is_plain(lower))
                continue;
            for (unsigned byte = 0; byte < 256; byte++) {
                for (size_t i = 0; i < COUNT(uppers); i++)
                    assert_counted(place, lower, byte, uppers[i]);
            }
        }
    }
}

/* A loop over single bytes. */
static const char *reference_skip_text(const char *text, const char *end)
{
    while (text < end) {
        const size_t length = nucleus_utf8_length(text, end);

        if (length == 0 || (length == 1 && !is_plain((unsigned char)*text)))
            break;
        text += length;
    }
    return text;
}

/* Two of these at each place of texts of each length, at each alignment. */
static void text_is_skipped_as_byte_by_byte(void **state)
{
    static const char *const parts[] = {
        "",
        "\"",
        "\\",
        "\x1f",
        "\x7f",
        "\x80",
        "\xc3\xa4",
        "\xc3",
        "\xc0\x80",
        "\xe2\x82\xac",
        "\xe2\x82",
        "\xed\xa0\x80",
        "\xf0\x9f\x98\x80",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xff",
    };
    const size_t count = COUNT(parts);
    char room[64];

    (void)state;
    for (size_t pair = 0; pair < count * count; pair++) {
        const char *first = parts[pair % count];
        const char *second = parts[pair / count];

        for (size_t shape = 0; shape < 8 * 16 * 12; shape++) {
            const char *start = room + shape % 8;
            const size_t before = shape / 8 % 16;
            const size_t between = shape / 8 / 16;
            const char *end = start + before + strlen(first) + between + strlen(second);

            memset(room, 'a', sizeof room);
            memcpy(room + shape % 8 + before, first, strlen(first));
            memcpy(room + (end - room) - strlen(second), second, strlen(second));
            assert_ptr_equal(nucleus_skip_text(start, end), reference_skip_text(start, end));
            end += 9; /* plain text behind them */
            assert_ptr_equal(nucleus_skip_text(start, end), reference_skip_text(start, end));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_first_special_byte_counts),
        cmocka_unit_test(text_is_skipped_as_byte_by_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
