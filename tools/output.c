/* SPDX-License-Identifier: MIT */
/* Prints messages and standard output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ckmeta.h"
#include "error.h"

enum exit_code report_error(const struct nucleus_error *err)
{
    (void)fprintf(stderr, "ckmeta: %s\n", err->message);
    return err->status == NUCLEUS_ERROR_NOT_DURABLE ? NOT_DURABLE : FAILED;
}

enum exit_code usage_error(const char *help_command, const char *problem)
{
    (void)fprintf(stderr, "ckmeta: %s (try '%s')\n", problem, help_command);
    return USAGE;
}

enum exit_code usage_error_arg(const char *help_command, const char *before, const char *arg,
                               const char *after)
{
    struct nucleus_error err;

    (void)nucleus_error_clear(&err);
    nucleus_error_wrap(&err, before, (struct nucleus_display_path){.name = arg}, after);
    return usage_error(help_command, err.message);
}

bool put(const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, stdout) == len;
}

enum exit_code finish_output(bool done)
{
    char reason[64];

    if (done && fclose(stdout) == 0)
        return DONE;
    nucleus_describe_errno(errno, reason, sizeof reason);
    (void)fprintf(stderr, "ckmeta: cannot write to standard output: %s\n", reason);
    return FAILED;
}

enum exit_code print_help(const char *help)
{
    return finish_output(put(help, strlen(help)));
}
