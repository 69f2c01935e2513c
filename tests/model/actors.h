/* SPDX-License-Identifier: MIT */
/* The actors: savers and loaders of the library, and nucleus's own saver. */
#ifndef NUCLEUS_MODEL_ACTORS_H
#define NUCLEUS_MODEL_ACTORS_H

#include <stddef.h>

#include "step.h"

enum { MAY_BE_REPLACED = 1 };

/*
 * Acts as the kind of the actor says. Its report, the step CALL_END, has in mode the status, in
 * flags whether the message says that the file may have been replaced, and in data: for a saver the
 * set of names in the message, for a loader the byte that fills the file, for nucleus the number of
 * the step that failed.
 */
void act(size_t actor);

/* Returns what nucleus could not do, from its report, or NULL if it is done. */
const char *nucleus_failure(const struct request *report);

/* In the place of malloc(3) and free(3) in the library: all is given back when an actor starts. */
void *actor_malloc(size_t size);
void actor_free(void *block);

#endif
