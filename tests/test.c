/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* The initial state of a cmocka test. */
struct test {
    void (*setup)(void); /* NULL if the test needs no directory */
    void (*run)(const void *row);
    const void *row; /* NULL if the test has no rows */
};

static struct test tests[512];
static struct CMUnitTest units[COUNT(tests)];
static size_t count;
static size_t started, skipped; /* tests of this run */

static void begin_test(void **state)
{
    const struct test *test = *state;

    started++;
    if (test->setup) {
        enter_directory();
        test->setup();
    }
    test->run(test->row);
}

static int end_test(void **state)
{
    const struct test *test = *state;

    if (test->setup)
        leave_directory();
    return 0;
}

/* Returns "TEST: ROW" with the non-printing bytes of the row escaped. */
static char *row_name(const char *test, const char *row)
{
    char *name = NULL;
    size_t size;
    FILE *stream = open_memstream(&name, &size);

    if (!stream)
        abort();
    (void)fprintf(stream, "%s: ", test);
    for (; *row; row++)
        (void)fprintf(stream, *row < ' ' || *row > '~' ? "\\x%02x" : "%c", (unsigned char)*row);
    (void)fclose(stream);
    return name;
}

void register_rows(const char *name, const void *rows, size_t rows_count, size_t size,
                   void (*setup)(void), void (*run)(const void *row))
{
    for (size_t i = 0; i < rows_count; i++, count++) {
        const void *row = rows ? (const char *)rows + i * size : NULL;

        if (count == COUNT(tests))
            abort();
        tests[count] = (struct test){setup, run, row};
        units[count] = (struct CMUnitTest){row ? row_name(name, *(const char *const *)row) : name,
                                           begin_test, NULL, end_test, &tests[count]};
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (_cmocka_run_group_tests(argv[0], units, count, NULL, NULL) != 0 || started == 0)
        return EXIT_FAILURE;
    return skipped == started ? TEST_SKIPPED : EXIT_SUCCESS;
}

void skip_test(const char *reason)
{
    (void)printf("skipped: %s\n", reason);
    skipped++;
    skip();
}

void empty_directory(void)
{
}
