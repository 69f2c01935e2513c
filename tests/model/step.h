/* SPDX-License-Identifier: MIT */
/* A step of an actor: a system call and its answer. They hold no pointers and no padding, so that
 * the explorer can compare and keep them without knowing their meaning. */
#ifndef NUCLEUS_MODEL_STEP_H
#define NUCLEUS_MODEL_STEP_H

#include <stdint.h>

enum call_kind {
    CALL_END, /* the actor is done, and the request is its report: see act() */
    CALL_OPEN_DIRECTORY,
    CALL_CREATE,
    CALL_OPEN_FILE,
    CALL_DUP_ABOVE,
    CALL_CLOSE,
    CALL_STAT, /* by name, following symbolic links */
    CALL_LSTAT,
    CALL_FSTAT,
    CALL_FCHMOD,
    CALL_READ,
    CALL_WRITE,
    CALL_FSYNC,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_GETRANDOM,
    CALL_GETDENTS,
    CALL_FREMOVEXATTR,
    CALL_KINDS,
};

struct request {
    uint8_t kind;
    int8_t name;     /* in the directory, or NO_NAME */
    int8_t new_name; /* of a rename */
    uint8_t size;    /* of a transfer, in bytes */
    int32_t fd;      /* of the file, or of the directory that contains name */
    uint32_t flags;
    uint32_t mode;
    uint64_t data; /* the bytes to write */
};

/* The result of a stat. */
struct file_info {
    uint8_t device, number, links, size;
    uint16_t mode, uid;
    int32_t ctime;
    uint32_t unused;
};

struct answer {
    int32_t result;
    int32_t os_error;
    union {
        uint64_t data[2]; /* the bytes that were read; a random number; a set of names */
        struct file_info info;
    };
};

#endif
