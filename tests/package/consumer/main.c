/* SPDX-License-Identifier: MIT */
/* main DIR COMMAND [ARG...]: saves metadata in DIR, loads it and prints it, in C11 or C++17. */
#include <nucleus/checkpoint.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#ifdef CJSON_IS_HIDDEN
#if __has_include(<cJSON.h>)
#error "the include directory of cJSON is passed to users of the library"
#endif
#endif

static int fail(const struct nucleus_error *err)
{
    fprintf(stderr, "%s\n", err->message);
    return 1;
}

int main(int argc, char **argv)
{
    struct nucleus_container_state state;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    if (argc < 3 || strcmp(nucleus_checkpoint_version(), NUCLEUS_CHECKPOINT_VERSION) != 0)
        return 2;
    memset(&state, 0, sizeof state);
    state.id = "4f1c";
    state.name = "db";
    state.pid = 13789;
    state.command = argv + 2;
    if (nucleus_metadata_from_state(&state, &metadata, &err) != NUCLEUS_OK)
        return fail(&err);
    status = nucleus_metadata_save(&metadata, argv[1], &err);
    nucleus_metadata_clear(&metadata);
    if (status != NUCLEUS_OK || nucleus_metadata_load(argv[1], &metadata, &err) != NUCLEUS_OK)
        return fail(&err);
    printf("%s %s %" PRIu32, metadata.version, metadata.container_name, metadata.original_pid);
    for (char **word = metadata.command; *word; word++)
        printf(" %s", *word);
    printf("\n");
    nucleus_metadata_clear(&metadata);
    return 0;
}
