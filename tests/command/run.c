/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANG_GUARD = 60, MAX_SHOWN = 600 };

/* Exit code of a child that could not even start ckmeta. */
enum { NOT_STARTED = 99 };

static int wait_for(pid_t child, struct rusage *usage)
{
    int status;

    assert_int_equal(wait4(child, &status, 0, usage), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* A process of its own writes, so that what is written may be longer than a pipe, and stops when
 * nobody reads. */
static pid_t feed(const int *ends, const char *bytes, size_t len)
{
    pid_t child = fork();
    ssize_t count = 0;

    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)close(ends[0]);
    for (size_t done = 0; done < len && count >= 0; done += (size_t)count)
        count = write(ends[1], bytes + done, len - done);
    _exit(0);
}

/* In the child: makes the standard descriptors. */
static bool redirect(const struct run *how, const int *standard)
{
    int output = how->output ? open(how->output, O_WRONLY | O_CREAT | O_TRUNC, 0600) : standard[1];

    if (output < 0 || dup2(standard[0], 0) < 0 || dup2(output, 1) < 0 || dup2(standard[2], 2) < 0)
        return false;
    for (int fd = 0; fd < 3; fd++) {
        if (how->closed[fd])
            (void)close(fd);
    }
    return true;
}

/* In the child: makes the surroundings. */
static bool prepare(const struct run *how)
{
    const struct rlimit limit = {how->max_file_size, how->max_file_size};

    if (how->directory && chdir(how->directory) < 0)
        return false;
    (void)unsetenv("POSIXLY_CORRECT");
    if (how->variable && putenv((char *)(uintptr_t)how->variable) != 0)
        return false;
    return how->max_file_size == 0 || setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

static char **make_argv(const struct run *how)
{
    size_t count = 0;
    char **argv;

    while (how->words && how->words[count])
        count++;
    argv = calloc(count + 2, sizeof *argv);
    if (!argv || how->nameless)
        return argv;
    argv[0] = (char *)(uintptr_t)(how->name ? how->name : "ckmeta");
    for (size_t i = 0; i < count; i++)
        argv[1 + i] = (char *)(uintptr_t)how->words[i];
    return argv;
}

static pid_t start(const struct run *how, const int *standard)
{
    pid_t child = fork();
    char **argv;

    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)alarm(HANG_GUARD);
    argv = make_argv(how);
    if (argv && redirect(how, standard) && prepare(how))
        (void)execv(how->program ? how->program : CKMETA, argv);
    _exit(NOT_STARTED);
}

/* All of file, which is closed. */
static char *drain(FILE *file, size_t *ret_len)
{
    long len;
    char *text;

    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    len = ftell(file);
    assert_true(len >= 0);
    rewind(file);
    text = malloc((size_t)len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)len, file), len);
    text[len] = '\0';
    assert_int_equal(fclose(file), 0);
    *ret_len = (size_t)len;
    return text;
}

struct outcome run_ckmeta(const struct run *how)
{
    struct outcome outcome;
    struct rusage usage;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    pid_t feeder, child;
    int ends[2];

    assert_non_null(out);
    assert_non_null(err);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    feeder = feed(ends, how->input, how->input_len);
    assert_int_equal(close(ends[1]), 0);
    child = start(how, (const int[]){ends[0], fileno(out), fileno(err)});
    assert_int_equal(close(ends[0]), 0);
    outcome.code = wait_for(child, &usage);
    (void)wait_for(feeder, NULL);
    outcome.max_rss = usage.ru_maxrss;
    outcome.out = drain(out, &outcome.out_len);
    outcome.err = drain(err, &outcome.err_len);
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
    *outcome = (struct outcome){0};
}

static void complain(const char *row, const struct outcome *outcome, const char *problem)
{
    fail_msg("%s: %s; exit code %d, standard output '%.*s', standard error '%.*s'", row, problem,
             outcome->code, MAX_SHOWN, outcome->out, MAX_SHOWN, outcome->err);
}

void check_done(const char *row, struct outcome outcome, const char *out)
{
    if (outcome.code != EXIT_DONE || outcome.err_len > 0)
        complain(row, &outcome, "it failed");
    if (out && (outcome.out_len != strlen(out) || strcmp(outcome.out, out) != 0))
        complain(row, &outcome, "another output");
    outcome_free(&outcome);
}

/* Whether text is "ckmeta: ", then printable text, then the only newline. */
static bool is_one_line(const char *text, size_t len)
{
    static const char prefix[] = "ckmeta: ";

    if (len <= sizeof prefix || strncmp(text, prefix, sizeof prefix - 1) != 0 ||
        text[len - 1] != '\n')
        return false;
    for (size_t i = 0; i < len - 1; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    }
    return true;
}

void check_failed(const char *row, struct outcome outcome, int code, const char *part)
{
    if (outcome.code != code)
        complain(row, &outcome, "another exit code");
    if (outcome.out_len > 0)
        complain(row, &outcome, "standard output is not empty");
    if (!is_one_line(outcome.err, outcome.err_len))
        complain(row, &outcome, "not one line of message");
    if (!strstr(outcome.err, part))
        complain(row, &outcome, part);
    outcome_free(&outcome);
}
