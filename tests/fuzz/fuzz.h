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

/* Checks that from_json reads what to_json writes, that to_json then writes the same bytes again,
 * and that cJSON finds the same values in them. to_json may find that the text is too large. size
 * is that of the text that metadata was decoded from. */
void fuzz_check_round_trip(const struct nucleus_metadata *metadata, size_t size);

/* Returns true if status is NUCLEUS_ERROR_TOO_LARGE, which size bytes must be able to cause once
 * they are pretty-printed. */
bool fuzz_is_too_large(enum nucleus_status status, size_t size);

/* Compare with cJSON's tree of the text: all strings, booleans, absent members and counts, and the
 * integers that a double represents exactly. */
void fuzz_compare_metadata(const cJSON *tree, const struct nucleus_metadata *metadata);
void fuzz_compare_state(const cJSON *tree, const struct nucleus_container_state *state);

#endif
