/* SPDX-License-Identifier: MIT */
/*
 * replay FILE...: runs a fuzz target without libFuzzer over documents: whole, cut at each length,
 * and with single bytes changed.
 *
 * A FILE is a document; or a table, NAME.tsv, whose third column holds a document in hexadecimal
 * digits in each line. No document at all is a failure.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN = 3, SHORT = 1024 };

/* What the target was given last, to be shown if it fails. */
static struct {
    uint8_t *bytes;
    size_t size;
} running;

static size_t documents, executions;

/* A copy of exactly size bytes, so that AddressSanitizer sees a read behind it. */
static void run(const char *bytes, size_t size)
{
    running.bytes = malloc(size > 0 ? size : 1);
    running.size = size;
    assert_non_null(running.bytes);
    memcpy(running.bytes, bytes, size);
    (void)LLVMFuzzerTestOneInput(running.bytes, size);
    free(running.bytes);
    running.bytes = NULL;
    executions++;
}

static void show_running(void)
{
    if (!running.bytes)
        return;
    print_error("the document, in hexadecimal digits: ");
    for (size_t i = 0; i < running.size; i++)
        print_error("%02x", running.bytes[i]);
    print_error("\n");
}

/* The bytes that matter to a reader of JSON or of a cgroup's files; NUL too. */
static const char telling[] = "\"\\{}[],:0-.eu \n\t\x0b\x1f"
                              "9:=max/\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";

/* In an order that looks random but is the same in each run: like documents get unlike changes. */
static char next_telling(void)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223;
    return telling[(state >> 16) % sizeof telling];
}

/* Every telling byte at every place of a short file. Long ones, and the many of a table, which are
 * variations of each other, get one at a place. */
static void run_changed(char *bytes, size_t size, bool is_thorough)
{
    for (size_t place = 0; place < size; place++) {
        const char kept = bytes[place];

        for (size_t i = 0; i < (is_thorough ? sizeof telling : 1); i++) {
            bytes[place] = is_thorough ? telling[i] : next_telling();
            run(bytes, size);
        }
        bytes[place] = kept;
    }
}

static void replay(char *bytes, size_t size, bool is_row)
{
    documents++;
    for (size_t len = 0; len <= size; len++)
        run(bytes, len);
    run_changed(bytes, size, !is_row && size <= SHORT);
}

static void replay_table(char *table)
{
    for (char *line; (line = strsep(&table, "\n")) && *line != '\0';) {
        const char *hex = NULL;
        size_t size;
        char *bytes;

        for (int column = 0; column < COLUMN; column++)
            hex = strsep(&line, "\t");
        assert_non_null(hex);
        bytes = from_hex(hex, strlen(hex), &size);
        replay(bytes, size, true);
        free(bytes);
    }
}

/* *state is a list of paths. */
static void no_document_breaks_a_promise(void **state)
{
    for (char **path = *state; *path; path++) {
        const char *suffix = strrchr(*path, '.');
        size_t size;
        char *bytes = read_file(*path, &size);

        if (suffix && strcmp(suffix, ".tsv") == 0)
            replay_table(bytes);
        else
            replay(bytes, size, false);
        free(bytes);
    }
    print_message("%zu documents, %zu executions\n", documents, executions);
    assert_int_not_equal(documents, 0);
}

static int tear_down(void **state)
{
    (void)state;
    show_running();
    return 0;
}

/* Calls back before a sanitizer ends the program; NULL without one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(no_document_breaks_a_promise, NULL, tear_down,
                                                 argv + (argc > 0)),
    };

    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(show_running);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
