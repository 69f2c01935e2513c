/* SPDX-License-Identifier: MIT */
/* Between a load's look at metadata.json and its opening, an attacker puts something else there.
 * It is refused, unread, and nothing is waited for. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "system_calls.h"

static bool put_link(const char *path)
{
    return symlink("victim", path) == 0;
}

static bool put_fifo(const char *path)
{
    return mkfifo(path, 0600) == 0;
}

static bool put_directory(const char *path)
{
    return mkdir(path, 0700) == 0;
}

/* /dev/zero. */
static bool put_device(const char *path)
{
    return mknod(path, S_IFCHR | 0600, makedev(1, 5)) == 0;
}

static const struct row {
    const char *name;
    bool (*put)(const char *path); /* whether it could */
    enum nucleus_status status;
    const char *message;
} rows[] = {
    {"link", put_link, NUCLEUS_ERROR_SYMLINK, NULL},
    {"FIFO", put_fifo, NUCLEUS_ERROR_NOT_REGULAR, "/metadata.json': not a regular file"},
    {"directory", put_directory, NUCLEUS_ERROR_NOT_REGULAR, "/metadata.json': not a regular file"},
    {"device", put_device, NUCLEUS_ERROR_NOT_REGULAR, "/metadata.json': not a regular file"},
};

static struct {
    const struct row *row;
    const char *path;
    bool is_put;
} swap;

static void before(struct call *call)
{
    if (call->kind == CALL_READ)
        fail_msg("the %s is read", swap.row->name);
    if (call->kind != CALL_OPENAT)
        return;
    assert_int_equal(unlink(swap.path), 0);
    swap.is_put = swap.row->put(swap.path);
    if (!swap.is_put)
        fail_call(call, EIO);
}

static void load_refuses_what_is_put_in_place_of_its_file(void **state)
{
    const char *path = path_in(*state, "metadata.json");

    assert_int_equal(save_sample("victim", *state, NULL), NUCLEUS_OK);
    assert_int_equal(rename(path, path_in(*state, "victim")), 0);
    for (swap.row = rows; swap.row < rows + sizeof rows / sizeof rows[0]; swap.row++) {
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        assert_int_equal(save_sample("a", *state, NULL), NUCLEUS_OK);
        swap.path = path;
        (void)alarm(60); /* an opened FIFO would hang */
        watch_calls(before, NULL);
        (void)!nucleus_metadata_load(*state, &metadata, &err);
        assert_null(unwatch_calls().misuse);
        (void)alarm(0);
        if (swap.is_put)
            assert_status(err.status, swap.row->status, &err);
        else
            print_message("no %s can be made here\n", swap.row->name);
        if (swap.is_put && swap.row->message)
            assert_contains(err.message, swap.row->message);
        assert_int_equal(remove(path), swap.is_put ? 0 : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(load_refuses_what_is_put_in_place_of_its_file,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
