/* SPDX-License-Identifier: MIT */
/* What the library promises: in each state, at each call, when an actor is done, at the end, and
 * after each power cut. What does not hold is reported to the explorer. */
#ifndef NUCLEUS_MODEL_PROMISES_H
#define NUCLEUS_MODEL_PROMISES_H

#include <stddef.h>

#include "step.h"

void check_call(size_t actor, const struct request *request); /* before it is made */
void check_report(size_t actor, const struct request *report);
void check_state(void);
void check_end(void);

/* Crash states that were looked at, recoveries that were tried, and states in which only prefixes
 * of the unflushed changes were, because there were too many of them for all subsets. */
extern struct crash_counts {
    unsigned long long images, recoveries, cut_off;
} crash_counts;

#endif
