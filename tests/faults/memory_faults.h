/* SPDX-License-Identifier: MIT */
/* Counts the memory of the library and of cJSON, and makes chosen allocations fail. For tests
 * that wrap malloc, calloc, realloc and free and have one thread. */
#ifndef NUCLEUS_TEST_MEMORY_FAULTS_H
#define NUCLEUS_TEST_MEMORY_FAULTS_H

#include <stddef.h>

/* Counts cJSON's memory too, which the linker cannot wrap, or no longer does. */
void count_cjson_memory(void);
void ignore_cjson_memory(void);

/* Counts from here on; the allocations from the first to the last, counted from 1, fail. */
void begin_memory(size_t first, size_t last);

/* Counts no more; what is freed outside is not seen. */
void pause_memory(void);

/* Counts on, without failures. */
void resume_memory(void);

/* Of what was counted: the blocks that were not freed, and the allocations that failed. */
long count_blocks(void);
size_t count_failed_allocations(void);

#endif
