/* SPDX-License-Identifier: MIT */
/* Counts the memory of the library and of cJSON, and makes chosen allocations fail, in
 * single-threaded programs that link test-memory-faults. */
#pragma once

#include <stddef.h>

/* Starts counting. The allocations from first to last, counted from 1, fail. */
void begin_memory(size_t first, size_t last);

/* Stops counting. Returns the number of blocks that were allocated but not freed. */
long end_memory(void);

/* Returns the number of allocations that have failed since begin_memory(). */
size_t count_failed_allocations(void);
