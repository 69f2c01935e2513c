/* SPDX-License-Identifier: MIT */
#include "memory_faults.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static struct {
    bool is_counted;
    size_t count;       /* allocations so far */
    size_t first, last; /* fail; counted from 1 */
    size_t failed;
    long live; /* blocks that were not freed */
} memory;

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

static bool is_short(void)
{
    if (!memory.is_counted)
        return false;
    memory.count++;
    if (memory.count < memory.first || memory.count > memory.last)
        return false;
    memory.failed++;
    errno = ENOMEM;
    return true;
}

/* Counts a block that is new. */
static void *counted(void *block)
{
    memory.live += memory.is_counted && block;
    return block;
}

void *__wrap_malloc(size_t size)
{
    return is_short() ? NULL : counted(__real_malloc(size));
}

/* In a static program, calloc and realloc of musl come by the wrapper of malloc, and of free, too:
 * those calls are not counted. */
void *__wrap_calloc(size_t count, size_t size)
{
    const bool is_counted = memory.is_counted;
    void *block;

    if (is_short())
        return NULL;
    memory.is_counted = false;
    block = __real_calloc(count, size);
    memory.is_counted = is_counted;
    return counted(block);
}

void *__wrap_realloc(void *block, size_t size)
{
    const bool is_counted = memory.is_counted;
    void *moved;

    if (is_short())
        return NULL;
    memory.is_counted = false;
    moved = __real_realloc(block, size);
    memory.is_counted = is_counted;
    return block ? moved : counted(moved);
}

void __wrap_free(void *block)
{
    memory.live -= memory.is_counted && block;
    __real_free(block);
}

void count_cjson_memory(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){__wrap_malloc, __wrap_free});
}

void ignore_cjson_memory(void)
{
    cJSON_InitHooks(NULL);
}

void begin_memory(size_t first, size_t last)
{
    memset(&memory, 0, sizeof memory);
    memory.first = first;
    memory.last = last;
    memory.is_counted = true;
}

void pause_memory(void)
{
    memory.is_counted = false;
}

void resume_memory(void)
{
    memory.last = 0;
    memory.is_counted = true;
}

long count_blocks(void)
{
    return memory.live;
}

size_t count_failed_allocations(void)
{
    return memory.failed;
}
