/* SPDX-License-Identifier: MIT */
/* The steps of an actor, made by the kernel in a real directory: what the model is held against. */
#ifndef NUCLEUS_MODEL_KERNEL_H
#define NUCLEUS_MODEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "step.h"

/* Makes a copy of the world as the directory MODEL_DIRECTORY, and removes it. Random numbers and
 * the age of files are the model's. Returns false if it cannot be made here. */
bool kernel_begin(void);
void kernel_end(void);

struct answer kernel_perform(size_t actor, const struct request *request);

/* Returns true if the directory is as the world is now. */
bool kernel_is_as_world(void);

#endif
