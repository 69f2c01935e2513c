/* SPDX-License-Identifier: MIT */
/* Safe opens and reads of regular files in a directory that an attacker can write to. */
#pragma once

#include "error.h"

#include <sys/types.h>

/*
 * Opens path relative to dirfd for reading. Never follows a symbolic link as its last component,
 * and never blocks. *ret_size is the size that fstat(2) reports.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND, NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK,
 * NUCLEUS_ERROR_NOT_REGULAR or NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_regular_file_open(int dirfd, const char *path, int *ret_fd,
                                              off_t *ret_size, struct nucleus_error *err);

/*
 * Opens path like nucleus_regular_file_open() and reads the complete file, of at most max_len
 * bytes. *ret_text must be freed with free(3).
 * Also returns NUCLEUS_ERROR_TOO_LARGE and NUCLEUS_ERROR_NO_MEMORY.
 */
enum nucleus_status nucleus_regular_file_read(int dirfd, const char *path, size_t max_len,
                                              char **ret_text, size_t *ret_len,
                                              struct nucleus_error *err);

/* Like nucleus_regular_file_read(), but retries, after pauses of 26 ms in all, errors that a
 * concurrent replacement can cause. name is in dirfd, which may be open with O_PATH. */
enum nucleus_status nucleus_regular_file_read_retrying(int dirfd, const char *name, size_t max_len,
                                                       char **ret_text, size_t *ret_len,
                                                       struct nucleus_error *err);
