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

enum { HANG_GUARD = 120, MAX_WORDS = 300, MAX_SHOWN = 600, KIB_A_MB = 1000000 / 1024 };

/* Exit code of a child that could not even start ckmeta. */
enum { NOT_STARTED = 99 };

/* In front of ckmeta. What valgrind finds is exit code 98, and more than ckmeta's own line. */
static const char *const valgrind[] = {"valgrind", "--quiet", "--leak-check=full",
                                       "--show-leak-kinds=all", "--error-exitcode=98"};

/* How it went. */
struct outcome {
    int code;        /* the exit code; -SIGNAL if one ended it, SIGALRM if it hung */
    char *out, *err; /* NUL-terminated */
    size_t out_len, err_len;
    long max_rss; /* the most memory that it had, KiB */
    bool has_changed_d;
};

static bool is_under_valgrind;

int enter_place(void **state)
{
    (void)enter_directory(state);
    assert_int_equal(mkdir("d", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.3.8-state.json", "s");
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", "m");
    return 0;
}

void remove_saved(const char *line)
{
    if (unlink("d/metadata.json") != 0 || count_names("d") != 0)
        fail_msg("%s: there is not just one file", line);
}

/* A process of its own writes, so that what is written may be longer than a pipe, and stops when
 * nobody reads. Returns -1 if there is nothing to write. */
static pid_t feed(const int *ends, const struct run *how)
{
    size_t len = how->input && how->input_len == 0 ? strlen(how->input) : how->input_len;
    ssize_t count = 0;
    pid_t child;

    if (len == 0)
        return -1;
    child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)close(ends[0]);
    for (size_t done = 0; done < len && count >= 0; done += (size_t)count)
        count = write(ends[1], how->input + done, len - done);
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

    (void)unsetenv("POSIXLY_CORRECT");
    if (how->variable && putenv((char *)(uintptr_t)how->variable) != 0)
        return false;
    return how->max_file_size == 0 || setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

size_t split_line(const char *line, char **argv)
{
    char *rest = copy_text(line);
    size_t count = 0;

    for (char *word; (word = strsep(&rest, " "));)
        argv[count++] = strcmp(word, "''") == 0 ? word + 2 : word;
    return count;
}

/* In the child: the whole argv, and what to execute. */
static const char *make_argv(const struct run *how, char **argv)
{
    size_t count = 0;

    for (size_t i = 0; is_under_valgrind && i < COUNT(valgrind); i++)
        argv[count++] = (char *)(uintptr_t)valgrind[i];
    if (!how->nameless)
        argv[count++] = (char *)(uintptr_t)(is_under_valgrind ? CKMETA
                                            : how->name       ? how->name
                                                              : "ckmeta");
    if (how->line)
        count += split_line(how->line, argv + count);
    for (const char *const *word = how->words; word && *word; word++)
        argv[count++] = (char *)(uintptr_t)*word;
    return is_under_valgrind ? valgrind[0] : CKMETA;
}

static pid_t start(const struct run *how, const int *standard)
{
    char *argv[MAX_WORDS] = {NULL};
    const char *program;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child > 0)
        return child;
    (void)alarm(HANG_GUARD);
    program = make_argv(how, argv);
    if (redirect(how, standard) && prepare(how))
        (void)execvp(program, argv);
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

/* What d holds; all zero if there is no d. */
struct snapshot {
    size_t names;
    struct stat file; /* metadata.json */
};

static struct snapshot look(void)
{
    struct snapshot now = {0};

    if (exists("d")) {
        now.names = count_names("d");
        (void)lstat("d/metadata.json", &now.file);
    }
    return now;
}

static bool is_same(const struct snapshot *a, const struct snapshot *b)
{
    return a->names == b->names && a->file.st_ino == b->file.st_ino &&
           a->file.st_mode == b->file.st_mode && a->file.st_size == b->file.st_size &&
           memcmp(&a->file.st_mtim, &b->file.st_mtim, sizeof a->file.st_mtim) == 0;
}

static struct outcome run(const struct run *how)
{
    const struct snapshot before = look();
    struct snapshot after;
    struct outcome outcome;
    struct rusage usage;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    pid_t feeder, child;
    int ends[2], status;

    assert_non_null(out);
    assert_non_null(err);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    feeder = feed(ends, how);
    assert_int_equal(close(ends[1]), 0);
    child = start(how, (const int[]){ends[0], fileno(out), fileno(err)});
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(wait4(child, &status, 0, &usage), child);
    if (feeder > 0)
        assert_int_equal(waitpid(feeder, NULL, 0), feeder);
    outcome.code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    outcome.max_rss = usage.ru_maxrss;
    outcome.out = drain(out, &outcome.out_len);
    outcome.err = drain(err, &outcome.err_len);
    after = look();
    outcome.has_changed_d = !is_same(&before, &after);
    return outcome;
}

static bool begins_with(const char *line, const char *subcommand)
{
    const size_t len = strlen(subcommand);

    return line && strncmp(line, subcommand, len) == 0 && (line[len] == '\0' || line[len] == ' ');
}

/* Frees the outcome; if there is a problem, fails the test. */
static void judge(const struct run *how, struct outcome *outcome, const char *problem)
{
    const char *first = how->words && how->words[0] ? how->words[0] : "";

    if (how->max_rss_mb > 0 && outcome->max_rss >= (long)how->max_rss_mb * KIB_A_MB)
        problem = "too much memory";
    if (outcome->has_changed_d && (outcome->code != EXIT_DONE || begins_with(how->line, "load")))
        problem = "d was changed";
    if (problem)
        fail_msg("ckmeta %s %.99s: %s\nexit code %d, %ld KiB, standard output:\n%.*s\n"
                 "standard error:\n%.*s",
                 how->line ? how->line : "", first, problem, outcome->code, outcome->max_rss,
                 MAX_SHOWN, outcome->out, MAX_SHOWN, outcome->err);
    free(outcome->out);
    free(outcome->err);
}

void expect_bytes(struct run how, const void *out, size_t len)
{
    struct outcome outcome = run(&how);
    const char *problem = NULL;

    if (outcome.code != EXIT_DONE || outcome.err_len > 0)
        problem = "it failed";
    else if (outcome.out_len != len || memcmp(outcome.out, out, len) != 0)
        problem = "another output";
    judge(&how, &outcome, problem);
}

void expect_output(struct run how, const char *out)
{
    expect_bytes(how, out, strlen(out));
}

/* The page that helps, for a line that begins with a subcommand or not. */
static const char *page_for(const char *line)
{
    if (begins_with(line, "save"))
        return " (try 'ckmeta save --help')";
    if (begins_with(line, "load"))
        return " (try 'ckmeta load --help')";
    return " (try 'ckmeta --help')";
}

void expect_failure(struct run how, int code, const char *message, int os_error)
{
    struct outcome outcome = run(&how);
    const char *problem = NULL;
    char expected[1024];

    (void)snprintf(expected, sizeof expected, "ckmeta: %s%s%s\n", message,
                   os_error != 0 ? strerror(os_error) : "",
                   code == EXIT_USAGE ? page_for(how.line) : "");
    if (outcome.code != code)
        problem = "another exit code";
    else if (outcome.out_len > 0)
        problem = "standard output is not empty";
    else if (outcome.err_len != strlen(outcome.err) || strcmp(outcome.err, expected) != 0)
        problem = expected;
    judge(&how, &outcome, problem);
}

int run_ckmeta(const struct run *how, char **ret_out, char **ret_err)
{
    struct outcome outcome = run(how);

    *ret_out = outcome.out;
    *ret_err = outcome.err;
    return outcome.code;
}

void run_under_valgrind(void)
{
    is_under_valgrind = true;
}
