/* SPDX-License-Identifier: MIT */
/* The steps of actors: system calls, their effects on the world, and the ways in which they can
 * fail. Requests and answers contain no pointers or padding, so that they can be compared. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum call_kind {
    /* Private: no other actor can observe the call. */
    CALL_DUP_ABOVE,
    CALL_GETRANDOM,
    LAST_PRIVATE = CALL_GETRANDOM,

    /* Also private in the cases that is_merged describes: the call concerns only a descriptor, a
     * file that has one writer and has not been renamed, or, in a load, only the type and size of a
     * file, which no longer change. */
    CALL_OPEN_DIRECTORY,
    CALL_CLOSE,
    CALL_FSTAT,
    CALL_FCHMOD,
    CALL_WRITE,
    LAST_MERGED = CALL_WRITE,

    CALL_CREATE,
    CALL_OPEN_FILE,
    CALL_STAT, /* by name; flags is 0 or AT_SYMLINK_NOFOLLOW */
    CALL_READ,
    CALL_FSYNC,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_GETDENTS,
    CALL_FREMOVEXATTR,
    CALL_END, /* the actor is done; the request is its report: see act() */
    CALL_KINDS,
};

struct request {
    uint8_t kind;
    int8_t name;     /* in the directory, or NO_NAME */
    int8_t new_name; /* of a rename */
    uint8_t size;    /* of a transfer, in bytes */
    int32_t fd;      /* of the file or of the directory that contains name, or AT_FDCWD */
    uint32_t flags;
    uint32_t mode;
    uint64_t data; /* the bytes to write */
};

/* The result of a stat. */
struct file_info {
    uint32_t mode, uid;
    int32_t ctime;
    uint8_t device, number, links, size;
};

struct answer {
    int32_t result;
    int32_t os_error;
    union {
        uint64_t data[2]; /* the bytes that were read; a random number; a set of names */
        struct file_info info;
    };
};

/* A call in progress. */
struct call {
    size_t actor;
    const struct request *request;
    struct actor *own;
    struct fd *fd;       /* of the request, or NULL */
    int directory;       /* the slot of fd, or the directory that paths lead to if fd is NULL */
    int name;            /* of the request, or NO_NAME if it is in OTHER_DIRECTORY */
    struct inode *inode; /* of the name or the descriptor; may be NULL */
    int fault;
    struct answer answer;
};

/* The maximum number of calls that fail on a path. */
extern unsigned max_faults;

/* True if, in a scenario without events, the calls up to LAST_MERGED are not choices, except those
 * of nucleus. */
extern bool is_merged;

/* Checks the guarantees of the library and makes the call. Way 0 is the one without a fault. */
struct answer model_perform(size_t actor, const struct request *request, unsigned way);

const char *call_text(unsigned kind);

/* Provided by promises.c. */
void check_call(const struct call *call);
