/* SPDX-License-Identifier: MIT */
/* Replacing a file so that at every moment, and after a power cut, the old one or the new one is
 * there, whole. */
#ifndef NUCLEUS_ATOMIC_FILE_H
#define NUCLEUS_ATOMIC_FILE_H

#include "error.h"

/*
 * Puts a file of len bytes, mode 0600, in the place of name (40 bytes at most) in the directory
 * dirfd, which was opened for reading by the caller alone. The message is the reason alone.
 * Returns as nucleus_metadata_save().
 */
enum nucleus_status nucleus_atomic_file_replace(int dirfd, const char *name, const void *bytes,
                                                size_t len, struct nucleus_error *err);

#endif
