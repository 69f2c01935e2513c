/* SPDX-License-Identifier: MIT */
/* main DIR: saves there, loads again, prints what came back. */
#include <nucleus/checkpoint.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int fail(const struct nucleus_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    char *const command[] = {"/bin/sleep", "60", NULL};
    const struct nucleus_container_state state = {
        .id = "4f1c", .name = "db", .pid = 13789, .command = command};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    if (argc != 2 || strcmp(nucleus_checkpoint_version(), NUCLEUS_CHECKPOINT_VERSION) != 0)
        return 2;
    if (nucleus_metadata_from_state(&state, &metadata, &err) != NUCLEUS_OK)
        return fail(&err);
    status = nucleus_metadata_save(&metadata, argv[1], &err);
    nucleus_metadata_clear(&metadata);
    if (status != NUCLEUS_OK || nucleus_metadata_load(argv[1], &metadata, &err) != NUCLEUS_OK)
        return fail(&err);
    printf("%s %s %" PRIu32 " %s %s\n", metadata.version, metadata.container_name,
           metadata.original_pid, metadata.command[0], metadata.command[1]);
    nucleus_metadata_clear(&metadata);
    return 0;
}
