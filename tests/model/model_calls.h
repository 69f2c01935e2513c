/* SPDX-License-Identifier: MIT */
/* The effects of a system call on the world, and the ways in which it can fail. */
#ifndef NUCLEUS_MODEL_CALLS_H
#define NUCLEUS_MODEL_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "step.h"

/* At most so many calls of a run fail, each in one of the ways that its kind has. */
extern unsigned max_faults;

/* True if steps that no other actor can notice are not choices. */
extern bool is_merged;

/* Makes the call. The first way, 0, is the one without a fault. */
struct answer model_perform(size_t actor, const struct request *request, unsigned way);

/* Returns what the actor has open as fd, or NULL. */
struct fd *model_fd(size_t actor, int fd);

/* Returns the name that the request is about, or NO_NAME if it leads to another directory. */
int model_resolve(size_t actor, const struct request *request);

const char *call_text(unsigned kind);

#endif
