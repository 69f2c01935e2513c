/* SPDX-License-Identifier: MIT */
/* Signals interrupt each call that is made again: 99 times in a row do not matter, however often
 * that happens in one act; after the hundredth the act gives up. */
#include "support.h"

#include <errno.h>

#include "acts.h"
#include "system_calls.h"

enum { ENOUGH = 100 };

static const struct row {
    const char *name;
    enum nucleus_status (*act)(const char *dir);
    enum call_kind kind;
    enum call_object object;
    enum nucleus_status in_the_end;
    bool is_repeated; /* it is made several times: its transfers are short here */
} rows[] = {
    {"save", act_save, CALL_OPENAT, OBJECT_DIRECTORY, NUCLEUS_ERROR_IO, false},
    {"save", act_save, CALL_GETRANDOM, OBJECT_ANY, NUCLEUS_ERROR_IO, false},
    {"save", act_save, CALL_WRITE, OBJECT_TEMP, NUCLEUS_ERROR_IO, true},
    {"save", act_save, CALL_FSYNC, OBJECT_TEMP, NUCLEUS_ERROR_IO, false},
    {"save", act_save, CALL_FSYNC, OBJECT_DIRECTORY, NUCLEUS_ERROR_NOT_DURABLE, false},
    {"load", act_load, CALL_OPENAT, OBJECT_FILE, NUCLEUS_ERROR_IO, false},
    {"load", act_load, CALL_READ, OBJECT_FILE, NUCLEUS_ERROR_IO, true},
    {"from_state", act_capture, CALL_OPENAT, OBJECT_DIRECTORY, NUCLEUS_ERROR_IO, false},
    {"from_state", act_capture, CALL_OPENAT, OBJECT_FILE, NUCLEUS_ERROR_IO, true},
    {"from_state", act_capture, CALL_READ, OBJECT_FILE, NUCLEUS_ERROR_IO, true},
};

static struct {
    const struct row *row;
    size_t limit; /* signals in a row */
    size_t interrupted;
    size_t made;
} run;

static void interrupt(struct call *call)
{
    if (call->kind != run.row->kind || call->object != run.row->object)
        return;
    if (run.interrupted < run.limit) {
        run.interrupted++;
        fail_call(call, EINTR);
        return;
    }
    run.interrupted = 0;
    run.made++;
    call->size = call->size < 50 ? call->size : 50;
}

static enum nucleus_status act(const char *dir, size_t limit)
{
    enum nucleus_status status;

    run.limit = limit;
    run.interrupted = run.made = 0;
    watch_calls(interrupt, NULL);
    status = run.row->act(dir);
    assert_null(unwatch_calls().misuse);
    return status;
}

static void interruptions_are_counted_in_a_row(void **state)
{
    for (run.row = rows; run.row < rows + sizeof rows / sizeof rows[0]; run.row++) {
        const char *name = call_name(run.row->kind);

        assert_int_equal(act_save(*state), NUCLEUS_OK);
        if (act(*state, ENOUGH - 1) != NUCLEUS_OK || (run.made > 1) != run.row->is_repeated)
            fail_msg("%s gives up %s, or makes it %zu times", run.row->name, name, run.made);
        if (act(*state, SIZE_MAX) != run.row->in_the_end || run.interrupted != ENOUGH)
            fail_msg("%s makes %s %zu times", run.row->name, name, run.interrupted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interruptions_are_counted_in_a_row, make_directory,
                                        remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
