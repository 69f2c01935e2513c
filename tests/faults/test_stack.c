/* SPDX-License-Identifier: MIT */
/* What a host's thread needs of stack for a save and a load: less than 16 KiB, for the deepest
 * document and for failures with the longest paths too. The stack is painted before and looked at
 * after; what the thread itself needs, before it calls the library, does not count. */
#include "support.h"

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

static struct {
    const char *dir;
    char *text; /* the deepest document */
    struct nucleus_metadata metadata;
    uintptr_t start; /* the address of the frame that calls the library */
    enum nucleus_status status;
} run;

static enum nucleus_status save(const char *dir, struct nucleus_error *err)
{
    return nucleus_metadata_save(&run.metadata, dir, err);
}

static char long_path[4096]; /* each byte is escaped */

static const struct row {
    const char *name;
    enum nucleus_status (*act)(const char *path, struct nucleus_error *err);
    const char *path; /* NULL: the directory of the test */
    enum nucleus_status status;
} rows[] = {
    {"load", load_sample, NULL, NUCLEUS_OK}, /* of the deepest document */
    {"save", save, NULL, NUCLEUS_OK},
    {"save to a long path", save, long_path, NUCLEUS_ERROR_IO},
    {"load what is not there", load_sample, "/nothing", NUCLEUS_ERROR_NOT_FOUND},
    {"from_state", capture_sample, TEST_DATA "/cgroup", NUCLEUS_OK},
};

/* The text with a member before its last brace whose value is as deep as it may be. */
static char *deepen(const char *name)
{
    char *text = read_data(name, NULL);
    char *deep = calloc(1, strlen(text) + 2 * DEPTH + 16);
    char *end;

    assert_non_null(deep);
    *strrchr(text, '}') = '\0';
    end = stpcpy(stpcpy(deep, text), ", \"deep\": ");
    memset(end, '[', DEPTH);
    memset(end + DEPTH, ']', DEPTH);
    strcpy(end + 2 * DEPTH, "}");
    free(text);
    return deep;
}

static int make_run(void **state)
{
    struct nucleus_error err;

    (void)make_directory(state);
    run.dir = *state;
    run.text = deepen("nucleus-0.3.8-metadata-cgroup.json");
    assert_status(nucleus_metadata_from_json(run.text, strlen(run.text), &run.metadata, &err),
                  NUCLEUS_OK, &err);
    memset(long_path, '\x01', sizeof long_path - 1);
    return 0;
}

static int remove_run(void **state)
{
    nucleus_metadata_clear(&run.metadata);
    free(run.text);
    return remove_directory(state);
}

static void *work(void *argument)
{
    const struct row *row = argument;
    unsigned char here = 0;

    run.start = (uintptr_t)&here;
    run.status = row->act(row->path ? row->path : run.dir, NULL);
    return NULL;
}

/* The bytes below the first frame that were touched. */
static size_t measure(const struct row *row)
{
    pthread_attr_t attributes;
    pthread_t thread;
    size_t lowest = 0;

    memset(stack, PAINT, STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, work, (void *)(uintptr_t)row), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
    while (stack[lowest] == PAINT)
        lowest++;
    return (size_t)(run.start - (uintptr_t)(stack + lowest));
}

static void each_call_takes_less_than_16_kib_of_stack(void **state)
{
    (void)state;
    write_text(path_in(run.dir, "metadata.json"), run.text);
    for (const struct row *row = rows; row < rows + COUNT(rows); row++) {
        size_t size = measure(row);

        print_message("%s: %zu bytes\n", row->name, size);
        assert_int_equal(run.status, row->status);
        assert_true(size > 0 && size < LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_call_takes_less_than_16_kib_of_stack, make_run,
                                        remove_run),
    };

#ifdef IS_SANITIZED
    print_message("skipped: a sanitizer makes each frame larger\n");
    return TEST_SKIPPED;
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
