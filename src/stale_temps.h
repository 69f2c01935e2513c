/* SPDX-License-Identifier: MIT */
/* The names of temporary files, .NAME.tmp.<16 hexadecimal digits> of this library and NAME.tmp of
 * nucleus, and what savers that died have left under them. NAME has 40 bytes at most. */
#ifndef NUCLEUS_STALE_TEMPS_H
#define NUCLEUS_STALE_TEMPS_H

#include <sys/stat.h>

#include "error.h"

enum { NUCLEUS_TEMP_NAME_SIZE = 64 };

/* Makes a name from 64 random bits. Returns 0, or -1 with errno. */
int nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name);

/*
 * Clears the way for nucleus: a NAME.tmp in dirfd that is neither a regular file, whose saver may
 * be alive, nor refused is removed. The message is the reason alone.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR (a directory),
 * NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_fixed_temp_check(int dirfd, const char *name,
                                             struct nucleus_error *err);

/*
 * Removes temporary files whose savers are dead: files of our user that are more than an hour older
 * than the file that own describes, by the clock of the file server. dirfd was opened for reading
 * and not read so far. Best effort: it cannot fail.
 */
void nucleus_stale_temps_remove(int dirfd, const char *name, const struct stat *own);

#endif
