/* SPDX-License-Identifier: MIT */
/* What savers that died have left in a directory. */
#ifndef NUCLEUS_LEFTOVERS_H
#define NUCLEUS_LEFTOVERS_H

#include "error.h"

/*
 * Removes the temporary file that nucleus itself uses, NAME.tmp; what is no file is refused.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR (a directory),
 * NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_remove_fixed_temp(int dirfd, struct nucleus_shown shown,
                                              struct nucleus_error *err);

/* Removes our own temporary files for name that are older than an hour, as far as they are found
 * among the first few thousand names. Best effort: it cannot fail. Reads on in dirfd. */
void nucleus_sweep(int dirfd, const char *name);

#endif
