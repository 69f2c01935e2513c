/* SPDX-License-Identifier: MIT */
/* What the files of ckmeta share. The contract is ckmeta(1). */
#ifndef CKMETA_H
#define CKMETA_H

#include <getopt.h>

#include "nucleus/checkpoint.h"

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3 };

/* The subcommands: argv[0] is the subcommand's own name. */
enum exit_code ckmeta_save(int argc, char **argv);
enum exit_code ckmeta_load(int argc, char **argv);

enum { MAX_OPERANDS = 2 };

/* What the words of a command line say. */
struct arguments {
    const char *values[128];            /* of the options, by letter; "" for a flag */
    const char *operands[MAX_OPERANDS]; /* before "--" */
    size_t operands_count;              /* may be more than are kept */
    char **rest;                        /* behind "--", NULL-terminated; NULL: there is no "--" */
};

/*
 * Reads the words behind the subcommand, up to the first --help. letters and options are
 * getopt_long's; a '-' at the front of letters lets options stand behind operands, with
 * POSIXLY_CORRECT or not. Returns DONE, or USAGE after a message.
 */
enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *ret);

/* Prints the message. Returns FAILED. */
enum exit_code failed(const struct nucleus_error *err);

/* Prints what is wrong with the command line, in our own words. Returns USAGE. */
enum exit_code misused(const char *problem);

/* Prints "WHAT 'WORD': REASON", the word escaped. Returns USAGE. */
enum exit_code misused_word(const char *what, const char *word, const char *reason);

/* Writes to standard output. Returns false, with errno, if that failed. */
bool put(const char *bytes, size_t len);

/* Ends standard output; done is whether all went well so far. Returns DONE, or FAILED after a
 * message. */
enum exit_code finish_output(bool done);

enum exit_code print_help(const char *help);

#endif
