/* SPDX-License-Identifier: MIT */
/* Included first into the parts of the library that are compiled for the model. */
#include <stdlib.h>
#define malloc actor_malloc
#define free actor_free
void *actor_malloc(size_t size);
void actor_free(void *block);
