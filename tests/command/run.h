/* SPDX-License-Identifier: MIT */
/* Runs ckmeta as a shell would and checks its exit code, its output and the directory d. A failing
 * test prints the command line. */
#ifndef NUCLEUS_TEST_RUN_H
#define NUCLEUS_TEST_RUN_H

#include "test.h"

#include <sys/resource.h>

/* The exit codes of ckmeta. */
enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_NOT_DURABLE };

/* A NULL-terminated list of arguments. */
#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* How to run ckmeta. Every member may be left out. */
struct run {
    const char *line;        /* the arguments, separated by single spaces; '' is an empty one */
    const char *const *args; /* further arguments, or NULL */
    const char *name;        /* argv[0], or NULL for ckmeta */
    bool nameless;           /* argv[0] is NULL */
    const char *variable;    /* NAME=VALUE, added to the environment */
    const char *input;       /* bytes that a pipe on standard input delivers */
    size_t input_len;        /* 0 if a NUL ends input */
    size_t pause_after;      /* a number of bytes after which the pipe is empty for a moment */
    const char *output;      /* the file that standard output is redirected to, or NULL */
    bool closed[3];          /* the standard descriptors that are closed */
    rlim_t max_file_size;    /* RLIMIT_FSIZE, or 0 to keep it */
    int max_rss_mb;          /* the test fails if more memory is used; 0 for any amount */
};

/* A setup that creates d, an empty directory; s, a container-state document of nucleus; and m, the
 * metadata.json of that container in canonical form. */
void documents(void);

/* Fails the test unless d contains only metadata.json, and removes that. */
void remove_saved(const char *line);

/* Fail the test unless ckmeta exits with 0, prints exactly out and no message. Like
 * expect_failure(), they also fail it if a load or a failed save changed d. */
void expect_output(struct run how, const char *out);
void expect_bytes(struct run how, const void *out, size_t len);

/* Fails the test unless ckmeta exits with code, prints nothing, and writes "ckmeta: MESSAGE". If
 * os_error is not 0, its strerror(3) is appended to message; for EXIT_USAGE, the hint at the help
 * is. */
void expect_failure(struct run how, int code, const char *message, int os_error);

/* Like expect_output() and expect_failure(), for a line without anything else. */
#define EXPECT_OUTPUT(arguments, out) expect_output((struct run){.line = (arguments)}, out)
#define EXPECT_FAILURE(arguments, code, message, os_error)                                         \
    expect_failure((struct run){.line = (arguments)}, code, message, os_error)

/* Splits a copy of line, which is never freed, into argv. Returns the number of arguments. */
size_t split_line(const char *line, char **argv);

/* Runs ckmeta and returns its exit code. The outputs must be freed with free(3). */
int run_ckmeta(const struct run *how, char **ret_out, char **ret_err);

#endif
