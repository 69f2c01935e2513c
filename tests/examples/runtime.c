/* SPDX-License-Identifier: MIT */
/*
 * runtime checkpoint DIR ID COMMAND [ARG...]    checkpoints container ID into DIR
 * runtime restore DIR                           restores it; exits with 3 if none exists
 *
 * Shows how a container runtime uses the library, in C11 or C++17. All steps work in the directory
 * that is opened at the beginning, even if it is renamed or replaced meanwhile.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for syncfs() */
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nucleus/checkpoint.h>

/* The arguments of notify(), because libcriu passes nothing from the caller to a callback. A
 * runtime that checkpoints several containers at once needs one such structure per thread. */
static struct {
    const struct nucleus_metadata *metadata;
    int dir;
    struct nucleus_error *err;
} dumped;

/* Reports a failed system call of the runtime. */
static enum nucleus_status fail(struct nucleus_error *err, enum nucleus_status status,
                                const char *what)
{
    err->status = status;
    err->os_error = errno;
    (void)snprintf(err->message, sizeof err->message, "%s: %s", what, strerror(err->os_error));
    return status;
}

/* The callback for criu_set_notify_cb(). At "post-dump" the images have been written and the
 * container is still frozen: if this fails, CRIU aborts the dump and the container continues. Once
 * criu_dump() has succeeded, it is too late, because the container has ended. */
static int notify(const char *action)
{
    enum nucleus_status status;

    if (strcmp(action, "post-dump") != 0)
        return 0;
    /* metadata.json declares the checkpoint complete, so the images must be durable before it. */
    if (syncfs(dumped.dir) != 0)
        status = fail(dumped.err, NUCLEUS_ERROR_IO, "cannot flush the images");
    else
        status = nucleus_metadata_save_at(dumped.metadata, dumped.dir, dumped.err);
    return status == NUCLEUS_OK ? 0 : -1;
}

/* Simulates criu_set_images_dir_fd() and criu_dump(): writes one empty image and leaves the
 * container running. */
static int dump(int dir, int (*callback)(const char *action))
{
    int image = openat(dir, "inventory.img", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    return image < 0 || close(image) != 0 ? -1 : callback("post-dump");
}

/* Returns 0, or -1 with errno set. */
static int remove_metadata(int dir)
{
    return unlinkat(dir, "metadata.json", 0) != 0 && errno != ENOENT ? -1 : fsync(dir);
}

static enum nucleus_status dump_and_save(int dir, struct nucleus_error *err)
{
    /* Metadata of an earlier checkpoint must not remain beside new images. */
    if (remove_metadata(dir) != 0)
        return fail(err, NUCLEUS_ERROR_IO, "cannot remove the old metadata");
    err->status = NUCLEUS_OK;
    if (dump(dir, notify) != 0) {
        if (err->status == NUCLEUS_OK)
            (void)fail(err, NUCLEUS_ERROR_IO, "cannot dump the container");
        /* The container continues, but the new file may exist. */
        (void)remove_metadata(dir);
    }
    return err->status;
}

static enum nucleus_status checkpoint(int dir, char **operands, struct nucleus_error *err)
{
    struct nucleus_container_state state;
    struct nucleus_metadata metadata;
    enum nucleus_status status;

    memset(&state, 0, sizeof state); /* later versions of the library add members */
    state.id = operands[0];
    state.name = operands[0];
    state.pid = (uint32_t)getpid(); /* normally that of the container's first process */
    state.version = "1.0.0";        /* of the runtime */
    state.command = operands + 1;
    /* The limits of a cgroup must be read before the dump, which may end the cgroup. */
    status = nucleus_metadata_from_state(&state, &metadata, err);
    if (status != NUCLEUS_OK)
        return status;
    dumped.metadata = &metadata;
    dumped.dir = dir;
    dumped.err = err;
    status = dump_and_save(dir, err);
    nucleus_metadata_clear(&metadata);
    return status;
}

/* Returns only on error. */
static enum nucleus_status restore(int dir, struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status = nucleus_metadata_load_at(dir, &metadata, err);

    if (status != NUCLEUS_OK)
        return status;
    /* A real runtime continues with criu_restore(). This one starts the command again. */
    errno = EINVAL; /* in case the command is empty */
    if (metadata.command[0])
        (void)execv(metadata.command[0], metadata.command);
    status = fail(err, NUCLEUS_ERROR_IO, "cannot start the command");
    nucleus_metadata_clear(&metadata);
    return status;
}

int main(int argc, char **argv)
{
    bool saves = argc >= 5 && strcmp(argv[1], "checkpoint") == 0;
    bool restores = argc == 3 && strcmp(argv[1], "restore") == 0;
    enum nucleus_status status;
    struct nucleus_error err;
    int dir;

    if (!saves && !restores)
        return 2;
    if (saves)
        (void)mkdir(argv[2], 0700); /* if this fails, so does open() */
    dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        status = fail(&err, errno == ENOENT ? NUCLEUS_ERROR_NOT_FOUND : NUCLEUS_ERROR_IO,
                      "cannot open the directory");
    else
        status = saves ? checkpoint(dir, argv + 3, &err) : restore(dir, &err);
    if (status == NUCLEUS_OK)
        return 0;
    fprintf(stderr, "runtime: cannot %s: %s (%s)\n", argv[1], err.message,
            nucleus_status_name(status)); /* the message already contains the reason */
    return restores && status == NUCLEUS_ERROR_NOT_FOUND ? 3 : 1;
}
