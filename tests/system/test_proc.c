/* SPDX-License-Identifier: MIT */
/* In proc(5) no file can be created, and the kernel reports this as if the directory were gone. */
#include "support.h"

#include <errno.h>
#include <unistd.h>

static const char proc[] = "/proc";

static void proc_accepts_no_file(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_status(save_sample("a", proc, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_int_equal(err.os_error, ENOENT);
    assert_string_equal(err.message, "cannot save '/proc/metadata.json': cannot create temporary "
                                     "file: No such file or directory");
}

static void a_load_finds_no_file_in_proc(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_status(load_sample(proc, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_string_equal(err.message,
                        "cannot load '/proc/metadata.json': No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proc_accepts_no_file),
        cmocka_unit_test(a_load_finds_no_file_in_proc),
    };

    if (access("/proc/self", F_OK) < 0) {
        print_message("skipped: /proc is not mounted here\n");
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
