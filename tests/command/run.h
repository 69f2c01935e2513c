/* SPDX-License-Identifier: MIT */
/*
 * Runs ckmeta as a shell would, in a directory of the test's own, and judges what it says. Each
 * failure of a test names the command line.
 */
#ifndef NUCLEUS_TEST_RUN_H
#define NUCLEUS_TEST_RUN_H

#include "support.h"

#include <sys/resource.h>

/* ckmeta's exit codes. */
enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_NOT_DURABLE };

/* A NULL-terminated list of words. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* How to run it; what is left out is as usual. */
struct run {
    const char *line;         /* the words behind argv[0], parted by one space; '' is empty */
    const char *const *words; /* more of them, as they are; NULL: none */
    const char *name;         /* argv[0]; NULL: ckmeta */
    bool nameless;            /* argv[0] is NULL */
    const char *variable;     /* NAME=VALUE, added to the environment */
    const char *input;        /* bytes that come through a pipe on standard input */
    size_t input_len;         /* 0: up to a NUL */
    const char *output;       /* the file that is standard output; NULL: it is kept */
    bool closed[3];           /* the standard descriptors that are closed */
    rlim_t max_file_size;     /* RLIMIT_FSIZE; 0: as it is */
    int max_rss_mb;           /* fails the test if it had more memory; 0: any */
};

/*
 * Setup of a test that is then in a directory of its own (*state is its path), where
 * there are: d, an empty directory; s, a nucleus container-state document; m, a nucleus
 * metadata.json of the same container in its canonical form.
 */
int enter_place(void **state);

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, enter_place, leave_directory)

/* Removes d/metadata.json and fails the test unless d held it alone. */
void remove_saved(const char *line);

/* Runs ckmeta and fails the test unless it exited with 0 and printed out and no message. A load, or
 * a run that fails, must not have changed d either. */
void expect_output(struct run how, const char *out);
void expect_bytes(struct run how, const void *out, size_t len);

/*
 * Runs ckmeta and fails the test unless it exited with code, printed nothing, and wrote the line
 * "ckmeta: MESSAGE", where the strerror(3) of os_error, if not 0, ends MESSAGE, and for EXIT_USAGE
 * the hint at the page that helps.
 */
void expect_failure(struct run how, int code, const char *message, int os_error);

/* The same by a line alone. */
#define EXPECT_OUTPUT(words, out) expect_output((struct run){.line = (words)}, out)
#define EXPECT_FAILURE(words, code, message, os_error)                                             \
    expect_failure((struct run){.line = (words)}, code, message, os_error)

/* Parts a copy of the line, which is never freed, into argv. Returns the count. */
size_t split_line(const char *line, char **argv);

/* Runs ckmeta and returns its exit code; what it printed is freed with free(). */
int run_ckmeta(const struct run *how, char **ret_out, char **ret_err);

/* From now on valgrind runs ckmeta; what it finds is an exit code of its own, or one more line on
 * standard error. */
void run_under_valgrind(void);

#endif
