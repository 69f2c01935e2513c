/* SPDX-License-Identifier: MIT */
/* Shared by the fuzz targets. A broken promise fails a cmocka assertion. */
#ifndef NUCLEUS_FUZZ_H
#define NUCLEUS_FUZZ_H

#include "support.h"

#include <cjson/cJSON.h>

/* The entry point of a target, as libFuzzer names it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks the error of any call: err has the same status, and its message is empty after NUCLEUS_OK,
 * or else one line of UTF-8 without control characters. */
void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err);

/* Returns true if status is NUCLEUS_ERROR_TOO_LARGE, which size bytes must be able to cause once
 * they are pretty-printed. */
bool fuzz_is_too_large(enum nucleus_status status, size_t size);

/* Encodes metadata that was decoded from size bytes, and checks that decoding and encoding the text
 * yields it again. Returns cJSON's tree of the text, for cJSON_Delete(), or NULL if it would be too
 * large. */
cJSON *fuzz_encode(const struct nucleus_metadata *metadata, size_t size);

#endif
