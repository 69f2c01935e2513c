/* SPDX-License-Identifier: MIT */
/*
 * Stands between the library and the system: a test that is linked with the wrappers of
 * system_calls.c sees each call before it is made and after, and may change it. For tests with
 * one thread.
 *
 * It also follows a disk that may lose its power. Such a disk has for certain only what was
 * flushed: a file that was not flushed, wholly, since the last write may be torn; a change of a
 * name before the next flush of the directory may be there or not.
 */
#ifndef NUCLEUS_TEST_SYSTEM_CALLS_H
#define NUCLEUS_TEST_SYSTEM_CALLS_H

#include "support.h"

#include <sys/stat.h>
#include <sys/vfs.h>

enum call_kind {
    CALL_ANY, /* of a fault, not of a call */
    CALL_OPENAT,
    CALL_MOVE_UP,
    CALL_CLOSE,
    CALL_FSTATAT,
    CALL_FSTAT,
    CALL_FCHMOD,
    CALL_READ,
    CALL_WRITE,
    CALL_FSYNC,
    CALL_FREMOVEXATTR,
    CALL_RENAMEAT,
    CALL_UNLINKAT,
    CALL_GETRANDOM,
    CALL_GETDENTS,
    CALL_FSTATFS,
};

/* What a call is about; found by its path, or by the path that its descriptor was opened by. */
enum call_object {
    OBJECT_ANY, /* of a fault; of a call that is about no file */
    OBJECT_DIRECTORY,
    OBJECT_FIXED_TEMP, /* metadata.json.tmp, until this run has a file of its own */
    OBJECT_TEMP,       /* the temporary file of this run */
    OBJECT_LEFTOVER,   /* the temporary file of another run; from then on nucleus's, too */
    OBJECT_LOW,        /* a descriptor 0, 1 or 2 that was moved up */
    OBJECT_IO_MAX,     /* the one file of a cgroup that may be missing */
    OBJECT_FILE,       /* any other: metadata.json, the rest of a cgroup */
};

struct call {
    enum call_kind kind;
    enum call_object object;
    int fd;                    /* -1 if it has none */
    const char *path;          /* NULL: it is about fd itself */
    int flags;                 /* of an openat */
    mode_t mode;               /* likewise */
    void *bytes;               /* what a read, a getrandom or a getdents fills */
    size_t size;               /* of the buffer; before may lower it */
    struct statfs *filesystem; /* what an fstatfs fills */
    struct stat *info;         /* what an fstat or an fstatat fills; after may change it */
    bool is_answered;          /* set by before, with the answer: the call is not made */
    long result;
    int os_error; /* counts where result is negative */
};

/* For the hook before a call: it fails, and is not made. */
void fail_call(struct call *call, int os_error);

/* Called right before each call, and right after it, when it may change the answer. */
typedef void call_hook(struct call *call);

/* What a reader of metadata.json may find after a power cut; a set. */
enum {
    FOUND_AS_BEFORE = 1, /* the old file, or none where there was none */
    FOUND_NEW = 2,
    FOUND_TORN = 4,
};

/* What the watched calls were like. */
struct call_report {
    int lowest_fd;             /* that was used for more than to be moved or closed */
    bool is_temp_stuck;        /* the temporary file could not be unlinked */
    bool is_mode_stuck;        /* its mode could not be set */
    bool is_directory_flushed; /* or at least that was tried, after a rename */
    unsigned found;            /* after a cut at any of the calls */
    unsigned found_after;      /* after a cut now */
    bool is_settled;           /* no change of a name can come undone */
    const char *misuse;        /* what the library must never do; NULL: it did not */
};

/* From now on the hooks are called; either may be NULL. */
void watch_calls(call_hook *before, call_hook *after);

/* Up to now they were. */
struct call_report unwatch_calls(void);

/* What the library does with files; what is made is cleared at once. load_sample() is one, too. */
typedef enum nucleus_status act_on_files(const char *dir, struct nucleus_error *err);
act_on_files save_new;       /* saves sample_metadata("new") */
act_on_files capture_limits; /* of a cgroup that has a directory of its own */

/* Acts while the hooks are called. Fails the test if the library does what it must never do. */
enum nucleus_status watch_act(act_on_files *act, const char *dir, struct nucleus_error *err,
                              call_hook *before, call_hook *after);

/* A file system that answers as one that is far away does: by a clock of its own, and with inode
 * numbers that say nothing. */
struct file_server {
    const char *name;
    int64_t ahead; /* its clock, of ours, in seconds */
    enum { INODES_DIFFER, INODES_EQUAL, INODES_ZERO } inodes;
};

/* This machine, its clock fast and slow by hours, and each kind of inode numbers. */
extern const struct file_server file_servers[];
extern const size_t file_servers_count;

/* From now on, watched or not, the file system is this one ... */
void set_file_server(const struct file_server *server);

/* ... and every temporary file of another run seems to be so much older than it is. */
void age_leftovers(int64_t seconds);

const char *call_name(enum call_kind kind);
const char *object_name(enum call_object object);

#endif
