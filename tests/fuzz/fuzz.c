/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdlib.h>

void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err)
{
    assert_int_equal(err->status, status);
    assert_int_equal(err->message[0] == '\0', status == NUCLEUS_OK);
}

cJSON *fuzz_encode(const struct nucleus_metadata *metadata)
{
    struct nucleus_metadata decoded;
    struct nucleus_error err;
    size_t len;
    char *text = encode_metadata(metadata, &len);
    cJSON *tree = cJSON_ParseWithLength(text, len);
    char *text_again;

    assert_non_null(tree);
    assert_status(parse_exactly(text, len, &decoded, &err), NUCLEUS_OK, &err);
    text_again = encode_metadata(&decoded, NULL);
    assert_string_equal(text_again, text);
    nucleus_metadata_clear(&decoded);
    free(text_again);
    free(text);
    return tree;
}
