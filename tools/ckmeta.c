/* SPDX-License-Identifier: MIT */
/* ckmeta: saves and loads the metadata.json of a nucleus checkpoint. */
#include "ckmeta.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char general_help[] =
    "usage: ckmeta save --state FILE DIR\n"
    "       ckmeta save --id ID --pid PID [OPTION...] DIR -- COMMAND [ARG...]\n"
    "       ckmeta load [-0] DIR [FIELD]\n"
    "       ckmeta -h|--help\n"
    "       ckmeta --version\n"
    "\n"
    "Saves and loads DIR/metadata.json, the metadata of a nucleus checkpoint.\n"
    "'ckmeta save --help' and 'ckmeta load --help' say more.\n";

static enum exit_code print_version(void)
{
    return finish_output(printf("ckmeta %s\n", nucleus_checkpoint_version()) > 0);
}

static enum exit_code run(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    bool is_help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;

    if (argc < 2)
        return misused("no subcommand: save or load");
    if (strcmp(word, "save") == 0)
        return ckmeta_save(argc - 1, argv + 1);
    if (strcmp(word, "load") == 0)
        return ckmeta_load(argc - 1, argv + 1);
    if (!is_help && strcmp(word, "--version") != 0)
        return misused_word("bad subcommand", word, "save or load is expected");
    if (argc > 2)
        return misused_word("bad word", argv[2], "nothing may follow --help and --version");
    return is_help ? print_help(general_help) : print_version();
}

int main(int argc, char **argv)
{
    /* A file size limit shall be an error that is reported and cleaned up after. */
    (void)signal(SIGXFSZ, SIG_IGN);
    return (int)run(argc, argv);
}
