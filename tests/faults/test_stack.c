/* SPDX-License-Identifier: MIT */
/* Checks that a save, a load and a capture need less than 16 KiB of stack, even for the deepest
 * document and for errors with the longest paths. The stack that a thread uses before the call is
 * not counted. */
#include "test.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 512 * 1024, LIMIT = 16 * 1024, DEPTH = 127, PAINT = 0xa5 };

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#endif

static alignas(4096) unsigned char stack[STACK];
static struct nucleus_metadata metadata;
static char long_path[4096]; /* each byte is escaped in a message */

static enum nucleus_status save(const char *dir, struct nucleus_error *err)
{
    return nucleus_metadata_save(&metadata, dir, err);
}

static const struct row {
    const char *name;
    enum nucleus_status (*operate)(const char *path, struct nucleus_error *err);
    const char *path;
    enum nucleus_status status;
} rows[] = {
    {"load of the deepest document", load_sample, ".", NUCLEUS_OK},
    {"save", save, ".", NUCLEUS_OK},
    {"save to a long path", save, long_path, NUCLEUS_ERROR_IO},
    {"load from a missing directory", load_sample, "/nothing", NUCLEUS_ERROR_NOT_FOUND},
    {"from_state", capture_sample, TEST_DATA "/cgroup", NUCLEUS_OK},
};

/* Creates a metadata.json with a value that is nested as deeply as possible. */
static void deep_document(void)
{
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    char *deep = calloc(1, strlen(text) + 2 * DEPTH + 16);
    struct nucleus_error err;
    char *end;

    assert_non_null(deep);
    *strrchr(text, '}') = '\0';
    end = stpcpy(stpcpy(deep, text), ", \"deep\": ");
    memset(end, '[', DEPTH);
    memset(end + DEPTH, ']', DEPTH);
    strcpy(end + 2 * DEPTH, "}");
    write_text("metadata.json", deep);
    nucleus_metadata_clear(&metadata);
    assert_status(nucleus_metadata_load(".", &metadata, &err), NUCLEUS_OK, &err);
    memset(long_path, '\x01', sizeof long_path - 1);
    free(deep);
    free(text);
}

static struct {
    const struct row *row;
    uintptr_t start; /* address in the frame that calls the library */
    enum nucleus_status status;
} run;

static void *work(void *argument)
{
    unsigned char here = 0;

    (void)argument;
    run.start = (uintptr_t)&here;
    run.status = run.row->operate(run.row->path, NULL);
    return NULL;
}

TEST_EACH_IN(deep_document, rows, each_call_needs_less_than_16_kib_of_stack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    size_t lowest = 0, size;

#ifdef IS_SANITIZED
    skip_test("a sanitizer makes each stack frame larger");
#endif
    run.row = row;
    memset(stack, PAINT, STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, work, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
    while (stack[lowest] == PAINT)
        lowest++;
    size = (size_t)(run.start - (uintptr_t)(stack + lowest));
    print_message("%zu bytes\n", size);
    assert_int_equal(run.status, row->status);
    assert_true(size > 0 && size < LIMIT);
}
