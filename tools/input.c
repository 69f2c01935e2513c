/* SPDX-License-Identifier: MIT */
/* A document that ckmeta reads, from a file or standard input. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckmeta.h"
#include "error.h"
#include "fd_io.h"

static bool is_standard_input(const char *file)
{
    return strcmp(file, "-") == 0;
}

/* Reads all that fd has. The message is the reason alone. */
static enum nucleus_status read_all(int fd, char **ret_text, size_t *ret_len,
                                    struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;
    char *text = malloc(NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    ssize_t len;

    if (!text)
        return nucleus_fail_memory(err);
    len = nucleus_read_up_to(fd, text, NUCLEUS_CHECKPOINT_MAX_BYTES + 1,
                             NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    if (len < 0)
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
    else if (len > NUCLEUS_CHECKPOINT_MAX_BYTES)
        status = nucleus_fail_too_large(err);
    if (status != NUCLEUS_OK) {
        free(text);
        return status;
    }
    *ret_text = text;
    *ret_len = (size_t)len;
    return NUCLEUS_OK;
}

/* Through symbolic links and pipes, too. */
static enum nucleus_status read_named(const char *file, char **ret_text, size_t *ret_len,
                                      struct nucleus_error *err)
{
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    enum nucleus_status status;

    if (fd < 0)
        return nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
    status = read_all(fd, ret_text, ret_len, err);
    (void)close(fd);
    return status;
}

/* Puts "BEFORE standard input: " or "BEFORE 'FILE': " before the message; from is a word that the
 * first form takes more. */
static void blame(const char *before, const char *from, const char *file, struct nucleus_error *err)
{
    char reason[NUCLEUS_REASON_SIZE];

    if (!is_standard_input(file)) {
        nucleus_error_wrap(err, before, (struct nucleus_shown){.name = file});
        return;
    }
    (void)snprintf(reason, sizeof reason, "%.*s", (int)sizeof reason - 1, err->message);
    (void)snprintf(err->message, sizeof err->message, "%s %sstandard input: %s", before, from,
                   reason);
}

enum nucleus_status read_input(const char *file, char **ret_text, size_t *ret_len,
                               struct nucleus_error *err)
{
    enum nucleus_status status;

    if (is_standard_input(file))
        status = read_all(STDIN_FILENO, ret_text, ret_len, err);
    else
        status = read_named(file, ret_text, ret_len, err);
    if (status != NUCLEUS_OK)
        blame("cannot read", "", file, err);
    return status;
}

void blame_input(const char *kind, const char *file, struct nucleus_error *err)
{
    char before[NUCLEUS_WHAT_SIZE];

    /* Which says nothing about the content. */
    if (err->status == NUCLEUS_ERROR_NO_MEMORY) {
        blame("cannot read", "", file, err);
        return;
    }
    (void)snprintf(before, sizeof before, "invalid %s", kind);
    blame(before, "from ", file, err);
}
