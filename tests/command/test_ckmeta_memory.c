/* SPDX-License-Identifier: MIT */
/* ckmeta needs less than 200 MB of memory for any file. */
#include "run.h"

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

/* The arguments of write_document() for documents as long as the cap. */
static const struct {
    const char *name, *head, *item, *tail;
} dense[] = {
    {"unknown objects", MINIMAL ",\"x\":[0", ",{}", "]}"},
    {"empty arguments", WITHOUT_COMMAND ",\"command\":[\"\"", ",\"\"", "]}"},
    {"a long argument", WITHOUT_COMMAND ",\"command\":[\"", "w", "\"]}"},
    {"I/O limits",
     MINIMAL ",\"resource_limits\":{\"cpu_period_us\":1,\"io_limits\":[{\"device\":\"\"}",
     ",{\"device\":\"\"}", "]}}"},
};

TEST_EACH_IN(little_memory, dense, a_document_of_many_small_items_is_printed)
{
    write_document("d/metadata.json", NUCLEUS_CHECKPOINT_MAX_BYTES, row->head, row->item,
                   row->tail);
    expect_output("load d version", "v\n");
    expect_output("load d >/dev/null", "");
}
