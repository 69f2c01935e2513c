/* SPDX-License-Identifier: MIT */
/* Runs ckmeta as a shell would and keeps what it says. */
#ifndef NUCLEUS_TEST_RUN_H
#define NUCLEUS_TEST_RUN_H

#include "support.h"

#include <sys/resource.h>

/* ckmeta's exit codes. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 3 };

/* A NULL-terminated list of words. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* How to run it; what is left out is as usual. */
struct run {
    const char *const *words; /* behind argv[0], NULL-terminated; NULL: none */
    const char *program;      /* the file to execute; NULL: the ckmeta that was built */
    const char *name;         /* argv[0]; NULL: ckmeta */
    bool nameless;            /* argv[0] is NULL */
    const char *directory;    /* to run in */
    const char *variable;     /* NAME=VALUE, added to the environment */
    const char *input;        /* bytes that come through a pipe on standard input */
    size_t input_len;
    const char *output;   /* the file that is standard output; NULL: it is kept */
    bool closed[3];       /* the standard descriptors that are closed */
    rlim_t max_file_size; /* RLIMIT_FSIZE; 0: as it is */
};

/* How it went. */
struct outcome {
    int code;        /* the exit code; -SIGNAL if one ended it, SIGALRM after a minute */
    char *out, *err; /* NUL-terminated */
    size_t out_len, err_len;
    long max_rss; /* the most memory that it had, KiB */
};

/* The result goes to outcome_free(), or to one of the checks below, which free it. */
struct outcome run_ckmeta(const struct run *how);
void outcome_free(struct outcome *outcome);

/* ckmeta with these words. */
#define CKMETA_RUN(...) run_ckmeta(&(struct run){.words = WORDS(__VA_ARGS__)})

/* Fails the test, naming row, unless it exited with 0, printed out (NULL: anything) and no
 * message. */
void check_done(const char *row, struct outcome outcome, const char *out);

/*
 * Fails the test, naming row, unless it exited with code, printed nothing, and wrote one line
 * "ckmeta: MESSAGE" of printable text that contains part.
 */
void check_failed(const char *row, struct outcome outcome, int code, const char *part);

#endif
