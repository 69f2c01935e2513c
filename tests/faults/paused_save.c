/* SPDX-License-Identifier: MIT */
/*
 * paused_save DIR NAME SIZE COMMAND PAUSES SKIPPED
 *
 * Saves metadata in DIR. NAME is its container_id and its version, which are at opposite ends of
 * the file; an argument of SIZE bytes is between them. Runs COMMAND after each system call in
 * PAUSES. Skips each one in SKIPPED, which seems to succeed. Both are comma-separated lists of
 * calls, as for is_call(). Prints the message of the save, and fails unless it returns NUCLEUS_OK.
 */
#include "system_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *command, *pauses, *skipped;

static bool is_listed(const struct call *call, const char *list)
{
    char copy[256];

    (void)snprintf(copy, sizeof copy, "%s", list);
    for (char *what = strtok(copy, ","); what; what = strtok(NULL, ",")) {
        if (is_call(call, what))
            return true;
    }
    return false;
}

static void skip_call(struct call *call)
{
    if (is_listed(call, skipped))
        answer_call(call, 0, 0);
}

static void run_command(struct call *call)
{
    if (is_listed(call, pauses) && system(command) != 0)
        abort();
}

int main(int argc, char **argv)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status;
    struct nucleus_error err;

    if (argc != 7)
        return EXIT_FAILURE;
    metadata = sample_metadata(argv[2]);
    free(metadata.version);
    metadata.version = copy_text(argv[2]);
    free(metadata.command[0]);
    metadata.command[0] = NULL;
    if (asprintf(&metadata.command[0], "%0*d", atoi(argv[3]), 0) < 0)
        return EXIT_FAILURE;
    command = argv[4];
    pauses = argv[5];
    skipped = argv[6];
    set_call_hooks(skip_call, run_command);
    status = nucleus_metadata_save(&metadata, argv[1], &err);
    (void)fprintf(stderr, "%s\n", err.message);
    nucleus_metadata_clear(&metadata);
    return status == NUCLEUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
