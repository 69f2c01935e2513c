/* SPDX-License-Identifier: MIT */
/* The memory that ckmeta needs for files at the cap and beyond. */
#include "run.h"

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

static void sparse_file(void)
{
#ifdef UNDER_SANITIZER
    skip_test("a sanitizer needs memory too");
#endif
    documents();
    write_text("d/metadata.json", "");
    assert_int_equal(truncate("d/metadata.json", (off_t)3 << 30), 0);
}

TEST_IN(sparse_file, a_large_file_is_refused_unread)
{
    expect_failure((struct run){.line = "load d", .max_rss_mb = 20}, EXIT_FAILED,
                   "cannot load 'd/metadata.json': larger than 4194304 bytes", 0);
}

TEST_IN(sparse_file, an_endless_input_is_refused_at_the_cap)
{
    expect_failure((struct run){.line = "save --state /dev/zero d", .max_rss_mb = 20}, EXIT_FAILED,
                   "cannot read '/dev/zero': larger than 4194304 bytes", 0);
}

#define MEMBERS                                                                                    \
    "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"checkpoint_at\":1,"     \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":false"
#define NO_COMMAND MEMBERS ",\"command\":[]"

/* A document at the cap: head, as many items as possible, tail, and spaces. */
static const struct {
    const char *name, *head, *item, *tail;
} dense[] = {
    {"unknown zeros", NO_COMMAND ",\"x\":[0", ",0", "]}"},
    {"unknown objects", NO_COMMAND ",\"x\":[0", ",{}", "]}"},
    {"unknown members", NO_COMMAND, ",\"\":0", "}"},
    {"empty arguments", MEMBERS ",\"command\":[\"\"", ",\"\"", "]}"},
    {"a long argument", MEMBERS ",\"command\":[\"", "w", "\"]}"},
    {"I/O limits",
     NO_COMMAND ",\"resource_limits\":{\"cpu_period_us\":1,\"io_limits\":[{\"device\":\"\"}",
     ",{\"device\":\"\"}", "]}}"},
};

TEST_EACH_IN(sparse_file, dense, a_document_of_many_small_items_needs_less_than_200_mb)
{
    const size_t item_len = strlen(row->item), tail_len = strlen(row->tail);
    size_t len = strlen(row->head);
    char *text = malloc(NUCLEUS_CHECKPOINT_MAX_BYTES);

    assert_non_null(text);
    memset(text, ' ', NUCLEUS_CHECKPOINT_MAX_BYTES);
    memcpy(text, row->head, len);
    for (; len + item_len + tail_len <= NUCLEUS_CHECKPOINT_MAX_BYTES; len += item_len)
        memcpy(text + len, row->item, item_len);
    memcpy(text + len, row->tail, tail_len);
    write_file("d/metadata.json", text, NUCLEUS_CHECKPOINT_MAX_BYTES);
    free(text);
    expect_output((struct run){.line = "load d version", .max_rss_mb = 200}, "v\n");
    expect_output((struct run){.line = "load d", .output = "/dev/null", .max_rss_mb = 200}, "");
}
