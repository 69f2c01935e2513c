/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* A function that is one test, or one test for each row. */
struct test {
    const char *name;
    const char *rows; /* NULL if the test has no rows; then count is 1 */
    size_t count, size;
    void (*setup)(void); /* NULL if the test needs no directory */
    void (*run)(const void *row);
};

/* The initial state of a cmocka test. */
struct test_row {
    const struct test *test;
    const void *row;
};

static struct test tests[64];
static size_t tests_count, rows_count;
static size_t started, skipped; /* tests of this run */
static void *directory;         /* of the running test, or NULL */

void register_rows(const char *name, const void *rows, size_t count, size_t size,
                   void (*setup)(void), void (*run)(const void *row))
{
    if (tests_count == COUNT(tests))
        abort();
    tests[tests_count++] = (struct test){name, rows, count, size, setup, run};
    rows_count += count;
}

static void run_row(void **state)
{
    const struct test_row *row = *state;

    started++;
    if (row->test->setup) {
        (void)enter_directory(&directory);
        row->test->setup();
    }
    row->test->run(row->row);
}

static int end_row(void **state)
{
    (void)state;
    if (directory)
        (void)leave_directory(&directory);
    directory = NULL;
    return 0;
}

/* Returns "TEST: ROW" with the non-printing bytes of the row escaped. */
static char *row_name(const struct test *test, const void *row)
{
    char *name = NULL;
    size_t size;
    FILE *stream = open_memstream(&name, &size);

    if (!stream)
        abort();
    (void)fprintf(stream, row ? "%s: " : "%s", test->name);
    for (const char *byte = row ? *(const char *const *)row : ""; *byte; byte++)
        (void)fprintf(stream, *byte < ' ' || *byte > '~' ? "\\x%02x" : "%c", (unsigned char)*byte);
    (void)fclose(stream);
    return name;
}

int main(int argc, char **argv)
{
    struct CMUnitTest *units = calloc(rows_count, sizeof *units);
    struct test_row *states = calloc(rows_count, sizeof *states);
    size_t count = 0;
    int failures;

    for (const struct test *test = tests; units && states && test < tests + tests_count; test++) {
        for (size_t i = 0; i < test->count; i++, count++) {
            states[count] =
                (struct test_row){test, test->rows ? test->rows + i * test->size : NULL};
            units[count] = (struct CMUnitTest){row_name(test, states[count].row), run_row, NULL,
                                               end_row, &states[count]};
        }
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    failures = _cmocka_run_group_tests(argv[0], units, count, NULL, NULL);
    while (count > 0)
        free((char *)(uintptr_t)units[--count].name);
    free(units);
    free(states);
    if (failures != 0 || started == 0)
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
