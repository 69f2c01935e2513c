/* SPDX-License-Identifier: MIT */
/* Reads a document from a file or from standard input. */
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

/* Reads fd to its end. The message is only the reason. */
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
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno, NULL);
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

static enum nucleus_status read_named(const char *file, char **ret_text, size_t *ret_len,
                                      struct nucleus_error *err)
{
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    enum nucleus_status status;

    if (fd < 0)
        return nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno, NULL);
    status = read_all(fd, ret_text, ret_len, err);
    (void)close(fd);
    return status;
}

/* Prefixes the message with "BEFORE 'FILE': ", or with "BEFORE FROM standard input: ". */
static void add_input(const char *before, const char *from, const char *file,
                      struct nucleus_error *err)
{
    char reason[sizeof err->message];

    if (!is_standard_input(file)) {
        char start[64];

        (void)snprintf(start, sizeof start, "%s ", before);
        nucleus_error_wrap(err, start, (struct nucleus_display_path){.name = file}, ": ");
        return;
    }
    memcpy(reason, err->message, sizeof reason);
    (void)snprintf(err->message, sizeof err->message, "%s%s standard input: %.256s", before, from,
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
        add_input("cannot read", "", file, err);
    return status;
}

void prefix_input_error(const char *kind, const char *file, struct nucleus_error *err)
{
    char before[64];

    /* Running out of memory does not mean that the content is invalid. */
    if (err->status == NUCLEUS_ERROR_NO_MEMORY) {
        add_input("cannot read", "", file, err);
        return;
    }
    (void)snprintf(before, sizeof before, "invalid %s", kind);
    add_input(before, " from", file, err);
}
