/* SPDX-License-Identifier: MIT */
/*
 * dump DIR PID: dumps the process into DIR with libcriu, and saves its metadata there in the
 * notification "post-dump". The exit status is 1 if the dump fails.
 */
#define _GNU_SOURCE
#include <criu/criu.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nucleus/checkpoint.h>

static struct nucleus_metadata metadata;
static int images;

static int notify(char *action, criu_notify_arg_t argument)
{
    struct nucleus_error err;

    (void)argument;
    if (strcmp(action, "post-dump") != 0)
        return 0;
    if (syncfs(images) == 0 && nucleus_metadata_save_at(&metadata, images, &err) == NUCLEUS_OK)
        return 0;
    fprintf(stderr, "cannot save\n");
    return -1;
}

int main(int argc, char **argv)
{
    char *command[] = {"counter", NULL};
    struct nucleus_container_state state = {.id = "libcriu", .name = "libcriu", .command = command};
    int status;

    images = argc == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (images < 0 || criu_init_opts() != 0)
        return 2;
    state.pid = (uint32_t)strtoul(argv[2], NULL, 10);
    if (nucleus_metadata_from_state(&state, &metadata, NULL) != NUCLEUS_OK)
        return 2;
    criu_set_images_dir_fd(images);
    criu_set_pid((int)state.pid);
    criu_set_log_level(4);
    criu_set_log_file("dump.log");
    criu_set_notify_cb(notify);
    status = criu_dump() < 0 ? 1 : 0;
    nucleus_metadata_clear(&metadata);
    return status;
}
