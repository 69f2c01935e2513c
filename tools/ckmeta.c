/* SPDX-License-Identifier: MIT */
/* ckmeta: saves and loads the metadata.json of a nucleus checkpoint. */
#include "ckmeta.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char general_command[] = "ckmeta --help";

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
    const char *arg = argc > 1 ? argv[1] : "";
    bool is_help = strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;

    if (argc < 2)
        return usage_error(general_command, "missing subcommand: expected 'save' or 'load'");
    if (strcmp(arg, "save") == 0)
        return ckmeta_save(argc - 1, argv + 1);
    if (strcmp(arg, "load") == 0)
        return ckmeta_load(argc - 1, argv + 1);
    if (!is_help && strcmp(arg, "--version") != 0)
        return usage_error_arg(general_command,
                               arg[0] == '-' && arg[1] != '\0' ? "unrecognized option "
                                                               : "unknown subcommand ",
                               arg, "");
    if (argc > 2)
        return usage_error_arg(general_command, "extra operand ", argv[2], "");
    return is_help ? print_help(general_help) : print_version();
}

int main(int argc, char **argv)
{
    /* Exceeding the file size limit must be an error that can be reported and cleaned up after. */
    (void)signal(SIGXFSZ, SIG_IGN);
    return (int)run(argc, argv);
}
