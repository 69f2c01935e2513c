/* SPDX-License-Identifier: MIT */
/*
 * The world that the actors share: one directory of a local file system, the clock of its server,
 * and the disk below it. Names and inodes are small numbers. These are the assumptions about real
 * file systems:
 *
 * - A call is atomic with respect to other calls; rename replaces its target at once (rename(2),
 *   POSIX).
 * - An inode number is reused once the file has no name and is not open (stat(2)).
 * - The disk contains only the content and mode that the last fsync of a file flushed (fsync(2)).
 * - Until the next fsync of the directory, changes of names reach the disk in any order, or not at
 *   all: any subset of them may survive a power cut (fsync(2); Pillai et al., "All File Systems Are
 *   Not Created Equal", OSDI 2014). Each change, including a rename, is atomic.
 * - A disk that fails loses everything that was not flushed. The first flush reports an error.
 *   After that, a flush of the directory succeeds without doing anything. A flush of a file reports
 *   EIO on each descriptor (the kernel's errseq_t), unless the file was flushed before the failure
 *   and the disk works again. In any case, the file system no longer writes, and an attempt to
 *   change attributes reports that. This is the observed behaviour of ext4 and xfs.
 * - Through FUSE or from a file server, a rename may be performed but report an error, and lookups
 *   by name may then be answered from a cache that has missed it. Other calls are not cached.
 * - Through FUSE, a flush of a directory may do nothing (libfuse, fsyncdir); a flush of a file then
 *   also flushes its name.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "scenarios.h"

/* The path of the directory, from the working directory. */
#define MODEL_DIRECTORY "dir"

enum {
    ACTORS = 3,
    NEXT_SAVER = ACTORS, /* the saver that runs after a power cut */
    NEIGHBOUR,           /* an owner of inodes, like the actors and EARLIER_SAVER */
    EARLIER_SAVER,
    OWNERS,
    TRIES = 4,         /* names that one saver can try */
    STRANGE_NAME = -1, /* a path that no actor should use */
    NO_NAME = 0,
    FILE_NAME,  /* metadata.json */
    FIXED_NAME, /* metadata.json.tmp */
    FIRST_TEMP, /* .metadata.json.tmp.0000000000000000, the first number of actor 0 */
    FIRST_LEFTOVER = FIRST_TEMP + (ACTORS + 1) * TRIES,
    NAMES = FIRST_LEFTOVER + 2,
    SLOTS = 21,           /* of inodes; the first is unused */
    OUR_DIRECTORY = -1,   /* the slot of a descriptor that refers to the directory */
    OTHER_DIRECTORY = -2, /* the slot of one that refers to a directory that replaced it */
    OPS = 10,             /* changes of names that are not flushed */
    FDS = 6,              /* of one actor */
    TEXT = 8,             /* bytes in each file */
    FIRST_BYTE = 'a',     /* fills the files of owner 0; those of owner 1 are filled with 'b' */
    FIRST_FD = 3,         /* the lowest descriptor above the standard ones */
    CALLER_FD = 90,
    SECONDS = 2000000, /* the clock at the start */
    HOUR = 60 * 60,
    MODE = 0600,
    OUR_USER = 1000,
    OTHER_USER = 2000,
};

struct fd {
    int8_t slot;           /* of the file, or one of a directory; 0 if the descriptor is free */
    uint8_t offset;        /* of a directory: 1 after it was listed */
    uint8_t is_flush_lost; /* a flush failed, so that another one would succeed */
};

struct actor {
    uint32_t position; /* used by the explorer; 0 if the actor makes no more steps */
    uint8_t kind, randoms;
    uint8_t temp;        /* the name tried last, or NO_NAME */
    uint8_t publication; /* of its file, or 0 */
    uint8_t floor;       /* of a loader: the oldest publication that it may find */
    uint8_t is_dead;
    struct fd fds[FDS];
};

/* A neighbour's inodes belong to another user, and are on another device (a bind mount). */
struct inode {
    uint64_t text;
    int32_t ctime;
    uint32_t mode; /* with its type; 0 if the slot is free */
    uint16_t number;
    uint8_t owner, size, publication;
    uint8_t is_synced; /* all of it is on the disk */
    uint8_t is_lost;   /* it will never be on the disk */
    uint8_t is_stolen; /* a neighbour published it, complete or not */
};

/* A change of names. from is NO_NAME for a creation, and to is NO_NAME for a removal. */
struct op {
    int8_t from, to, slot;
};

/* Contains no padding, because the explorer hashes all bytes. */
struct world {
    /* These survive a power cut. */
    struct inode inodes[SLOTS];
    uint16_t op_count;
    uint16_t floor;       /* the oldest publication of metadata.json that a power cut may leave */
    uint8_t is_floorless; /* a power cut may leave any publication */
    int8_t disk[NAMES];   /* the slot of each name, or 0 */
    struct op ops[OPS];

    struct actor actors[ACTORS + 1];
    int32_t now;
    uint32_t faults;
    uint16_t events;
    int8_t dir[NAMES];
    int8_t cached[NAMES];    /* dir before a rename that the cache of lookups missed, or zeroes */
    uint8_t publications;    /* how often metadata.json was replaced */
    uint8_t last_of[OWNERS]; /* the last publication of each owner */
    uint8_t is_removed, is_swapped; /* the directory */
    uint8_t is_disk_failed, is_failure_met, is_fault_over;
};

extern struct world world;
extern const struct scenario *scenario;

/* Sets up the world of a scenario. */
void world_begin(const struct scenario *new_scenario);

/* Zeroes unreferenced inodes, so that equivalent states compare equal. */
void world_forget(void);

/* Returns the object at the name, or NULL. */
struct inode *world_at(int name);

/* Change names. world_rename() returns 0 or an errno. */
void world_unlink(int name);
int world_rename(int from, int to);

/* Replaces the object at the name, if any, with a new one. */
struct inode *world_create(int name, mode_t mode, int owner);

/* Like world_create(), but the object is filled and on the disk. */
void world_put(int name, mode_t type, int owner, int age);

/* Applies a change to names, which contains the slot of each name, or 0. */
void apply(struct op op, int8_t names[NAMES]);

/* Writes the current directory to the disk. */
void world_flush_directory(void);

/* Closes the descriptors of an actor and clears its memory. */
void world_end_actor(size_t actor);

/* Restarts the machine more than two hours later. image contains the slot of each name on the disk,
 * or 0. */
void world_restart(const int8_t image[NAMES]);

bool is_complete(const struct inode *inode);

/* Returns the file name of a name, in a static buffer. */
const char *name_text(int name);
