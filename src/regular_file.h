/* SPDX-License-Identifier: MIT */
/* Opening what somebody hostile may have put there: a directory, or a regular file, or nothing. */
#ifndef NUCLEUS_REGULAR_FILE_H
#define NUCLEUS_REGULAR_FILE_H

#include "error.h"

#include <sys/types.h>

/* Opens the directory path, relative to dirfd, with O_DIRECTORY, O_CLOEXEC and flags, above the
 * standard descriptors. The message is the reason alone. Returns NUCLEUS_OK,
 * NUCLEUS_ERROR_NOT_FOUND, NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_IO. */
enum nucleus_status nucleus_directory_open(int dirfd, const char *path, int flags, int *ret_fd,
                                           struct nucleus_error *err);

/*
 * Opens path relative to dirfd for reading, never through a symbolic link, never waiting.
 * ret_size: as fstat(2) has it. The message is the reason alone.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND, NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK,
 * NUCLEUS_ERROR_NOT_REGULAR, NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, struct nucleus_error *err);

/*
 * Reads all of such a file, of at most cap bytes. What may be due to its being replaced is tried
 * again, 10 times in all; that it is missing, too.
 * ret_text: from malloc(3). The message is the reason alone.
 * Returns also NUCLEUS_ERROR_TOO_LARGE and NUCLEUS_ERROR_NO_MEMORY.
 */
enum nucleus_status nucleus_regular_file_read(int dirfd, const char *path, size_t cap,
                                              char **ret_text, size_t *ret_len,
                                              struct nucleus_error *err);

#endif
