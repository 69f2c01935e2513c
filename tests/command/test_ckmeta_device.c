/* SPDX-License-Identifier: MIT */
/* A device where a file is expected. Only a privileged process can make one. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"

/* /dev/zero, which never ends, and loop0, whose opening may wait for a disk. */
static const struct {
    const char *name;
    mode_t type;
    unsigned major, minor;
} devices[] = {{"character device", S_IFCHR, 1, 5}, {"block device", S_IFBLK, 7, 0}};

static int make_device(const char *path, size_t i)
{
    return mknod(path, devices[i].type | 0600, makedev(devices[i].major, devices[i].minor));
}

static void load_refuses_a_device(void **state)
{
    const char *path = path_in(*state, "metadata.json");

    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        assert_int_equal(make_device(path, i), 0);
        check_failed(devices[i].name, CKMETA_RUN("load", *state), EXIT_FAILED,
                     "not a regular file");
        assert_int_equal(unlink(path), 0);
    }
}

static void save_replaces_a_device(void **state)
{
    static const char *const names[] = {"metadata.json", "metadata.json.tmp"};

    for (size_t i = 0; i < 2 * sizeof devices / sizeof devices[0]; i++) {
        struct stat info;

        assert_int_equal(make_device(path_in(*state, names[i % 2]), i / 2), 0);
        check_done(devices[i / 2].name, CKMETA_RUN("save", "--state", STATE, *state), "");
        assert_int_equal(lstat(path_in(*state, "metadata.json"), &info), 0);
        assert_int_equal(info.st_mode, S_IFREG | 0600);
        assert_int_equal(count_names(*state), 1);
        assert_int_equal(unlink(path_in(*state, "metadata.json")), 0);
    }
}

/* Whether this process can make each device. Says why if not. */
static bool can_make_devices(void)
{
    void *state;
    bool can = true;

    (void)make_directory(&state);
    for (size_t i = 0; can && i < sizeof devices / sizeof devices[0]; i++) {
        can = make_device(path_in(state, devices[i].name), i) == 0;
        if (!can)
            (void)fprintf(stderr, "skipped: a %s cannot be made here: %s\n", devices[i].name,
                          strerror(errno));
    }
    (void)remove_directory(&state);
    return can;
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(load_refuses_a_device),
        IN_DIRECTORY(save_replaces_a_device),
    };

    if (!can_make_devices())
        return TEST_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
