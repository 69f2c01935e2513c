/* SPDX-License-Identifier: MIT */
/* Registers tests and table rows with cmocka. */
#pragma once

#include "support.h"

/*
 * A test is defined and registered by one of
 *
 *     TEST(name) { ... }
 *     TEST_IN(setup, name) { ... }                  in a new directory that setup() fills
 *     TEST_EACH(rows, name) { ... row ... }         one test for each row of an array
 *     TEST_EACH_IN(setup, rows, name) { ... row ... }
 *
 * The first member of a row is a string; the test is reported as "name: string". The program
 * runs all its tests, or those whose names match the pattern (*, ?) in its argument.
 */
#define TEST(name) TEST_IN(NULL, name)
#define TEST_IN(setup, name)                                                                       \
    static void name(void);                                                                        \
    static void name##_of(const void *row)                                                         \
    {                                                                                              \
        (void)row;                                                                                 \
        name();                                                                                    \
    }                                                                                              \
    TEST_REGISTER(name, NULL, 1, 0, setup)                                                         \
    static void name(void)
#define TEST_EACH(rows, name) TEST_EACH_IN(NULL, rows, name)
#define TEST_EACH_IN(setup, rows, name)                                                            \
    static void name(const __typeof__((rows)[0]) *row);                                            \
    static void name##_of(const void *row)                                                         \
    {                                                                                              \
        name(row);                                                                                 \
    }                                                                                              \
    TEST_REGISTER(name, rows, COUNT(rows), sizeof(rows)[0], setup)                                 \
    static void name(const __typeof__((rows)[0]) *row)
#define TEST_REGISTER(name, rows, count, size, setup)                                              \
    __attribute__((constructor)) static void name##_register(void)                                 \
    {                                                                                              \
        register_rows(#name, rows, count, size, setup, name##_of);                                 \
    }
void register_rows(const char *name, const void *rows, size_t count, size_t size,
                   void (*setup)(void), void (*run)(const void *row));

/* Ends the running test and prints the reason. A program exits with TEST_SKIPPED if all its tests
 * are skipped. */
void skip_test(const char *reason);

/* A setup that leaves the new directory empty. */
void empty_directory(void);
