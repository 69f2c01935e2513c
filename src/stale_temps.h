/* SPDX-License-Identifier: MIT */
/* Temporary files: the library's are called .NAME.tmp.<16 hexadecimal digits>, nucleus's is called
 * NAME.tmp. NAME has at most 40 bytes. Interrupted saves leave such files. */
#pragma once

#include <sys/stat.h>

#include "error.h"

enum { NUCLEUS_TEMP_NAME_SIZE = 64 };

/* Generates a name from 64 random bits. Returns 0, or -1 with errno set. */
int nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name);

/*
 * Refuses a NAME.tmp that is a symbolic link, through which nucleus would write elsewhere, or a
 * directory, which nucleus could not replace. Leaves anything else alone, because a running nucleus
 * may need it.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR (a directory) or
 * NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_fixed_temp_check(int dirfd, const char *name,
                                             struct nucleus_error *err);

/*
 * Removes stale temporary files of the library from dirfd: those that have the same owner as the
 * caller's temporary file, own_name, and are more than an hour older by the clock of the file
 * server. dirfd must be open for reading and at offset 0. Errors are ignored.
 */
void nucleus_stale_temps_remove(int dirfd, const char *own_name, const struct stat *own);
