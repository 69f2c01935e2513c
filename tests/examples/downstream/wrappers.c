/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "wrappers.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <nucleus/checkpoint.h>

struct wrapped wrapped = {.allocations = SIZE_MAX, .room = SIZE_MAX};

void reset_wrappers(void)
{
    wrapped = (struct wrapped){.allocations = SIZE_MAX, .room = SIZE_MAX, .now = 1700000000};
}

/*
 * Memory. cmocka's leak check knows the blocks that its _test_malloc() hands out. Defining
 * UNIT_TESTING is not enough: it makes macros of malloc and free, in the sources that are compiled
 * with it, and the library is not. A string that one side allocates and the other frees then gets
 * to the wrong function: free(3) is given a pointer into the middle of a block and aborts, or
 * _test_free() finds no guard bytes around a block and fails the test. --wrap reaches both sides.
 * Memory that libc allocates and its caller frees has to be wrapped as well: here strdup(3),
 * elsewhere perhaps asprintf(3), getline(3) or realpath(3).
 *
 * cmocka must be a shared library: a static one would call these wrappers itself, without end.
 */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

static bool is_exhausted(void)
{
    wrapped.reached |= REACHED_MALLOC;
    if (wrapped.allocations == 0) {
        errno = ENOMEM;
        return true;
    }
    wrapped.allocations--;
    return false;
}

static void *counted(void *block)
{
    wrapped.blocks += block != NULL;
    return block;
}

void *__wrap_malloc(size_t size)
{
    if (is_exhausted())
        return NULL;
    return counted(wrapped.is_bypassed ? __real_malloc(size) : _test_malloc(size, "malloc", 0));
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (is_exhausted())
        return NULL;
    return counted(wrapped.is_bypassed ? __real_calloc(count, size)
                                       : _test_calloc(count, size, "calloc", 0));
}

void *__wrap_realloc(void *block, size_t size)
{
    void *moved = is_exhausted()        ? NULL
                  : wrapped.is_bypassed ? __real_realloc(block, size)
                                        : _test_realloc(block, size, "realloc", 0);

    return block ? moved : counted(moved);
}

void __wrap_free(void *block)
{
    wrapped.reached |= REACHED_FREE;
    wrapped.blocks -= block != NULL;
    if (wrapped.is_bypassed)
        __real_free(block);
    else
        _test_free(block, "free", 0);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    wrapped.reached |= REACHED_STRDUP;
    return copy ? memcpy(copy, text, size) : NULL;
}

/* The disk. A disk that fills up takes the first bytes of a write. */
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __wrap_fsync(int fd);
int __real_fsync(int fd);

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    ssize_t written;

    wrapped.reached |= REACHED_WRITE;
    if (wrapped.room == 0) {
        errno = ENOSPC;
        return -1;
    }
    written = __real_write(fd, bytes, size < wrapped.room ? size : wrapped.room);
    if (written > 0)
        wrapped.room -= (size_t)written;
    return written;
}

/* Which of the flushes fails is told by what is flushed, not by the order of the calls. */
int __wrap_fsync(int fd)
{
    struct stat status;
    int os_error;

    wrapped.reached |= REACHED_FSYNC;
    if (fstat(fd, &status) != 0)
        return -1;
    os_error = S_ISDIR(status.st_mode) ? wrapped.directory_fsync : wrapped.file_fsync;
    if (os_error == 0)
        return __real_fsync(fd);
    errno = os_error;
    return -1;
}

/*
 * The clock. The library asks time(2) for checkpoint_at. `nm -u libnucleus-checkpoint.a` shows the
 * names that it needs: where time_t is made 64 bits wide by _TIME_BITS (32-bit systems with glibc),
 * time is called __time64, as with _FILE_OFFSET_BITS open is called open64 and fopen fopen64, in
 * your own code too. None of the other names here has such a double.
 */
time_t __wrap_time(time_t *ret);
int64_t __wrap___time64(int64_t *ret);

time_t __wrap_time(time_t *ret)
{
    wrapped.reached |= REACHED_TIME;
    if (ret)
        *ret = (time_t)wrapped.now;
    return (time_t)wrapped.now;
}

int64_t __wrap___time64(int64_t *ret)
{
    wrapped.reached |= REACHED_TIME;
    if (ret)
        *ret = wrapped.now;
    return wrapped.now;
}

/* The library itself, for a test of what the component makes of a status. */
enum nucleus_status __wrap_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err);
enum nucleus_status __real_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err);

enum nucleus_status __wrap_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err)
{
    wrapped.reached |= REACHED_SAVE_AT;
    if (!wrapped.save_is_mocked)
        return __real_nucleus_metadata_save_at(metadata, dirfd, err);
    err->status = mock_type(enum nucleus_status);
    err->os_error = 0;
    (void)snprintf(err->message, sizeof err->message, "mocked: %s",
                   nucleus_status_name(err->status));
    return err->status;
}
