/* SPDX-License-Identifier: MIT */
/* Shared by the fuzz targets. A broken promise fails a cmocka assertion. Inputs are so small that
 * nothing is too large. */
#pragma once

#include "support.h"

#include <cjson/cJSON.h>

/* The entry point of a target, as libFuzzer names it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Checks that err has the same status, and a message after an error only. */
void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err);

/* Encodes metadata, and checks that decoding and encoding the text yields it again. Returns cJSON's
 * tree of the text, for cJSON_Delete(). */
cJSON *fuzz_encode(const struct nucleus_metadata *metadata);
