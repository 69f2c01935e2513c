/* SPDX-License-Identifier: MIT */
#include "memory_faults.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "error.h"

static struct {
    bool is_counted;
    size_t count;       /* allocations so far */
    size_t first, last; /* the allocations that fail, counted from 1 */
    size_t failed;
    long live; /* blocks that have not been freed */
} memory;

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

/* Counts an allocation, and returns true if it must fail. */
static bool must_fail(void)
{
    if (!memory.is_counted || ++memory.count < memory.first || memory.count > memory.last)
        return false;
    memory.failed++;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    void *block = must_fail() ? NULL : __real_malloc(size);

    memory.live += memory.is_counted && block;
    return block;
}

/* Counts one allocation. In a static program, musl's calloc() and realloc() call the wrappers of
 * malloc() and free(), which must not count it again. */
static void *allocate(void *old, size_t count, size_t size)
{
    const bool is_counted = memory.is_counted;
    void *block;

    if (must_fail())
        return NULL;
    memory.is_counted = false;
    block = old ? __real_realloc(old, size) : __real_calloc(count, size);
    memory.is_counted = is_counted;
    memory.live += is_counted && block && !old;
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocate(NULL, count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return allocate(block, 1, size);
}

void __wrap_free(void *block)
{
    memory.live -= memory.is_counted && block;
    __real_free(block);
}

void begin_memory(size_t first, size_t last)
{
    char unused[64];

    /* Makes glibc allocate its buffer for unknown errors, which a static program would count. */
    nucleus_describe_errno(-1, unused, sizeof unused);
    /* The linker cannot redirect the calls of a shared cJSON. */
    cJSON_InitHooks(&(cJSON_Hooks){__wrap_malloc, __wrap_free});
    memory.count = memory.failed = 0;
    memory.live = 0;
    memory.first = first;
    memory.last = last;
    memory.is_counted = true;
}

long end_memory(void)
{
    memory.is_counted = false;
    return memory.live;
}

size_t count_failed_allocations(void)
{
    return memory.failed;
}
