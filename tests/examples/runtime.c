/* SPDX-License-Identifier: MIT */
/*
 * runtime DIR ID COMMAND [ARG...]: checkpoints the container ID into DIR/ID, and restores it.
 *
 * Both steps work in the directory that was opened at the beginning, whatever is renamed or put in
 * its place meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nucleus/checkpoint.h>

extern char **environ;

static int checkpoint(int images, const char *id, char **command)
{
    const struct nucleus_container_state state = {
        .id = id,
        .name = id,
        .pid = (uint32_t)getpid(),
        .command = command,
    };
    struct nucleus_metadata metadata = {0};
    struct nucleus_error err;

    /* criu_set_images_dir_fd(images) and criu_dump() stop the container here. */
    if (nucleus_metadata_from_state(&state, &metadata, &err) == NUCLEUS_OK &&
        nucleus_metadata_save_at(&metadata, images, &err) == NUCLEUS_OK) {
        nucleus_metadata_clear(&metadata);
        return 0;
    }
    fprintf(stderr, "runtime: %s\n", err.message);
    nucleus_metadata_clear(&metadata);
    return -1;
}

/* Returns only if it failed. */
static void restore(int images)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_load_at(images, &metadata, &err) != NUCLEUS_OK) {
        fprintf(stderr, "runtime: %s\n", err.message);
        return;
    }
    /* A real restore goes on with criu_restore(); this one starts the command anew. */
    if (metadata.command[0]) /* a file may hold an empty command */
        execve(metadata.command[0], metadata.command, environ);
    perror("runtime: cannot start the command");
    nucleus_metadata_clear(&metadata);
}

int main(int argc, char **argv)
{
    int checkpoints = argc < 4 ? -1 : open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int images = -1;

    if (checkpoints >= 0 && (mkdirat(checkpoints, argv[2], 0700) == 0 || errno == EEXIST))
        images = openat(checkpoints, argv[2], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (images < 0)
        perror("runtime: cannot open the directory");
    else if (checkpoint(images, argv[2], argv + 3) == 0)
        restore(images);
    return 1;
}
