/* SPDX-License-Identifier: MIT */
/* Hooks around the system calls of the library, for single-threaded programs that link
 * test-system-calls. */
#pragma once

#include "support.h"

#include <sys/stat.h>
#include <sys/vfs.h>

struct call {
    const char *name; /* such as "openat" for nucleus_system_openat() */
    /*
     * The kind of file that the call refers to: "directory"; "temp", the temporary file of this
     * save until it is renamed; "stale", any other temporary file of the library; "fixed",
     * metadata.json.tmp; "standard", a descriptor from 0 to 2, for close only; "io.max"; "file",
     * any other file; or "" if the call refers to no file.
     */
    const char *object;
    int fd;                    /* -1 if the call has no descriptor */
    const char *path;          /* NULL if the call refers to fd itself */
    int flags;                 /* of openat */
    mode_t mode;               /* of openat and fchmod */
    char *bytes;               /* the buffer that read, getrandom or getdents fills */
    size_t size;               /* of the buffer; a hook may reduce it before the call */
    struct statfs *filesystem; /* the result of fstatfs */
    struct stat *info;         /* the result of fstat and fstatat */
    bool is_answered;          /* set by answer_call(); if set before the call, it is not made */
    long result;
    int os_error; /* valid if result is negative */
};

/* Returns true if what is the name of the call, or its name and object, as in "fsync temp". */
bool is_call(const struct call *call, const char *what);

/* Sets the result of the call. A hook that does so before the call prevents it. */
void answer_call(struct call *call, long result, int os_error);

/* Sets the functions that are called before and after each system call. Both may be NULL. */
typedef void call_hook(struct call *call);
void set_call_hooks(call_hook *before, call_hook *after);

/* A hook for use after a call: makes the temporary files of other saves appear two hours older. */
void age_stale_temps(struct call *call);
