/* SPDX-License-Identifier: MIT */
/* What the fuzz targets share. A broken promise ends the program with abort(3). */
#ifndef NUCLEUS_FUZZ_H
#define NUCLEUS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nucleus/checkpoint.h"

/* The entry point of a target: libFuzzer's name for it. Always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_REQUIRE(condition) fuzz_require((condition), #condition, __FILE__, __LINE__)
void fuzz_require(bool holds, const char *condition, const char *file, int line);

/* What holds after each call: status stands in err too, and the message is empty after OK, else
 * one line of UTF-8 without control characters. */
void fuzz_check_error(enum nucleus_status status, const struct nucleus_error *err);

/* What holds after text of size bytes was judged: besides, it was OK or one of the errors that
 * text can give, and a syntax error is at a line that the text has. */
void fuzz_check_verdict(enum nucleus_status status, const struct nucleus_error *err,
                        const uint8_t *text, size_t size);

/* Whether object is as fuzz_poison() left it. */
void fuzz_poison(void *object, size_t size);
bool fuzz_is_poisoned(const void *object, size_t size);

/* What to_json writes of metadata, from_json reads, and to_json writes again in the same bytes.
 * size: of the text that metadata was made of. */
void fuzz_check_round_trip(const struct nucleus_metadata *metadata, size_t size);

/* Whether to_json's answer is that the pretty form of size bytes is over the cap, as it may be. */
bool fuzz_is_too_large(enum nucleus_status status, size_t size);

#endif
