/* SPDX-License-Identifier: MIT */
/* What the files of ckmeta share. The contract is ckmeta(1). */
#ifndef CKMETA_H
#define CKMETA_H

#include <getopt.h>

#include "nucleus/checkpoint.h"

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, NOT_FOUND = 3, NOT_DURABLE = 4 };

/* The subcommands: argv[0] is the subcommand's own name. */
enum exit_code ckmeta_save(int argc, char **argv);
enum exit_code ckmeta_load(int argc, char **argv);

/* DIR, FIELD, and one word too many. */
enum { MAX_OPERANDS = 3 };

/* What the words of a command line say. */
struct arguments {
    const char *page;                   /* that helps, as in "ckmeta save --help" */
    const char *values[128];            /* of the options, by letter; "" for a flag */
    const char *words[128];             /* the options as they were typed */
    const char *operands[MAX_OPERANDS]; /* before "--" */
    size_t operands_count;              /* may be more than are kept */
    char **rest;                        /* behind "--", NULL-terminated */
};

/*
 * Reads the words behind the subcommand, up to the first --help. letters and options are
 * getopt_long's; letters begins with "-:": options may stand behind operands, with
 * POSIXLY_CORRECT or not, and getopt_long prints nothing itself. arguments: zero but for page.
 * Returns DONE, or USAGE after a message.
 */
enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *arguments);

/* Makes the words behind "--" operands, too. */
void join_operands(struct arguments *arguments);

/* Checks that there is a DIR, which is not empty, and no more than max operands. Returns DONE, or
 * USAGE after a message. */
enum exit_code check_operands(const struct arguments *arguments, size_t max);

/* Reads FILE, "-" for standard input, as any command reads its input. ret_text: from malloc(3).
 * The message is complete. */
enum nucleus_status read_input(const char *file, char **ret_text, size_t *ret_len,
                               struct nucleus_error *err);

/* Puts "invalid KIND 'FILE': " before the message about the content of an input. */
void blame_input(const char *kind, const char *file, struct nucleus_error *err);

/* Prints the message. Returns FAILED or NOT_DURABLE. */
enum exit_code failed(const struct nucleus_error *err);

/* Prints what is wrong with the command line, and the page that helps. Returns USAGE. */
enum exit_code misused(const char *page, const char *problem);

/* The same for "BEFORE'WORD'AFTER", the word escaped. */
enum exit_code misused_word(const char *page, const char *before, const char *word,
                            const char *after);

/* Writes to standard output. Returns false, with errno, if that failed. */
bool put(const char *bytes, size_t len);

/* Ends standard output; done is whether all went well so far. Returns DONE, or FAILED after a
 * message. */
enum exit_code finish_output(bool done);

enum exit_code print_help(const char *help);

#endif
