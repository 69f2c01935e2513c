/* SPDX-License-Identifier: MIT */
/* What the library is held against: the same guarantee, or the same safety, in plain calls, with
 * no message, no check of the text and no copy of a value. */
#ifndef NUCLEUS_BENCH_BARE_H
#define NUCLEUS_BENCH_BARE_H

#include <stddef.h>

/* Opens DIR/metadata.json, which is a regular file, and reads it. Returns its bytes. */
char *bare_read(const char *dir, size_t *ret_len);

/* The same, has cJSON parse the text, and deletes the tree. */
void bare_load(const char *dir);

/* Opens dir, creates a temporary file, writes, flushes and closes it, renames it to
 * metadata.json, flushes dir and closes it. */
void bare_save(const char *dir, const char *text, size_t len);

#endif
