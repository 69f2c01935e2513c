/* SPDX-License-Identifier: MIT */
/* ckmeta needs less than 200 MB of memory for any file. */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Sets the memory limit that ckmeta inherits. */
static void little_memory(void)
{
#ifdef UNDER_SANITIZER
    skip_test("sanitizers exceed the memory limit");
#endif
    documents();
    assert_int_equal(setrlimit(RLIMIT_AS, &(struct rlimit){200000000, 200000000}), 0);
}

TEST_IN(little_memory, a_file_of_3_gib_is_refused)
{
    write_text("d/metadata.json", "");
    assert_int_equal(truncate("d/metadata.json", (off_t)3 << 30), 0);
    expect_failure("load d", EXIT_FAILED,
                   "cannot load 'd/metadata.json': larger than 4194304 bytes", 0);
}

TEST_IN(little_memory, an_endless_input_is_refused)
{
    expect_failure("save --state /dev/zero d", EXIT_FAILED,
                   "cannot read '/dev/zero': larger than 4194304 bytes", 0);
}

#define MEMBERS                                                                                    \
    "{\"container_id\":\"i\",\"container_name\":\"n\",\"original_pid\":1,\"checkpoint_at\":1,"     \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":false"
#define NO_COMMAND MEMBERS ",\"command\":[]"

/* A document as long as the cap: head, as many items as fit, tail, and spaces. */
static const struct {
    const char *name, *head, *item, *tail;
} dense[] = {
    {"unknown objects", NO_COMMAND ",\"x\":[0", ",{}", "]}"},
    {"empty arguments", MEMBERS ",\"command\":[\"\"", ",\"\"", "]}"},
    {"a long argument", MEMBERS ",\"command\":[\"", "w", "\"]}"},
    {"I/O limits",
     NO_COMMAND ",\"resource_limits\":{\"cpu_period_us\":1,\"io_limits\":[{\"device\":\"\"}",
     ",{\"device\":\"\"}", "]}}"},
};

TEST_EACH_IN(little_memory, dense, a_document_of_many_small_items_is_printed)
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
    expect_output("load d version", "v\n");
    expect_output("load d >/dev/null", "");
}
