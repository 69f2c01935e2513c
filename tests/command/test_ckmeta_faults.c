/* SPDX-License-Identifier: MIT */
/*
 * ckmeta's subcommands, called in a child process, with memory that runs out at each allocation
 * and a standard output that cannot be closed. What no run of the program can be made to do.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ckmeta.h"

static size_t allocations; /* so far, while counting */
static size_t failing;     /* the one that fails, counted from 1; 0: none */
static bool is_close_failing;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
int __real_fclose(FILE *stream);
int __wrap_fclose(FILE *stream);

static bool is_out_of_memory(void)
{
    return ++allocations == failing;
}

void *__wrap_malloc(size_t size)
{
    return is_out_of_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_out_of_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return is_out_of_memory() ? NULL : __real_realloc(block, size);
}

int __wrap_fclose(FILE *stream)
{
    int result = __real_fclose(stream);

    if (!is_close_failing || stream != stdout)
        return result;
    errno = EDQUOT;
    return EOF;
}

typedef enum exit_code subcommand(int argc, char **argv);

/* The exit code of subcommand in a child; what it prints is dropped, messages go to err. */
static int run_in_child(subcommand *run, const char *const *words, int argc, const char *err)
{
    char *argv[8] = {NULL};
    pid_t child;
    int code, status;

    for (int i = 0; i < argc; i++)
        argv[i] = (char *)words[i];
    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout) || !freopen(err, "w", stderr))
            _exit(99);
        allocations = 0;
        code = (int)run(argc, argv);
        failing = 0; /* what runs at exit is not meant */
        exit(code);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

struct row {
    subcommand *run;
    int argc;
    const char *words[4];
};

/* Fails each allocation in turn until none is left to fail. */
static void exhaust(const struct row *row, const char *err)
{
    int code;

    failing = 0;
    do {
        failing++;
        code = run_in_child(row->run, row->words, row->argc, err);
        if (code == FAILED) {
            char *message = read_file(err, NULL);

            assert_contains(message, "out of memory\n");
            free(message);
        }
    } while (code == FAILED);
    failing = 0;
    assert_int_equal(code, DONE);
}

static void a_shortage_of_memory_is_exit_code_1(void **state)
{
    const char *dir = *state;
    const struct row rows[] = {
        {ckmeta_save, 4, {"save", "--state", TEST_DATA "/nucleus-0.3.8-state.json", dir}},
        {ckmeta_load, 2, {"load", dir}},
        {ckmeta_load, 3, {"load", dir, "version"}},
        {ckmeta_load, 3, {"load", dir, "resource_limits"}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        exhaust(&rows[i], path_in(dir, "messages"));
}

static void an_output_that_cannot_be_closed_is_exit_code_1(void **state)
{
    static const char *const words[] = {"load", "--help"};
    const char *err = path_in(*state, "messages");
    char *message;

    is_close_failing = true;
    assert_int_equal(run_in_child(ckmeta_load, words, 2, err), FAILED);
    is_close_failing = false;
    message = read_file(err, NULL);
    assert_string_equal(message, "ckmeta: cannot write standard output: Disk quota exceeded\n");
    free(message);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_shortage_of_memory_is_exit_code_1),
        TEST(an_output_that_cannot_be_closed_is_exit_code_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
