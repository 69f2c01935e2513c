/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

enum { POISON = 0xa5 };

void fuzz_require(bool holds, const char *condition, const char *file, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: broken: %s\n", file, line, condition);
    abort();
}

static bool is_control(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    return bytes[0] < 0x20 || bytes[0] == 0x7f || (bytes[0] == 0xc2 && bytes[1] < 0xa0);
}

static bool is_line_of_utf8(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        size_t length = nucleus_utf8_length(text, end);

        if (length == 0 || is_control(text))
            return false;
        text += length;
    }
    return true;
}

void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err)
{
    size_t len = strnlen(err->message, sizeof err->message);

    FUZZ_REQUIRE(err->status == status);
    FUZZ_REQUIRE(len < sizeof err->message);
    FUZZ_REQUIRE((len == 0) == (status == NUCLEUS_OK));
    FUZZ_REQUIRE(is_line_of_utf8(err->message, len));
}

static size_t count_lines(const uint8_t *text, size_t size)
{
    size_t count = 1;

    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

void fuzz_check_verdict(enum nucleus_status status, const struct nucleus_error *err,
                        const uint8_t *text, size_t size)
{
    size_t line, column;

    fuzz_check_error(status, err);
    FUZZ_REQUIRE(err->os_error == 0);
    switch (status) {
    case NUCLEUS_OK:
    case NUCLEUS_ERROR_SCHEMA:
        break;
    case NUCLEUS_ERROR_SYNTAX:
        FUZZ_REQUIRE(sscanf(err->message, "line %zu, column %zu: ", &line, &column) == 2);
        FUZZ_REQUIRE(line >= 1 && line <= count_lines(text, size));
        FUZZ_REQUIRE(column >= 1 && column <= size + 1);
        break;
    default:
        FUZZ_REQUIRE(status == NUCLEUS_ERROR_TOO_LARGE && size > NUCLEUS_CHECKPOINT_MAX_BYTES);
    }
}

void fuzz_poison(void *object, size_t size)
{
    memset(object, POISON, size);
}

bool fuzz_is_poisoned(const void *object, size_t size)
{
    const unsigned char *bytes = object;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != POISON)
            return false;
    }
    return true;
}

bool fuzz_is_too_large(enum nucleus_status status, size_t size)
{
    enum { MAX_GROWTH = 16 };

    if (status != NUCLEUS_ERROR_TOO_LARGE)
        return false;
    FUZZ_REQUIRE(size > NUCLEUS_CHECKPOINT_MAX_BYTES / MAX_GROWTH);
    return true;
}

void fuzz_check_round_trip(const struct nucleus_metadata *metadata, size_t size)
{
    struct nucleus_metadata again;
    struct nucleus_error err;
    char *text, *text_again;
    size_t len, len_again;

    fuzz_check_error(nucleus_metadata_to_json(metadata, &text, &len, &err), &err);
    if (fuzz_is_too_large(err.status, size))
        return;
    FUZZ_REQUIRE(err.status == NUCLEUS_OK);
    FUZZ_REQUIRE(len <= NUCLEUS_CHECKPOINT_MAX_BYTES && strlen(text) == len);
    FUZZ_REQUIRE(nucleus_metadata_from_json(text, len, &again, &err) == NUCLEUS_OK);
    FUZZ_REQUIRE(nucleus_metadata_to_json(&again, &text_again, &len_again, &err) == NUCLEUS_OK);
    FUZZ_REQUIRE(len_again == len && memcmp(text_again, text, len) == 0);
    nucleus_metadata_clear(&again);
    free(text_again);
    free(text);
}
