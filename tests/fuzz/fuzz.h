/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A broken promise fails an assertion of cmocka. */
#ifndef NUCLEUS_FUZZ_H
#define NUCLEUS_FUZZ_H

#include "support.h"

#include <cjson/cJSON.h>

/* The entry point of a target: libFuzzer's name for it. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What holds after each call: status stands in err too, and the message is empty after OK, else
 * one line of UTF-8 without control characters. */
void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err);

/* What to_json writes of metadata, from_json reads, and to_json writes again in the same bytes; and
 * cJSON finds everything in it. Too large a text may be refused; size: of the text that metadata
 * was made of. */
void fuzz_check_round_trip(const struct nucleus_metadata *metadata, size_t size);

/* Whether to_json's answer is that the pretty form of size bytes is over the cap, as it may be. */
bool fuzz_is_too_large(enum nucleus_status status, size_t size);

/* A second opinion: each string, boolean, absence and count is as in cJSON's own tree of the text,
 * and so is each integer that a double holds exactly. */
void fuzz_compare_metadata(const cJSON *tree, const struct nucleus_metadata *metadata);
void fuzz_compare_state(const cJSON *tree, const struct nucleus_container_state *state);

#endif
