/* SPDX-License-Identifier: MIT */
/* What may go better the next time is tried again: a call that a signal interrupts, the name of a
 * temporary file that is taken, the load of a file that is being replaced. After the last try the
 * act gives up, with the error of that one. */
#include "support.h"

#include <errno.h>

#include "system_calls.h"

/* In a row; an act may make a call several times, and so often each of them. */
enum { SIGNALS = 100, NAMES = 16, LOADS = 11 };

enum {
    REPEATED = 1, /* the call is made several times: its transfers are short here */
    REMOTE = 2,   /* the file system is not known to be local */
};

static const struct row {
    const char *name;
    act_on_files *act;
    enum call_kind kind;
    enum call_object object;
    int os_error;
    size_t tries;
    enum nucleus_status in_the_end;
    unsigned flags;
} rows[] = {
    {"save", save_new, CALL_OPENAT, OBJECT_DIRECTORY, EINTR, SIGNALS, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_GETRANDOM, OBJECT_ANY, EINTR, SIGNALS, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_OPENAT, OBJECT_TEMP, EEXIST, NAMES, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_OPENAT, OBJECT_TEMP, EINTR, NAMES, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_WRITE, OBJECT_TEMP, EINTR, SIGNALS, NUCLEUS_ERROR_IO, REPEATED},
    {"save", save_new, CALL_FSYNC, OBJECT_TEMP, EINTR, SIGNALS, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_FSYNC, OBJECT_FILE, EINTR, SIGNALS, NUCLEUS_ERROR_NOT_DURABLE, 0},
    {"save", save_new, CALL_RENAMEAT, OBJECT_TEMP, EINTR, 2, NUCLEUS_ERROR_IO, 0},
    {"save", save_new, CALL_FSYNC, OBJECT_DIRECTORY, EINTR, SIGNALS, NUCLEUS_ERROR_NOT_DURABLE, 0},
    {"load", load_sample, CALL_OPENAT, OBJECT_FILE, EINTR, SIGNALS, NUCLEUS_ERROR_IO, 0},
    {"load", load_sample, CALL_READ, OBJECT_FILE, EINTR, SIGNALS, NUCLEUS_ERROR_IO, REPEATED},
    {"load", load_sample, CALL_FSTATAT, OBJECT_FILE, ESTALE, LOADS, NUCLEUS_ERROR_IO, 0},
    {"load", load_sample, CALL_FSTATAT, OBJECT_FILE, ENOENT, LOADS, NUCLEUS_ERROR_NOT_FOUND,
     REMOTE},
    {"load", load_sample, CALL_FSTATAT, OBJECT_FILE, ENOENT, 2, NUCLEUS_ERROR_NOT_FOUND, 0},
    {"load", load_sample, CALL_OPENAT, OBJECT_FILE, ENOENT, 2, NUCLEUS_ERROR_NOT_FOUND, 0},
    {"load", load_sample, CALL_OPENAT, OBJECT_FILE, ESTALE, LOADS, NUCLEUS_ERROR_IO, 0},
    {"load", load_sample, CALL_OPENAT, OBJECT_FILE, ENOENT, LOADS, NUCLEUS_ERROR_NOT_FOUND, REMOTE},
    {"load", load_sample, CALL_FSTAT, OBJECT_FILE, ESTALE, LOADS, NUCLEUS_ERROR_IO, 0},
    {"load", load_sample, CALL_READ, OBJECT_FILE, ESTALE, LOADS, NUCLEUS_ERROR_IO, 0},
    {"from_state", capture_limits, CALL_OPENAT, OBJECT_DIRECTORY, EINTR, SIGNALS, NUCLEUS_ERROR_IO,
     0},
    {"from_state", capture_limits, CALL_OPENAT, OBJECT_FILE, EINTR, SIGNALS, NUCLEUS_ERROR_IO,
     REPEATED},
    {"from_state", capture_limits, CALL_READ, OBJECT_FILE, EINTR, SIGNALS, NUCLEUS_ERROR_IO,
     REPEATED},
};

static struct {
    const struct row *row;
    size_t limit; /* failures in a row */
    size_t failed;
    size_t made;
    const char *end; /* of the buffer that reads fill */
} run;

/* However short a read was, the next one ends where the first would have. */
static void check_end(const struct call *call)
{
    const char *end = (const char *)call->bytes + call->size;

    assert_true(!run.end || run.end == end);
    run.end = end;
}

static void before(struct call *call)
{
    if (call->kind == CALL_OPENAT)
        run.end = NULL; /* each look at a file has a buffer of its own */
    if (call->kind != run.row->kind || call->object != run.row->object)
        return;
    if (run.row->kind == CALL_READ && (run.row->flags & REPEATED))
        check_end(call);
    if (run.failed < run.limit) {
        run.failed++;
        fail_call(call, run.row->os_error);
        return;
    }
    run.failed = 0;
    run.made++;
    if ((run.row->flags & REPEATED) && call->size > 1)
        call->size = 1;
}

static void after(struct call *call)
{
    if (call->kind == CALL_FSTATFS)
        call->filesystem->f_type =
            (run.row->flags & REMOTE) ? 0x65735546 /* FUSE */ : 0x01021994 /* tmpfs */;
}

static enum nucleus_status act(const char *dir, size_t limit, struct nucleus_error *err)
{
    run.limit = limit;
    run.failed = run.made = 0;
    run.end = NULL;
    return watch_act(run.row->act, dir, err, before, after);
}

static void tries_are_counted_in_a_row(void **state)
{
    assert_int_equal(save_new(*state, NULL), NUCLEUS_OK);
    for (run.row = rows; run.row < rows + COUNT(rows); run.row++) {
        const char *name = call_name(run.row->kind);
        /* A load that fails looks at the file once more. */
        const bool is_load = run.row->act == load_sample && run.row->os_error == EINTR;
        struct nucleus_error err;

        if (act(*state, run.row->tries - 1, &err) != NUCLEUS_OK ||
            (run.made > 1) != ((run.row->flags & REPEATED) != 0))
            fail_msg("%s gives up %s, or makes it %zu times", run.row->name, name, run.made);
        if (act(*state, SIZE_MAX, &err) != run.row->in_the_end ||
            run.failed != (is_load ? 2 : 1) * run.row->tries)
            fail_msg("%s makes %s %zu times", run.row->name, name, run.failed);
        assert_int_equal(err.os_error, run.row->os_error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tries_are_counted_in_a_row, make_directory,
                                        remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
