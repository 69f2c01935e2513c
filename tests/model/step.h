/* SPDX-License-Identifier: MIT */
/* A step of an actor: a system call and its answer. They hold no pointers and no padding, so that
 * the explorer can compare and keep them without knowing what they mean. */
#ifndef NUCLEUS_MODEL_STEP_H
#define NUCLEUS_MODEL_STEP_H

#include <stdint.h>

enum call_kind {
    CALL_END, /* the actor is done; data holds its report */
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
    uint8_t size;    /* in bytes, of a transfer */
    int32_t fd;      /* of the file, or of the directory that name is relative to */
    uint32_t flags;
    uint32_t mode;
    uint64_t data; /* what a write writes */
};

struct answer {
    int32_t result;
    int32_t os_error;
    uint64_t data[3]; /* what the call fills in */
};

#endif
