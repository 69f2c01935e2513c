/* SPDX-License-Identifier: MIT */
/* How much memory ckmeta takes for files at the cap and beyond. */
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#endif
#ifndef UNDER_SANITIZER
#define UNDER_SANITIZER 0
#endif

enum { KIB_A_MB = 1000000 / 1024 };

#define MEMBERS                                                                                    \
    "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"checkpoint_at\":1,"     \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":false"

/* Fails the test, naming row, if ckmeta had as much as limit. */
static void check_memory(const char *row, const struct outcome *outcome, int limit_mb)
{
    if (outcome->max_rss >= (long)limit_mb * KIB_A_MB)
        fail_msg("%s: %ld KiB of memory", row, outcome->max_rss);
}

static void gigabytes_of_zeros_are_refused_unread(void **state)
{
    const char *path = path_in(*state, "metadata.json");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct outcome outcome;

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)3 << 30), 0);
    assert_int_equal(close(fd), 0);
    outcome = CKMETA_RUN("load", *state);
    check_memory("zeros", &outcome, 20);
    check_failed("zeros", outcome, EXIT_FAILED, "/metadata.json': larger than 4194304 bytes");
}

static void an_endless_state_is_refused_at_the_cap(void **state)
{
    struct outcome outcome = CKMETA_RUN("save", "--state", "/dev/zero", *state);

    check_memory("/dev/zero", &outcome, 20);
    check_failed("/dev/zero", outcome, EXIT_FAILED, "'/dev/zero': larger than 4194304 bytes");
}

/* A document of just the cap: head, as many items as fit, tail, and blanks. */
static void put_document(const char *dir, const char *head, const char *item, const char *tail)
{
    size_t item_len = strlen(item);
    size_t len = strlen(head);
    char *text = malloc(NUCLEUS_CHECKPOINT_MAX_BYTES);

    assert_non_null(text);
    memset(text, ' ', NUCLEUS_CHECKPOINT_MAX_BYTES);
    memcpy(text, head, len);
    for (; len + item_len + strlen(tail) <= NUCLEUS_CHECKPOINT_MAX_BYTES; len += item_len)
        memcpy(text + len, item, item_len);
    memcpy(text + len, tail, strlen(tail));
    write_file(path_in(dir, "metadata.json"), text, NUCLEUS_CHECKPOINT_MAX_BYTES);
    free(text);
}

static void documents_of_small_things_load_in_bounds(void **state)
{
    static const struct {
        const char *name, *head, *item, *tail;
    } rows[] = {
        {"unknown zeros", MEMBERS ",\"command\":[],\"x\":[0", ",0", "]}"},
        {"unknown objects", MEMBERS ",\"command\":[],\"x\":[0", ",{}", "]}"},
        {"unknown members", MEMBERS ",\"command\":[]", ",\"\":0", "}"},
        {"empty words", MEMBERS ",\"command\":[\"\"", ",\"\"", "]}"},
        {"a long word", MEMBERS ",\"command\":[\"", "w", "\"]}"},
        {"I/O limits",
         MEMBERS ",\"command\":[],\"resource_limits\":{\"cpu_period_us\":1,\"io_limits\":["
                 "{\"device\":\"\"}",
         ",{\"device\":\"\"}", "]}}"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome outcome;

        put_document(*state, rows[i].head, rows[i].item, rows[i].tail);
        outcome = CKMETA_RUN("load", *state, "version");
        check_memory(rows[i].name, &outcome, 200);
        check_done(rows[i].name, outcome, "v\n");
        outcome = CKMETA_RUN("load", *state);
        check_memory(rows[i].name, &outcome, 200);
        check_done(rows[i].name, outcome, NULL);
    }
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(gigabytes_of_zeros_are_refused_unread),
        IN_DIRECTORY(an_endless_state_is_refused_at_the_cap),
        IN_DIRECTORY(documents_of_small_things_load_in_bounds),
    };

    if (UNDER_SANITIZER) {
        (void)fprintf(stderr, "skipped: a sanitizer's own memory would be measured\n");
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
