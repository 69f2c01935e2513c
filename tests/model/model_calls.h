/* SPDX-License-Identifier: MIT */
/* The effects of a system call on the model's world, and the ways in which it can fail. */
#ifndef NUCLEUS_MODEL_CALLS_H
#define NUCLEUS_MODEL_CALLS_H

#include <stddef.h>

#include "step.h"

/* So many calls of a run may fail, each in one of the ways that its kind has. */
extern unsigned max_faults;

/* The first way, 0, is the one without a fault. */
unsigned model_count_ways(size_t actor, const struct request *request);
struct answer model_perform(size_t actor, const struct request *request, unsigned way);

/* Returns what the actor has open as fd, or NULL. */
struct fd *model_fd(size_t actor, int fd);

/* Returns the name that the request is about, or NO_NAME if it leads to another directory. */
int model_resolve(size_t actor, const struct request *request);

#endif
