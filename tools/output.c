/* SPDX-License-Identifier: MIT */
/* Messages and standard output. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ckmeta.h"
#include "error.h"

enum exit_code failed(const struct nucleus_error *err)
{
    (void)fprintf(stderr, "ckmeta: %s\n", err->message);
    return FAILED;
}

enum exit_code misused(const char *problem)
{
    (void)fprintf(stderr, "ckmeta: %s (see ckmeta --help)\n", problem);
    return USAGE;
}

enum exit_code misused_word(const char *what, const char *word, const char *reason)
{
    struct nucleus_error err;

    (void)nucleus_fail_at(&err, NUCLEUS_ERROR_INVALID_ARGUMENT, 0, what,
                          (struct nucleus_shown){.name = word}, reason);
    return misused(err.message);
}

bool put(const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, stdout) == len;
}

enum exit_code finish_output(bool done)
{
    if (done && fflush(stdout) == 0 && fclose(stdout) == 0)
        return DONE;
    (void)fprintf(stderr, "ckmeta: cannot write standard output: %s\n", strerror(errno));
    return FAILED;
}

enum exit_code print_help(const char *help)
{
    return finish_output(put(help, strlen(help)));
}
