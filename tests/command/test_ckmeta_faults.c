/* SPDX-License-Identifier: MIT */
/* Runs the subcommands of ckmeta in a child process in which flushes or allocations fail. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ckmeta.h"
#include "memory_faults.h"
#include "system_calls.h"

/* Exit codes of the child if it could not be prepared, or if ckmeta left a descriptor open or
 * succeeded although an allocation failed. */
enum { NOT_STARTED = 97, LEFT_OPEN, IGNORED };

/* The numbers, counted from 1, of the first fsync and the first allocation that fail. All later
 * ones fail, too. */
static size_t first_fsync, first_allocation;
static size_t fsyncs; /* calls so far */

static void fail_fsync(struct call *call)
{
    if (is_call(call, "fsync") && ++fsyncs >= first_fsync)
        answer_call(call, -1, EIO);
}

/* Runs ckmeta with arguments that are separated by spaces. Exits with the exit code of ckmeta, or
 * with one of those above. */
static void run_and_exit(char *arguments)
{
    char *argv[16] = {NULL};
    size_t descriptors;
    int argc = 0, code;

    if (!freopen("/dev/null", "w", stdout) || !freopen("err", "w", stderr))
        _exit(NOT_STARTED);
    /* In a static program, a buffer of stdio would be counted as an allocation of ckmeta. */
    (void)setvbuf(stdout, NULL, _IONBF, 0);
    for (char *arg = strtok(arguments, " "); arg; arg = strtok(NULL, " "))
        argv[argc++] = arg;
    descriptors = count_descriptors();
    set_call_hooks(fail_fsync, NULL);
    begin_memory(first_allocation, SIZE_MAX);
    code = (int)(argv[0][0] == 's' ? ckmeta_save : ckmeta_load)(argc, argv);
    (void)end_memory();
    if (code == EXIT_DONE && count_failed_allocations() > 0)
        code = IGNORED;
    exit(count_descriptors() > descriptors ? LEFT_OPEN : code);
}

/* Runs the line in a child process in which calls fail. Returns the exit code, and in ret_err the
 * messages, which must be freed with free(3). */
static int run_failing(const char *line, char **ret_err)
{
    pid_t child;
    int status;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_and_exit(copy_text(line));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    *ret_err = read_file("err", NULL);
    return WEXITSTATUS(status);
}

static void saved(void)
{
    documents();
    assert_int_equal(mkdir("a", 0700), 0);
    copy_file("m", "a/metadata.json");
    first_fsync = first_allocation = SIZE_MAX;
}

TEST_IN(saved, a_save_that_is_not_durable_gives_exit_code_4)
{
    char expected[128];
    char *err;

    first_fsync = 2;
    assert_int_equal(run_failing("save --state s d", &err), EXIT_NOT_DURABLE);
    (void)snprintf(expected, sizeof expected,
                   "ckmeta: 'd/metadata.json' was replaced, but its directory could not be flushed "
                   "to disk: %s\n",
                   strerror(EIO));
    assert_string_equal(err, expected);
    free(err);
}

static const struct {
    const char *line;
    const char *message; /* how it begins if no memory can be allocated for the input */
} lines[] = {
    {"save --state s d", "ckmeta: cannot read 's': out of memory\n"},
    {"save --metadata m d", "ckmeta: cannot read 'm': out of memory\n"},
    {"save --id i --pid 1 d -- c", "ckmeta: out of memory\n"},
    {"load a", "ckmeta: cannot load 'a/metadata.json': "},
    {"load a version", "ckmeta: cannot load 'a/metadata.json': "},
    {"load a resource_limits", "ckmeta: cannot load 'a/metadata.json': "},
};

/* First all allocations fail, then all but the first, and so on until ckmeta succeeds. The first
 * two are those for the input. */
TEST_EACH_IN(saved, lines, running_out_of_memory_gives_exit_code_1)
{
    int code;

    first_allocation = 0;
    do {
        const char *start = ++first_allocation <= 2 ? row->message : "ckmeta: ";
        char *err;

        code = run_failing(row->line, &err);
        if (code == EXIT_FAILED && (strncmp(err, start, strlen(start)) != 0 ||
                                    !strstr(err, "out of memory\n") || strstr(err, "invalid")))
            fail_msg("allocation %zu: %s", first_allocation, err);
        free(err);
        assert_int_equal(count_names("d"), code == EXIT_DONE && row->line[0] == 's');
    } while (code == EXIT_FAILED);
    assert_int_equal(code, EXIT_DONE);
    assert_true(first_allocation >= 3);
}
