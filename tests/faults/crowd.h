/* SPDX-License-Identifier: MIT */
/*
 * Workers in one directory: our savers and loaders, and savers that work as nucleus does, with
 * one fixed temporary name that is unlinked and created again.
 *
 * One saver of nucleus's kind alone never fails, whatever we do: we leave its temporary file alone
 * while it is young. Several of them disturb each other, and may publish each other's file while it
 * is empty; then an empty file, and nothing else, may be found.
 */
#ifndef NUCLEUS_TEST_CROWD_H
#define NUCLEUS_TEST_CROWD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nucleus/checkpoint.h"

enum {
    MAX_WORKERS = 16,
    MIN_SAVES = 300,   /* by each saver */
    MAX_SAVES = 20000, /* where loaders or nucleus's savers are slow to get their turn */
    ENOUGH = 100,      /* of new files found, and of nucleus's saves */
};

enum role { SAVER, LOADER, NUCLEUS_SAVER };

struct crowd;

struct worker {
    struct crowd *crowd;
    enum role role;
    uint32_t number;
    unsigned newest[MAX_WORKERS]; /* a loader's: of each saver, the last save that it found */
    char failure[640];            /* the first one; "": none */
    pthread_t thread;
    pid_t process;
};

/* Shared by all workers, processes too. */
struct crowd {
    char dir[4096];
    char temp[4200]; /* nucleus's */
    char file[4200];
    int dirfd;
    size_t nucleus_savers;
    atomic_bool is_over; /* the savers are done */
    atomic_size_t changes;
    atomic_size_t nucleus_saves;
    struct worker workers[MAX_WORKERS];
    size_t count;
};

/* The start of a thread, or the whole of a process: does the work of a struct worker. Returns
 * NULL. */
void *crowd_work(void *argument);

/* Whether all had their turn. */
bool crowd_is_satisfied(const struct crowd *crowd);

void crowd_note_failure(struct worker *worker, const char *what, const char *reason);

/* Save number save of a worker: its name is in every place, so that no mixture goes unseen. */
struct nucleus_metadata crowd_metadata(uint32_t number, unsigned save, size_t arguments);

#endif
