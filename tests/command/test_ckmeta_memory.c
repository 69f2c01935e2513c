/* SPDX-License-Identifier: MIT */
/* How much memory ckmeta takes for files at the cap and beyond. */
#include "run.h"

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

#define MEMBERS                                                                                    \
    "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"checkpoint_at\":1,"     \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":false"

static void gigabytes_of_zeros_are_refused_unread(void **state)
{
    (void)state;
    write_text("d/metadata.json", "");
    assert_int_equal(truncate("d/metadata.json", (off_t)3 << 30), 0);
    expect_failure((struct run){.line = "load d", .max_rss_mb = 20}, EXIT_FAILED,
                   "cannot load 'd/metadata.json': larger than 4194304 bytes", 0);
}

static void an_endless_input_is_refused_at_the_cap(void **state)
{
    (void)state;
    expect_failure((struct run){.line = "save --state /dev/zero d", .max_rss_mb = 20}, EXIT_FAILED,
                   "cannot read '/dev/zero': larger than 4194304 bytes", 0);
}

/* A document of just the cap: head, as many items as fit, tail, and blanks. */
static void put_document(const char *head, const char *item, const char *tail)
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
    write_file("d/metadata.json", text, NUCLEUS_CHECKPOINT_MAX_BYTES);
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

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("%s\n", rows[i].name);
        put_document(rows[i].head, rows[i].item, rows[i].tail);
        expect_output((struct run){.line = "load d version", .max_rss_mb = 200}, "v\n");
        expect_output((struct run){.line = "load d", .output = "/dev/null", .max_rss_mb = 200}, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(gigabytes_of_zeros_are_refused_unread),
        IN_PLACE(an_endless_input_is_refused_at_the_cap),
        IN_PLACE(documents_of_small_things_load_in_bounds),
    };

    if (UNDER_SANITIZER) {
        (void)fprintf(stderr, "skipped: a sanitizer's own memory would be measured\n");
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
