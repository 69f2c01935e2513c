/* SPDX-License-Identifier: MIT */
/*
 * The world that the actors share: one directory of a local file system, the clock of its server,
 * and the disk below it. Names and inodes are small numbers. What is assumed of real file systems:
 *
 * - A call is atomic towards other calls; rename replaces its target at once (rename(2), POSIX).
 * - An inode number is reused once nobody has the file open and it has no name (stat(2)).
 * - The disk has of a file only what the last fsync of it flushed, mode included (fsync(2)).
 * - Changes of names reach the disk in any order, or not at all, before the next fsync of the
 *   directory: after a power cut any subset of them may be there (fsync(2); Pillai et al., "All
 * File Systems Are Not Created Equal", OSDI 2014). One change, a rename included, is atomic.
 * - A disk that has failed loses all that was not flushed. Whoever flushes first is told. From then
 *   on a flush of the directory succeeds without doing anything, while one of a file reports EIO on
 *   each descriptor (errseq_t of the kernel), and of a file that was flushed before no more once
 *   the disk works again. The file system writes no more in any case, and says so to a change of
 *   attributes. This is what ext4 and xfs were seen to do.
 * - Through FUSE, a directory may have no flush (libfuse, fsyncdir); then that of a file flushes
 * its name.
 */
#ifndef NUCLEUS_MODEL_WORLD_H
#define NUCLEUS_MODEL_WORLD_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    ACTORS = 3,
    NEXT_SAVER = ACTORS, /* the one after a power cut, as an actor */
    TRIES = 4,           /* names that one saver can try */
    STRANGE_NAME = -2,   /* of a path that no actor should use */
    NO_NAME = -1,
    FILE_NAME = 0,  /* metadata.json */
    FIXED_NAME = 1, /* metadata.json.tmp */
    FIRST_TEMP = 2, /* .metadata.json.tmp.0000000000000000, the first number of actor 0 */
    FIRST_LEFTOVER = FIRST_TEMP + (ACTORS + 1) * TRIES,
    NAMES = FIRST_LEFTOVER + 3,
    SLOTS = 20, /* of inodes */
    OPS = 24,   /* changes of names that are not flushed */
    FDS = 5,    /* of one actor */
    TEXT = 8,   /* bytes in each file */
    CALLER_FD = 90,
    SECONDS = 2000000, /* the clock at the start */
    HOUR = 60 * 60,
    MODE = 0600,
};

/* Owners of inodes: actors by their number, and these. */
enum { NEIGHBOUR = ACTORS + 1, INITIAL };

enum { OUR_USER = 1000, OTHER_USER = 2000 };

enum actor_kind { NOBODY, SAVER, LOADER, NUCLEUS };

/* The directory, the system and the neighbours of a scenario. */
struct scenario {
    const char *name;
    enum actor_kind kinds[ACTORS];
    bool has_old;
    char fixed;    /* metadata.json.tmp: 'o'ld or 'y'oung file, 'f'ifo, 'l'ink, 'd'irectory */
    char leftover; /* 'o'ld, 'y'oung, 'b'oth; 'f'oreign: old, of another user; 't'aken: the first
                      name that is tried */
    mode_t umask, forced_mode;
    bool is_stdio_closed, is_at;
    unsigned events, which; /* so many events at most, of this set */
    bool is_without_inodes; /* every inode number is 0 */
    bool is_large;          /* too many states for runs in which calls fail */
    bool is_fuse; /* a flush of the directory does nothing, one of a file flushes its name, too */
    const char *expected[8]; /* what is documented not to hold here, word for word */
};

/* Breaks of the model, to see that the promises notice them. */
enum plant {
    PLANT_NOTHING,
    PLANT_FILE_FSYNC, /* does nothing */
    PLANT_DIRECTORY_FSYNC,
    PLANT_RANDOM,      /* gives the same number again and again */
    PLANT_EMPTY_LIST,  /* lists no names */
    PLANT_EXCL,        /* O_EXCL is ignored */
    PLANT_LATE_RENAME, /* removes its target first, and comes to the rest at the next call */
};

struct fd {
    uint8_t is_open, is_directory, is_listed, at;
    int8_t slot;
    uint8_t is_flush_lost; /* a flush failed: another one would lie */
    uint8_t is_elsewhere;  /* another directory, which has taken the place of ours */
    uint8_t padding;
};

struct actor {
    uint8_t kind, randoms, temp /* the name tried last, or 0 */, is_published;
    uint8_t publication; /* of its file */
    uint8_t floor;       /* of a loader: the publication that it may find at the least */
    uint8_t is_dead, is_done;
    struct fd fds[FDS];
};

struct inode {
    uint8_t type; /* DT_REG and others; 0 if the slot is free */
    uint8_t owner, links, opens, size, publication, number;
    uint8_t is_synced; /* the disk has all of it */
    uint16_t mode, uid;
    int32_t ctime;
    uint8_t is_lost;   /* ... and never will */
    uint8_t is_stolen; /* a neighbour published it, complete or not */
    uint8_t padding[6];
    uint64_t text;
};

/* A change of names: a creation has no from, a removal no to. */
struct op {
    int8_t from, to, slot;
};

struct world {
    struct actor actors[ACTORS + 1];
    struct inode inodes[SLOTS];
    int8_t dir[NAMES], disk[NAMES]; /* the slot of each name, or -1 */
    struct op ops[OPS];
    uint8_t op_count;
    uint8_t publications;         /* how often metadata.json was replaced */
    uint8_t floor;                /* the last one that must survive */
    uint8_t is_floorless;         /* what had to is gone, or nobody can tell */
    uint8_t last_of[INITIAL + 1]; /* the last publication of each owner */
    uint8_t faults, events;
    uint8_t is_removed, is_swapped; /* the directory */
    uint8_t is_disk_failed, is_failure_met, is_fault_over;
    int32_t now;
    uint8_t padding[3];
};

extern struct world world;
extern const struct scenario *scenario;
extern enum plant plant;

/* Makes the world of a scenario. */
void world_begin(const struct scenario *new_scenario);

/* Zeroes what nobody can refer to any more, so that equal states look equal. */
void world_forget(void);

/* An inode with no name yet. Returns its slot. */
int world_new_inode(int type, int owner, int mode);

/* The object at the name, or NULL. */
struct inode *world_at(int name);

/* Changes of names. world_rename() returns 0 or an errno. */
void world_link(int name, int slot);
void world_unlink(int name);
int world_rename(int from, int to);

/* A new object of the type replaces what is at the name. */
void world_put(int name, int type, int owner, int age);

/* The disk has the directory as it is now. */
void world_flush_directory(void);

/* An actor forgets all, with its descriptors closed. */
void world_end_actor(size_t actor);

bool is_whole(const struct inode *inode);

/* The file name of a name, in a static buffer. */
const char *name_text(int name);

#endif
