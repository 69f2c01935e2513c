/* SPDX-License-Identifier: MIT */
/* ckmeta: saves and loads the metadata.json of a nucleus checkpoint. */
#include "ckmeta.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char help_command[] = "ckmeta --help";

static const char general_help[] =
    "usage: ckmeta save --state FILE [--runtime-version V] DIR\n"
    "       ckmeta save --id ID --pid PID [OPTION...] DIR -- COMMAND [ARG...]\n"
    "       ckmeta save --metadata FILE DIR\n"
    "       ckmeta load [-0] DIR [FIELD]\n"
    "       ckmeta -h|--help\n"
    "       ckmeta --version\n"
    "\n"
    "Save and load DIR/metadata.json, the metadata of a nucleus checkpoint.\n"
    "For the options, see 'ckmeta save --help', 'ckmeta load --help' and ckmeta(1).\n";

static enum exit_code print_version(void)
{
    return finish_output(printf("ckmeta %s\n", nucleus_checkpoint_version()) > 0);
}

static enum exit_code run(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    bool is_help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;

    if (argc < 2)
        return misused(help_command, "missing subcommand: expected 'save' or 'load'");
    if (strcmp(word, "save") == 0)
        return ckmeta_save(argc - 1, argv + 1);
    if (strcmp(word, "load") == 0)
        return ckmeta_load(argc - 1, argv + 1);
    if (!is_help && strcmp(word, "--version") != 0)
        return misused_word(help_command,
                            word[0] == '-' && word[1] != '\0' ? "unrecognized option "
                                                              : "unknown subcommand ",
                            word, "");
    if (argc > 2)
        return misused_word(help_command, "extra operand ", argv[2], "");
    return is_help ? print_help(general_help) : print_version();
}

int main(int argc, char **argv)
{
    /* A file size limit shall be an error that is reported and cleaned up after. */
    (void)signal(SIGXFSZ, SIG_IGN);
    return (int)run(argc, argv);
}
