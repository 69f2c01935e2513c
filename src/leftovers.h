/* SPDX-License-Identifier: MIT */
/* The names of temporary files, .NAME.tmp.<16 hexadecimal digits> of this library and NAME.tmp of
 * nucleus, and what savers that died have left under them. */
#ifndef NUCLEUS_LEFTOVERS_H
#define NUCLEUS_LEFTOVERS_H

#include <sys/stat.h>

#include "error.h"

/* Enough for a NAME of 40 bytes. */
enum { NUCLEUS_TEMP_NAME_SIZE = 64, NUCLEUS_MAX_LEFTOVERS = 8 };

/* Makes a name from 64 random bits. Returns 0, or -1 with errno. */
int nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name);

/* Temporary files of others, who may be alive. */
struct nucleus_leftovers {
    int dirfd;
    const char *name;
    bool has_fixed; /* NAME.tmp is there and a regular file */
    size_t count;
    uint64_t numbers[NUCLEUS_MAX_LEFTOVERS]; /* the digits at the end of each name */
};

/*
 * Notes what is in the directory dirfd, which was opened for reading and not read so far, and
 * clears the way for nucleus: a NAME.tmp that is neither a regular file nor refused is removed.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR (a directory),
 * NUCLEUS_ERROR_IO.
 */
enum nucleus_status nucleus_leftovers_find(int dirfd, struct nucleus_shown shown,
                                           struct nucleus_leftovers *ret,
                                           struct nucleus_error *err);

/* Removes those whose savers are dead: files of our user that are more than an hour older than the
 * file that own describes, by the clock of the file server. Best effort: it cannot fail. */
void nucleus_leftovers_remove(const struct nucleus_leftovers *leftovers, const struct stat *own);

#endif
