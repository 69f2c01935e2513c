/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define VALGRIND "valgrind --quiet --leak-check=full --show-leak-kinds=all --error-exitcode=98 "

void documents(void)
{
    assert_int_equal(mkdir("d", 0700), 0);
    copy_file(TEST_DATA "/nucleus-0.3.8-state.json", "s");
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", "m");
}

void write_document(const char *path, size_t len, const char *head, const char *item,
                    const char *tail)
{
    const size_t item_len = strlen(item), tail_len = strlen(tail);
    char *text = malloc(len);
    size_t used = strlen(head);

    assert_non_null(text);
    memset(text, ' ', len);
    memcpy(text, head, used);
    for (; used + item_len + tail_len <= len; used += item_len)
        memcpy(text + used, item, item_len);
    memcpy(text + used, tail, tail_len);
    write_file(path, text, len);
    free(text);
}

/* Describes d: the number of its names, and the identity and time of its metadata.json. */
static void describe_d(char ret[128])
{
    struct stat info = {0};

    (void)lstat("d/metadata.json", &info);
    (void)snprintf(ret, 128, "%zu %ju %jd %jd.%ld", exists("d") ? count_names("d") : 0,
                   (uintmax_t)info.st_ino, (intmax_t)info.st_size, (intmax_t)info.st_mtim.tv_sec,
                   (long)info.st_mtim.tv_nsec);
}

int run_ckmeta(const char *line)
{
    char before[128], after[128];
    char *command;
    int status;

    assert_true(asprintf(&command, "exec >out 2>err; exec %s'%s' %s",
                         getenv("CKMETA_VALGRIND") ? VALGRIND : "", CKMETA, line) > 0);
    describe_d(before);
    status = system(command);
    describe_d(after);
    free(command);
    if (!WIFEXITED(status))
        fail_msg("ckmeta %.600s: ended by signal %d", line, WTERMSIG(status));
    if (strcmp(before, after) != 0 && (status != 0 || strncmp(line, "load", 4) == 0))
        fail_msg("ckmeta %.600s: d was changed", line);
    return WEXITSTATUS(status);
}

/* Fails the test unless ckmeta has this exit code and these outputs. */
static void expect(const char *line, int code, const char *out, size_t len, const char *err)
{
    const int actual_code = run_ckmeta(line);
    size_t out_len, err_len;
    char *actual_out = read_file("out", &out_len), *actual_err = read_file("err", &err_len);

    if (actual_code != code || out_len != len || memcmp(actual_out, out, len) != 0 ||
        err_len != strlen(err) || strcmp(actual_err, err) != 0)
        fail_msg("ckmeta %.300s: exit code %d, output:\n%.300s%.300s\nexpected %d:\n%.300s%.300s",
                 line, actual_code, actual_out, actual_err, code, out, err);
    free(actual_out);
    free(actual_err);
}

void expect_bytes(const char *line, const char *out, size_t len)
{
    expect(line, EXIT_DONE, out, len, "");
}

void expect_output(const char *line, const char *out)
{
    expect_bytes(line, out, strlen(out));
}

void expect_failure(const char *line, int code, const char *message, int os_error)
{
    const bool has_help = strncmp(line, "save", 4) == 0 || strncmp(line, "load", 4) == 0;
    char hint[64] = "", expected[1024];

    if (code == EXIT_USAGE)
        (void)snprintf(hint, sizeof hint, " (try 'ckmeta %.*s--help')", has_help ? 5 : 0,
                       line[0] == 's' ? "save " : "load ");
    (void)snprintf(expected, sizeof expected, "ckmeta: %s%s%s\n", message,
                   os_error != 0 ? strerror(os_error) : "", hint);
    expect(line, code, "", 0, expected);
}
