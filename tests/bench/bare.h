/* SPDX-License-Identifier: MIT */
/* What the library is held against: the same guarantee, or the same safety, in plain calls, with
 * no message, no check of the text and no copy of a value. */
#ifndef NUCLEUS_BENCH_BARE_H
#define NUCLEUS_BENCH_BARE_H

#include <stddef.h>

/* Opens what is a regular file, reads it to its end, has cJSON parse it and deletes the tree. */
void bare_load(const char *path);

/* Opens dir, creates a temporary file, writes, flushes and closes it, renames it to
 * metadata.json, flushes dir and closes it. */
void bare_save(const char *dir, const char *text, size_t len);

#endif
