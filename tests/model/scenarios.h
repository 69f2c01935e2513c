/* SPDX-License-Identifier: MIT */
/* What is explored. */
#ifndef NUCLEUS_MODEL_SCENARIOS_H
#define NUCLEUS_MODEL_SCENARIOS_H

#include "model_world.h"

enum { MAX_SCENARIOS = 60 };

extern const struct scenario scenarios[];
extern const size_t scenarios_count;

#endif
