/* SPDX-License-Identifier: MIT */
/* Opens directories and identifies local file systems. */
#pragma once

#include "error.h"

/* Opens the directory path, relative to dirfd, with O_DIRECTORY, O_CLOEXEC and flags, above the
 * standard descriptors. Returns NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND, NUCLEUS_ERROR_NOT_DIRECTORY,
 * NUCLEUS_ERROR_SYMLINK or NUCLEUS_ERROR_IO. */
enum nucleus_status nucleus_directory_open(int dirfd, const char *path, int flags, int *ret_fd,
                                           struct nucleus_error *err);

/* Returns true if dirfd is known to be on a local file system, where lookups are atomic
 * with respect to rename(2). */
bool nucleus_directory_is_local(int dirfd);
