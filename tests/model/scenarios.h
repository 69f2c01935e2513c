/* SPDX-License-Identifier: MIT */
/* The scenarios to explore: actors, and a directory, a system and neighbours for them. */
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

/* Breaks of the model, which the promises must notice. */
enum plant {
    PLANT_NOTHING,
    PLANT_FILE_FSYNC, /* does nothing */
    PLANT_DIRECTORY_FSYNC,
    PLANT_RANDOM,      /* returns the same number again and again */
    PLANT_EMPTY_LIST,  /* lists no names */
    PLANT_EXCL,        /* O_EXCL is ignored */
    PLANT_LATE_RENAME, /* removes its target and is interrupted; the second call does the rest */
};

struct scenario {
    const char *name;
    const char *actors; /* the kind of each */
    bool is_first;      /* there is no metadata.json yet */
    mode_t fixed;       /* type of metadata.json.tmp, or 0 */
    unsigned temps;     /* a set of OLD_TEMP and others */
    mode_t umask;
    mode_t forced_mode; /* of all files, which cannot be changed */
    bool is_stdio_closed;
    bool is_at;             /* the caller passes a descriptor */
    bool is_without_inodes; /* every inode number is 0 */
    bool is_fuse;  /* a flush of the directory does nothing, one of a file flushes its name, too */
    bool is_large; /* too many states for runs in which calls fail */
    unsigned events;   /* at most so many happen */
    unsigned possible; /* the set of these events */
    enum plant plant;
    const char *expected[6]; /* the findings that are documented, or due to the plant */
};

extern const struct scenario scenarios[];
extern const size_t scenarios_count;
