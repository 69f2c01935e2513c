/* SPDX-License-Identifier: MIT */
/*
 * replay FILE...: runs a fuzz target without libFuzzer on each document: complete, truncated to
 * each length, and with single bytes changed.
 *
 * A FILE is a document, or a table NAME.tsv whose third column is a document in hexadecimal. It is
 * an error if there are no documents.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMN = 3, MAX_THOROUGH = 1024 };

/* The current input of the target, printed if it fails. */
static struct {
    uint8_t *bytes;
    size_t size;
} running;

static size_t documents, executions;

/* Copies exactly size bytes, so that AddressSanitizer detects a read past the end. */
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
    print_error("the document, in hexadecimal: ");
    for (size_t i = 0; i < running.size; i++)
        print_error("%02x", running.bytes[i]);
    print_error("\n");
}

/* Bytes that JSON or the files of a cgroup treat specially, including the NUL. */
static const char special_bytes[] = "\"\\{}[],:0-.eu \n\t\x0b\x1f"
                                    "9:=max/\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";

/* Runs the target with each byte changed in turn, tries times. */
static void replay(char *bytes, size_t size, size_t tries)
{
    static size_t next;

    documents++;
    for (size_t len = 0; len <= size; len++)
        run(bytes, len);
    for (size_t offset = 0; offset < size; offset++) {
        const char original = bytes[offset];

        for (size_t i = 0; i < tries; i++) {
            bytes[offset] = special_bytes[next++ % sizeof special_bytes];
            run(bytes, size);
        }
        bytes[offset] = original;
    }
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
        replay(bytes, size, 1); /* there are many rows, which differ little */
        free(bytes);
    }
}

/* *state is a NULL-terminated list of paths. */
static void every_document_is_handled_correctly(void **state)
{
    for (char **path = *state; *path; path++) {
        const char *suffix = strrchr(*path, '.');
        size_t size;
        char *bytes = read_file(*path, &size);

        if (suffix && strcmp(suffix, ".tsv") == 0)
            replay_table(bytes);
        else
            replay(bytes, size, size <= MAX_THOROUGH ? sizeof special_bytes : 1);
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

/* Provided by sanitizers; sets a function that they call before they end the program. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(every_document_is_handled_correctly, NULL,
                                                 tear_down, argv + (argc > 0)),
    };

    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(show_running);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
