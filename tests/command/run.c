/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANG_GUARD = 120, MAX_ARGS = 300, KIB_A_MB = 1000000 / 1024 };

/* Exit code of a child that could not start ckmeta. */
enum { NOT_STARTED = 99 };

#define VALGRIND "valgrind --quiet --leak-check=full --show-leak-kinds=all --error-exitcode=98"

struct outcome {
    int code; /* the exit code, or -SIGNAL; SIGALRM if ckmeta did not end */
    char *out, *err;
    size_t out_len, err_len;
    long max_rss; /* in KiB */
    bool has_changed_d;
};

void documents(void)
{
    assert_int_equal(mkdir("d", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.3.8-state.json", "s");
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", "m");
}

void remove_saved(const char *line)
{
    if (unlink("d/metadata.json") != 0 || count_names("d") != 0)
        fail_msg("%s: d does not contain exactly one file", line);
}

/* Writes the input in a child, because it may be longer than the pipe. */
static pid_t feed(const int *ends, const struct run *how)
{
    const size_t len = how->input && how->input_len == 0 ? strlen(how->input) : how->input_len;
    const pid_t child = fork();
    size_t limit = how->pause_after ? how->pause_after : len;
    ssize_t count = 0;

    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)alarm(HANG_GUARD);
    (void)close(ends[0]);
    for (size_t done = 0; done < len && count >= 0; done += (size_t)count) {
        count = write(ends[1], how->input + done, limit - done);
        if (done < limit && done + (size_t)count == limit && limit < len) {
            (void)usleep(20000);
            limit = len;
        }
    }
    _exit(0);
}

size_t split_line(const char *line, char **argv)
{
    char *rest = copy_text(line);
    size_t count = 0;

    for (char *word; (word = strsep(&rest, " "));)
        argv[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    return count;
}

/* Fills argv and returns the program to execute: ckmeta, or valgrind if the environment of the test
 * has CKMETA_VALGRIND. */
static const char *make_argv(const struct run *how, char **argv)
{
    const bool is_valgrind = getenv("CKMETA_VALGRIND") != NULL;
    const char *name = how->name ? how->name : "ckmeta";
    size_t count = 0;

    if (is_valgrind)
        count = split_line(VALGRIND, argv);
    if (!how->nameless)
        argv[count++] = (char *)(uintptr_t)(is_valgrind ? CKMETA : name);
    if (how->line)
        count += split_line(how->line, argv + count);
    for (const char *const *arg = how->args; arg && *arg; arg++)
        argv[count++] = (char *)(uintptr_t)*arg;
    return is_valgrind ? "valgrind" : CKMETA;
}

/* Executes ckmeta with these standard descriptors. */
static void execute(const struct run *how, int in, int out, int err)
{
    const struct rlimit limit = {how->max_file_size, how->max_file_size};
    char *argv[MAX_ARGS] = {NULL};
    const char *program = make_argv(how, argv);

    (void)alarm(HANG_GUARD);
    if (how->output)
        out = open(how->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        return;
    for (int fd = 0; fd < 3; fd++) {
        if (how->closed[fd])
            (void)close(fd);
    }
    (void)unsetenv("POSIXLY_CORRECT");
    if (how->variable && putenv((char *)(uintptr_t)how->variable) != 0)
        return;
    if (how->max_file_size == 0 || setrlimit(RLIMIT_FSIZE, &limit) == 0)
        (void)execvp(program, argv);
}

/* Returns the content of file, NUL-terminated, and closes it. */
static char *drain(FILE *file, size_t *ret_len)
{
    struct stat info;
    char *text;

    assert_int_equal(fstat(fileno(file), &info), 0);
    *ret_len = (size_t)info.st_size;
    text = calloc(1, *ret_len + 1);
    assert_non_null(text);
    assert_int_equal(pread(fileno(file), text, *ret_len, 0), *ret_len);
    assert_int_equal(fclose(file), 0);
    return text;
}

/* Identifies the content of d: the number of its names and its metadata.json. */
static void identify(uint64_t ret[5])
{
    struct stat info = {0};

    (void)lstat("d/metadata.json", &info);
    ret[0] = exists("d") ? count_names("d") : 0;
    ret[1] = info.st_ino;
    ret[2] = (uint64_t)info.st_size;
    ret[3] = (uint64_t)info.st_mtim.tv_sec;
    ret[4] = (uint64_t)info.st_mtim.tv_nsec;
}

static struct outcome run(const struct run *how)
{
    struct outcome outcome;
    struct rusage usage;
    FILE *out = tmpfile(), *err = tmpfile();
    uint64_t before[5], after[5];
    pid_t feeder, child;
    int ends[2], status;

    assert_true(out && err);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    identify(before);
    feeder = feed(ends, how);
    assert_int_equal(close(ends[1]), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execute(how, ends[0], fileno(out), fileno(err));
        _exit(NOT_STARTED);
    }
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    assert_int_equal(waitpid(feeder, NULL, 0), feeder);
    identify(after);
    outcome.code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    outcome.max_rss = usage.ru_maxrss;
    outcome.out = drain(out, &outcome.out_len);
    outcome.err = drain(err, &outcome.err_len);
    outcome.has_changed_d = memcmp(before, after, sizeof before) != 0;
    return outcome;
}

static bool is_subcommand(const char *line, const char *subcommand)
{
    const size_t len = strlen(subcommand);

    return line && strncmp(line, subcommand, len) == 0 && (line[len] == '\0' || line[len] == ' ');
}

/* Frees the outcome, and fails the test if there is a problem. */
static void check(const struct run *how, struct outcome *outcome, const char *problem)
{
    if (how->max_rss_mb > 0 && outcome->max_rss >= (long)how->max_rss_mb * KIB_A_MB)
        problem = "too much memory";
    if (outcome->has_changed_d && (outcome->code != EXIT_DONE || is_subcommand(how->line, "load")))
        problem = "d was changed";
    if (outcome->code == NOT_STARTED)
        problem = "ckmeta cannot be started";
    if (problem)
        fail_msg("ckmeta %s %.99s: %s\nexit code %d, %ld KiB, standard output:\n%.600s\n"
                 "standard error:\n%.600s",
                 how->line ? how->line : "", how->args && how->args[0] ? how->args[0] : "", problem,
                 outcome->code, outcome->max_rss, outcome->out, outcome->err);
    free(outcome->out);
    free(outcome->err);
}

void expect_bytes(struct run how, const void *out, size_t len)
{
    struct outcome outcome = run(&how);
    const char *problem = NULL;

    if (outcome.code != EXIT_DONE || outcome.err_len > 0)
        problem = "ckmeta failed";
    else if (outcome.out_len != len || memcmp(outcome.out, out, len) != 0)
        problem = "unexpected output";
    check(&how, &outcome, problem);
}

void expect_output(struct run how, const char *out)
{
    expect_bytes(how, out, strlen(out));
}

void expect_failure(struct run how, int code, const char *message, int os_error)
{
    struct outcome outcome = run(&how);
    const char *subcommand = is_subcommand(how.line, "save")   ? "save "
                             : is_subcommand(how.line, "load") ? "load "
                                                               : "";
    const char *problem = NULL;
    char hint[64] = "", expected[1024];

    if (code == EXIT_USAGE)
        (void)snprintf(hint, sizeof hint, " (try 'ckmeta %s--help')", subcommand);
    (void)snprintf(expected, sizeof expected, "ckmeta: %s%s%s\n", message,
                   os_error != 0 ? strerror(os_error) : "", hint);
    if (outcome.code != code)
        problem = "unexpected exit code";
    else if (outcome.out_len > 0)
        problem = "unexpected output";
    else if (outcome.err_len != strlen(outcome.err) || strcmp(outcome.err, expected) != 0)
        problem = expected;
    check(&how, &outcome, problem);
}

int run_ckmeta(const struct run *how, char **ret_out, char **ret_err)
{
    struct outcome outcome = run(how);

    *ret_out = outcome.out;
    *ret_err = outcome.err;
    return outcome.code;
}
