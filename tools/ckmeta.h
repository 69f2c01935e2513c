/* SPDX-License-Identifier: MIT */
/* Shared by the source files of ckmeta, whose contract is ckmeta(1). */
#pragma once

#include <getopt.h>

#include "nucleus/checkpoint.h"

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3, NOT_DURABLE = 4 };

/* The subcommands. argv[0] is the name of the subcommand. */
enum exit_code ckmeta_save(int argc, char **argv);
enum exit_code ckmeta_load(int argc, char **argv);

/* DIR, FIELD, and an extra one for the message. */
enum { MAX_OPERANDS = 3 };

/* A parsed command line. */
struct arguments {
    const char *help_command;           /* such as "ckmeta save --help" */
    const char *values[128];            /* of options, by letter; "" for a flag */
    const char *typed[128];             /* options as they were typed, by letter */
    const char *operands[MAX_OPERANDS]; /* before "--" */
    size_t operands_count;              /* can exceed MAX_OPERANDS */
    char **rest;                        /* arguments after "--", NULL-terminated */
};

/*
 * Parses the arguments after the subcommand, up to the first --help. letters and options are those
 * of getopt_long(3). letters must begin with "-:", so that options may follow operands, even if
 * POSIXLY_CORRECT is set, and getopt_long prints nothing. *arguments must be zeroed except for
 * help_command. Returns DONE, or USAGE after printing a message.
 */
enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *arguments);

/* Appends the arguments after "--" to the operands. */
void join_operands(struct arguments *arguments);

/* Checks that there is a DIR, that it is not empty, and that there are at most max operands.
 * Returns DONE, or USAGE after printing a message. */
enum exit_code check_operands(const struct arguments *arguments, size_t max);

/* Reads FILE, or standard input if FILE is "-". *ret_text must be freed with free(3). After an
 * error the message is complete. */
enum nucleus_status read_input(const char *file, char **ret_text, size_t *ret_len,
                               struct nucleus_error *err);

/* Prefixes a message about the content of an input with "invalid KIND 'FILE': ". */
void prefix_input_error(const char *kind, const char *file, struct nucleus_error *err);

/* Prints the message. Returns FAILED or NOT_DURABLE. */
enum exit_code report_error(const struct nucleus_error *err);

/* Prints a message about the command line that refers to help_command. Returns USAGE. */
enum exit_code usage_error(const char *help_command, const char *problem);

/* Like usage_error(), but prints BEFORE'ARG'AFTER with arg escaped. */
enum exit_code usage_error_arg(const char *help_command, const char *before, const char *arg,
                               const char *after);

/* Writes to standard output. Returns false with errno set if that failed. */
bool put(const char *bytes, size_t len);

/* Closes standard output. done must be false if a write failed, with errno set. Returns DONE, or
 * FAILED after printing a message. */
enum exit_code finish_output(bool done);

enum exit_code print_help(const char *help);
