/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

static bool is_control(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    return bytes[0] < 0x20 || bytes[0] == 0x7f || (bytes[0] == 0xc2 && bytes[1] < 0xa0);
}

void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err)
{
    const char *text = err->message;
    const char *end = text + strnlen(text, sizeof err->message);

    assert_int_equal(err->status, status);
    assert_true(end < text + sizeof err->message);
    assert_int_equal(text == end, status == NUCLEUS_OK);
    while (text < end) {
        assert_false(is_control(text));
        assert_int_not_equal(nucleus_utf8_length(text, end), 0);
        text += nucleus_utf8_length(text, end);
    }
}

bool fuzz_is_too_large(enum nucleus_status status, size_t size)
{
    enum { MAX_GROWTH = 16 };

    if (status != NUCLEUS_ERROR_TOO_LARGE)
        return false;
    assert_true(size > NUCLEUS_CHECKPOINT_MAX_BYTES / MAX_GROWTH);
    return true;
}

cJSON *fuzz_encode(const struct nucleus_metadata *metadata, size_t size)
{
    struct nucleus_metadata decoded;
    struct nucleus_error err;
    char *text, *text_again;
    size_t len, len_again;
    cJSON *tree;

    fuzz_check_error(nucleus_metadata_to_json(metadata, &text, &len, &err), &err);
    if (fuzz_is_too_large(err.status, size))
        return NULL;
    assert_int_equal(err.status, NUCLEUS_OK);
    assert_true(len <= NUCLEUS_CHECKPOINT_MAX_BYTES && strlen(text) == len);
    tree = cJSON_ParseWithLength(text, len);
    assert_non_null(tree);

    assert_int_equal(nucleus_metadata_from_json(text, len, &decoded, &err), NUCLEUS_OK);
    assert_int_equal(nucleus_metadata_to_json(&decoded, &text_again, &len_again, &err), NUCLEUS_OK);
    assert_string_equal(text_again, text);
    assert_int_equal(len_again, len);
    nucleus_metadata_clear(&decoded);
    free(text_again);
    free(text);
    return tree;
}
