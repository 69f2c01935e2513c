/* SPDX-License-Identifier: MIT */
/* Opening a file that somebody hostile may have put there: regular or not at all. */
#ifndef NUCLEUS_REGULAR_FILE_H
#define NUCLEUS_REGULAR_FILE_H

#include "error.h"

#include <sys/types.h>

/*
 * Opens path relative to dirfd for reading, never through a symbolic link, never waiting.
 * ret_size: as fstat(2) has it. The message is the reason alone.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND, NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK,
 * NUCLEUS_ERROR_NOT_REGULAR, NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, struct nucleus_error *err);

/* What the errno of a failed lookup or opening means. */
enum nucleus_status nucleus_lookup_status(int os_error);

#endif
