/* SPDX-License-Identifier: MIT */
/* The effects of a system call on the world, and the ways in which it can fail. */
#ifndef NUCLEUS_MODEL_CALLS_H
#define NUCLEUS_MODEL_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "step.h"

/* A call that is being made. */
struct call {
    size_t actor;
    const struct request *request;
    struct actor *own;
    struct fd *fd;       /* of the request, or NULL */
    bool is_elsewhere;   /* fd or the path leads to another directory */
    int name;            /* of the request, or NO_NAME if it is elsewhere */
    struct inode *inode; /* at the name, or of the descriptor; NULL if there is none */
    int fault;
    struct answer answer;
};

/* At most so many calls of a run fail, each in one of the ways that its kind has. */
extern unsigned max_faults;

/* True if steps that no other actor can notice are not choices. */
extern bool is_merged;

/* Checks the promises of the library and makes the call. The first way, 0, is the one without a
 * fault. */
struct answer model_perform(size_t actor, const struct request *request, unsigned way);

const char *call_text(unsigned kind);

/* Provided by promises.c. */
void check_call(const struct call *call);

#endif
