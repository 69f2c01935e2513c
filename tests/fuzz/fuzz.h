/* SPDX-License-Identifier: MIT */
/* Shared by the fuzz targets. An input that reveals an error fails a cmocka assertion. Inputs are
 * too small for NUCLEUS_ERROR_TOO_LARGE. */
#pragma once

#include "support.h"

#include <cjson/cJSON.h>

/* The entry point of a target, as libFuzzer names it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks that err has this status, and a message only if it is an error. */
void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err);

/* Encodes metadata, and checks that decoding and encoding the text again does not change it.
 * Returns cJSON's tree of the text, which must be freed with cJSON_Delete(). */
cJSON *fuzz_encode(const struct nucleus_metadata *metadata);
