/* SPDX-License-Identifier: MIT */
/*
 * power_cut_images IMAGE COPIES DIR [file|directory]
 *
 * Saves three times in DIR, which is on a file system in IMAGE. Copies IMAGE after each system call
 * that changes something, to COPIES/NUMBER-OLD-NEW-during, and after each save, to
 * COPIES/NUMBER-OLD-NEW-after. Each copy shows what a power failure at that moment would leave on
 * the disk. The last argument names a flush to leave out.
 */
#include "system_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *image, *copies, *unflushed;
static const char *old_name = "none", *new_name;

static void die(const char *message)
{
    (void)fprintf(stderr, "power_cut_images: %s\n", message);
    exit(EXIT_FAILURE);
}

static void copy_image(const char *when)
{
    static int count;
    char copy[4096];
    int status;
    pid_t pid;

    (void)snprintf(copy, sizeof copy, "%s/%02d-%s-%s-%s", copies, ++count, old_name, new_name,
                   when);
    pid = fork();
    if (pid == 0) {
        (void)execlp("cp", "cp", "--sparse=always", image, copy, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        die("cannot copy the image");
}

static void leave_out_flush(struct call *call)
{
    const bool is_file = strcmp(unflushed, "file") == 0 && is_call(call, "fsync temp");
    /* The second flush of the file may flush its new name as well. */
    const bool is_directory = strcmp(unflushed, "directory") == 0 &&
                              (is_call(call, "fsync directory") || is_call(call, "fsync file"));

    if (is_file || is_directory)
        answer_call(call, 0, 0);
}

static void copy_after_change(struct call *call)
{
    if (is_call(call, "openat temp") || is_call(call, "write") || is_call(call, "fsync") ||
        is_call(call, "renameat") || is_call(call, "unlinkat"))
        copy_image("during");
}

/* Writes the name at both ends of the file, as container_id and as version. */
static void save(const char *dir, const char *name, size_t argument_size)
{
    struct nucleus_metadata metadata = sample_metadata(name);
    struct nucleus_error err;

    free(metadata.version);
    metadata.version = copy_text(name);
    free(metadata.command[0]);
    metadata.command[0] = calloc(1, argument_size + 1);
    if (!metadata.command[0])
        die("out of memory");
    memset(metadata.command[0], 'x', argument_size);
    new_name = name;
    set_call_hooks(leave_out_flush, copy_after_change);
    if (nucleus_metadata_save(&metadata, dir, &err) != NUCLEUS_OK)
        die(err.message);
    set_call_hooks(NULL, NULL);
    copy_image("after");
    old_name = name;
    nucleus_metadata_clear(&metadata);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        die("missing operand");
    image = argv[1];
    copies = argv[2];
    unflushed = argc > 4 ? argv[4] : "";
    save(argv[3], "first", 5);
    save(argv[3], "second", 300000);
    save(argv[3], "third", 5);
    return EXIT_SUCCESS;
}
