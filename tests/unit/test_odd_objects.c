/* SPDX-License-Identifier: MIT */
#include "odd_objects.h"

static void nothing_but_a_file_is_opened_or_followed(void **state)
{
    (void)state;
    check_odd_objects(odd_objects, odd_objects_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_a_file_is_opened_or_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
