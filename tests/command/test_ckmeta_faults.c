/* SPDX-License-Identifier: MIT */
/* Runs the subcommands of ckmeta in a child process in which calls fail. */
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

/* Exit codes of the child if it could not be prepared, or if ckmeta left a descriptor open or
 * ignored the failed call. */
enum { NOT_STARTED = 97, LEFT_OPEN, IGNORED };

/* Each fsync fails from the one with this number on, counted from 1. */
static size_t first_failing_fsync;
static size_t fsyncs;

int __real_nucleus_system_fsync(int fd);
int __wrap_nucleus_system_fsync(int fd);

int __wrap_nucleus_system_fsync(int fd)
{
    if (++fsyncs < first_failing_fsync)
        return __real_nucleus_system_fsync(fd);
    errno = EIO;
    return -1;
}

/* Runs ckmeta while each fsync and each allocation fails, beginning with these. line contains the
 * arguments, separated by spaces. */
static int run(const char *line, size_t first_fsync, size_t first_allocation)
{
    char *argv[16] = {NULL}, *copy = copy_text(line);
    int argc = 0, code;

    for (char *arg = strtok(copy, " "); arg; arg = strtok(NULL, " "))
        argv[argc++] = arg;
    first_failing_fsync = first_fsync;
    begin_memory(first_allocation, SIZE_MAX);
    code = (int)(argv[0][0] == 's' ? ckmeta_save : ckmeta_load)(argc, argv);
    (void)end_memory();
    free(copy);
    return code == EXIT_DONE && (fsyncs >= first_fsync || count_failed_allocations() > 0) ? IGNORED
                                                                                          : code;
}

/* Runs a line in a child, in which calls fail. Returns the exit code, and the messages, which must
 * be freed with free(3). */
static int run_failing(const char *line, size_t first_fsync, size_t first_allocation,
                       char **ret_err)
{
    pid_t child;
    int status;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        size_t descriptors;
        int code;

        if (!freopen("/dev/null", "w", stdout) || !freopen("err", "w", stderr))
            _exit(NOT_STARTED);
        /* In a static program, a buffer of stdio would be counted as an allocation of ckmeta. */
        (void)setvbuf(stdout, NULL, _IONBF, 0);
        descriptors = count_descriptors();
        code = run(line, first_fsync, first_allocation);
        exit(count_descriptors() > descriptors ? LEFT_OPEN : code);
    }
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
}

TEST_IN(saved, a_save_that_is_not_durable_is_exit_code_4)
{
    char expected[128];
    char *err;

    assert_int_equal(run_failing("save --state s d", 2, SIZE_MAX, &err), EXIT_NOT_DURABLE);
    (void)snprintf(expected, sizeof expected,
                   "ckmeta: 'd/metadata.json' was replaced, but its directory could not be flushed "
                   "to disk: %s\n",
                   strerror(EIO));
    assert_string_equal(err, expected);
    free(err);
}

/* The message if one of the first two allocations, those for the input, fails. */
static const struct {
    const char *line, *message;
} lines[] = {
    {"save --state s d", "cannot read 's': out of memory\n"},
    {"save --metadata m d", "cannot read 'm': out of memory\n"},
    {"save --id i --pid 1 d -- c", "out of memory\n"},
    {"load a", "cannot load 'a/metadata.json': "},
    {"load a version", "cannot load 'a/metadata.json': "},
    {"load a resource_limits", "cannot load 'a/metadata.json': "},
};

/* First all allocations fail, then all but the first, and so on until ckmeta succeeds. */
TEST_EACH_IN(saved, lines, running_out_of_memory_is_exit_code_1)
{
    size_t first = 0;
    int code;

    do {
        char expected[128];
        char *err;

        (void)snprintf(expected, sizeof expected, "ckmeta: %s", first < 2 ? row->message : "");
        code = run_failing(row->line, SIZE_MAX, ++first, &err);
        if (code == EXIT_FAILED && (strncmp(err, expected, strlen(expected)) != 0 ||
                                    !strstr(err, "out of memory\n") || strstr(err, "invalid")))
            fail_msg("allocation %zu: %s", first, err);
        free(err);
        assert_int_equal(count_names("d"), code == EXIT_DONE && row->line[0] == 's');
    } while (code == EXIT_FAILED);
    assert_int_equal(code, EXIT_DONE);
    assert_true(first >= 3);
}
