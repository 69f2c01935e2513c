/* SPDX-License-Identifier: MIT */
/*
 * The power goes at any point of a save, and the disk has what it was told to flush
 * (system_calls.h). A reader finds the old file or the new one, whole, and after success only the
 * new one. Rows that take a flush away, or let it come too late, show that the loss is found. For
 * saves that fail, test_fault_sweep asks the same.
 */
#include "support.h"

#include "system.h"
#include "system_calls.h"

enum { OLD = FOUND_AS_BEFORE, NEW = FOUND_NEW, TORN = FOUND_TORN };

static const struct row {
    const char *name;
    enum call_object unflushed; /* OBJECT_ANY: none */
    bool is_late;               /* it is flushed after the rename, right before it is closed */
    unsigned found, found_after;
} rows[] = {
    {"a save", OBJECT_ANY, false, OLD | NEW, NEW},
    {"a file without a flush", OBJECT_TEMP, false, OLD | TORN, TORN},
    {"a file flushed too late", OBJECT_TEMP, true, OLD | TORN | NEW, NEW},
    {"a directory without a flush", OBJECT_DIRECTORY, false, OLD | NEW, OLD | NEW},
};

static const struct row *row;
static enum call_object unflushed;

static void before(struct call *call)
{
    /* A file that takes several writes. */
    if (call->kind == CALL_WRITE && call->size > 100)
        call->size = 100;
    /* The library believes in its flush, and the disk knows nothing of it. */
    if (call->kind == CALL_FSYNC && call->object == unflushed)
        call->kind = CALL_ANY;
    if (call->kind == CALL_FSYNC && call->object == OBJECT_FILE && row->is_late)
        call->object = OBJECT_TEMP; /* the disk has the data now */
}

static struct call_report save(const char *dir)
{
    struct call_report report;
    struct nucleus_error err;

    assert_int_equal(save_sample("old", dir, NULL), NUCLEUS_OK);
    unflushed = row->unflushed;
    watch_calls(before, NULL);
    assert_status(save_new(dir, &err), NUCLEUS_OK, &err);
    report = unwatch_calls();
    assert_null(report.misuse);
    assert_true(has_saved(dir, "new"));
    return report;
}

static void a_reader_finds_the_old_file_or_the_new_one_whole(void **state)
{
    for (row = rows; row < rows + COUNT(rows); row++) {
        struct call_report report = save(*state);

        if (report.found != row->found || report.found_after != row->found_after)
            fail_msg("%s: found %#x, after it %#x", row->name, report.found, report.found_after);
        /* No temporary file comes back, if the directory is flushed. */
        assert_true(report.is_settled == (row->unflushed != OBJECT_DIRECTORY));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_reader_finds_the_old_file_or_the_new_one_whole,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
