/* SPDX-License-Identifier: MIT */
#include "odd_objects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void a_device_is_never_opened(void **state)
{
    (void)state;
    check_odd_objects(odd_devices, odd_devices_count);
}

static bool can_make_devices(void)
{
    void *dir;
    bool can;

    (void)make_directory(&dir);
    can = mknod(path_in(dir, "device"), S_IFCHR | 0600, makedev(1, 5)) == 0;
    if (!can)
        (void)printf("skipped: no device can be made here: %s\n", strerror(errno));
    (void)remove_directory(&dir);
    return can;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_never_opened),
    };

    return can_make_devices() ? cmocka_run_group_tests(tests, NULL, NULL) : TEST_SKIPPED;
}
