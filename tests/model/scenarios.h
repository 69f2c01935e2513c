/* SPDX-License-Identifier: MIT */
/* The scenarios to explore. Each has actors, a directory, a file system and events. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum actor_kind { NOBODY, SAVER = 'S', LOADER = 'L', NUCLEUS = 'N' };

/* Temporary files of killed savers. */
enum {
    OLD_TEMP = 1,
    YOUNG_TEMP = 2,
    FOREIGN_TEMP = 4, /* old, of another user */
    TAKEN_TEMP = 8,   /* young, with the first name that a saver tries */
};

/* Errors that are planted in the model, which the checks must find. */
enum planted_error {
    PLANTED_NOTHING,
    PLANTED_FILE_FSYNC, /* does nothing */
    PLANTED_DIRECTORY_FSYNC,
    PLANTED_RANDOM,      /* always returns the same number */
    PLANTED_EMPTY_LIST,  /* lists no names */
    PLANTED_EXCL,        /* O_EXCL is ignored */
    PLANTED_LATE_RENAME, /* removes its target and is interrupted; the second call does the rest */
};

struct scenario {
    const char *name;
    const char *actors; /* the kind of each */
    bool is_first;      /* there is no metadata.json yet */
    mode_t fixed;       /* type of metadata.json.tmp, or 0 */
    unsigned temps;     /* a set of OLD_TEMP and others */
    mode_t umask;
    mode_t forced_mode; /* mode of all files, which chmod cannot change */
    bool is_stdio_closed;
    bool is_at;             /* the caller passes a descriptor */
    bool is_without_inodes; /* every inode number is 0 */
    bool is_fuse;  /* flushing the directory does nothing; flushing a file also flushes its name */
    bool is_large; /* too many states for the mode faulty */
    unsigned events;   /* at most this many happen */
    unsigned possible; /* the set of events that can happen */
    enum planted_error planted;
    const char *expected[6]; /* findings that are documented or caused by the planted error */
};

extern const struct scenario scenarios[];
extern const size_t scenarios_count;
