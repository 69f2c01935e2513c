/* SPDX-License-Identifier: MIT */
/* A rename that reports an error counts as done only if the very file that was written stands
 * under its new name, the same inode of the same device, and no longer under its old one. */
#include "support.h"

#include <errno.h>
#include <string.h>

#include "system_calls.h"

static const struct row {
    const char *name;
    dev_t device;  /* added to the device that the target seems to be on */
    ino_t inode;   /* and to its inode */
    bool is_stuck; /* the temporary name seems to be there still */
    enum nucleus_status status;
} rows[] = {
    {"ours", 0, 0, false, NUCLEUS_OK},
    {"another device", 1, 0, false, NUCLEUS_ERROR_IO},
    {"another inode", 0, 1, false, NUCLEUS_ERROR_IO},
    {"another file that got our inode number", 0, 0, true, NUCLEUS_ERROR_IO},
};

static const struct row *row;
static struct stat temp; /* of the temporary file */
static bool is_open;

static void before(struct call *call)
{
    if (call->kind == CALL_CLOSE && call->object == OBJECT_TEMP)
        is_open = false;
    /* Its inode number is its own as long as it is open. */
    if (call->kind == CALL_RENAMEAT)
        assert_true(is_open);
}

static void after(struct call *call)
{
    if (call->kind == CALL_FSTAT) {
        temp = *call->info;
        is_open = true;
    }
    if (call->kind == CALL_RENAMEAT) {
        call->result = -1;
        call->os_error = EIO;
    }
    if (call->kind != CALL_FSTATAT)
        return;
    assert_true(is_open);
    *call->info = temp;
    if (call->object == OBJECT_TEMP && row->is_stuck)
        call->result = 0;
    if (call->object != OBJECT_FILE)
        return;
    call->info->st_dev += row->device;
    call->info->st_ino += row->inode;
}

static void only_the_same_inode_of_the_same_device_is_ours(void **state)
{
    for (row = rows; row < rows + sizeof rows / sizeof rows[0]; row++) {
        struct nucleus_error err;

        print_message("%s\n", row->name);
        watch_calls(before, after);
        assert_status(save_sample("a", *state, &err), row->status, &err);
        assert_null(unwatch_calls().misuse);
        assert_int_equal(err.os_error, row->status == NUCLEUS_OK ? 0 : EIO);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_same_inode_of_the_same_device_is_ours,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
