/* SPDX-License-Identifier: MIT */
/*
 * Stands between the library and the model: the functions of src/system.c are replaced by ones that
 * make a step of each call, and turn its answer into a result and errno.
 */
#ifndef NUCLEUS_MODEL_SYSTEM_H
#define NUCLEUS_MODEL_SYSTEM_H

#include <stddef.h>
#include <sys/stat.h>

#include "step.h"

/* Paths, from the working directory: the directory of the world. */
#define MODEL_DIRECTORY "dir"

/* Converts the result of a stat(2) to the data of an answer, and back. */
void model_pack_stat(struct answer *answer, const struct stat *info);
void model_unpack_stat(const struct answer *answer, struct stat *ret);

/* Returns a step as a line of text, in a static buffer. */
const char *model_describe(const struct request *request, const struct answer *answer);

#endif
