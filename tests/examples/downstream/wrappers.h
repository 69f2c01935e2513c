/* SPDX-License-Identifier: MIT */
/*
 * What stands between the code under test and libc, so that a test can make a call fail. The
 * linker option --wrap=NAME sends each call of NAME to __wrap_NAME, from the component and from
 * the library alike, and __real_NAME is the function itself. A call within a shared library is not
 * redirected.
 *
 * Nothing here counts calls or expects an order of them: a fault lasts until the test ends it.
 */
#ifndef WRAPPERS_H
#define WRAPPERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REACHED_MALLOC = 1,
    REACHED_FREE = 2,
    REACHED_STRDUP = 4,
    REACHED_WRITE = 8,
    REACHED_FSYNC = 16,
    REACHED_TIME = 32,
    REACHED_SAVE_AT = 64,
    REACHED_ALL = 127
};

extern struct wrapped {
    size_t allocations;  /* that still succeed; the others fail with ENOMEM */
    size_t room;         /* bytes that can still be written; then ENOSPC */
    int file_fsync;      /* errno of fsync(2) of a file, or 0 */
    int directory_fsync; /* errno of fsync(2) of a directory, or 0 */
    int64_t now;         /* what time(2) returns */
    bool save_is_mocked; /* nucleus_metadata_save_at() does nothing and returns mock() */
    bool is_bypassed;    /* memory comes from libc's malloc(3), unseen by cmocka's leak check */
    long blocks;         /* allocated by the wrappers, less those freed by them */
    unsigned int reached;
} wrapped;

/* Ends all faults. The time is 2023-11-14 22:13:20 UTC. */
void reset_wrappers(void);

#endif
