/* SPDX-License-Identifier: MIT */
/* Atomic and durable replacement: readers, even after a crash, see the complete old file or the
 * complete new file. */
#pragma once

#include "error.h"

/*
 * Atomically replaces name, which has at most 40 bytes, in dirfd with a file of len bytes and mode
 * 0600. dirfd must be open for reading and not shared; its offset moves.
 * Returns the statuses of nucleus_metadata_save(). After NUCLEUS_ERROR_NOT_DURABLE, the message
 * continues the sentence "NAME was replaced, but".
 */
enum nucleus_status nucleus_atomic_file_replace(int dirfd, const char *name, const void *bytes,
                                                size_t len, struct nucleus_error *err);
