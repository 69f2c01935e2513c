/* SPDX-License-Identifier: MIT */
/*
 * power_cut_images save IMAGE COPIES DIR [file|directory]
 *     Saves in DIR, which is on a filesystem in IMAGE, again and again. After each system call
 *     that changes something, and after each save, copies IMAGE to COPIES/NUMBER-OLD-NEW-during
 *     or COPIES/NUMBER-OLD-NEW-after: what the disk would hold if the power went then. With a
 *     last word, the flush of the file or of the directory is left out.
 * power_cut_images read DIR
 *     Prints the name of the save that DIR holds, "none", or "torn" and the reason.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system_calls.h"

enum { LONG_ARGUMENT = 300000 };

static struct {
    const char *image;
    const char *copies;
    enum call_object unflushed;
    const char *old_name;
    const char *new_name;
    int count;
} run;

static void die(const char *what)
{
    (void)fprintf(stderr, "power_cut_images: %s\n", what);
    exit(EXIT_FAILURE);
}

static void copy_image(const char *when)
{
    char copy[4096];
    int status;
    pid_t pid;

    (void)snprintf(copy, sizeof copy, "%s/%02d-%s-%s-%s", run.copies, ++run.count, run.old_name,
                   run.new_name, when);
    pid = fork();
    if (pid == 0) {
        (void)execlp("cp", "cp", "--sparse=always", run.image, copy, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        die("cannot copy the image");
}

static void before_call(struct call *call)
{
    call->is_answered = call->kind == CALL_FSYNC && call->object == run.unflushed;
}

static void after_call(struct call *call)
{
    bool is_creation = call->kind == CALL_OPENAT && call->object == OBJECT_TEMP;

    if (is_creation || call->kind == CALL_WRITE || call->kind == CALL_FSYNC ||
        call->kind == CALL_RENAMEAT || call->kind == CALL_UNLINKAT)
        copy_image("during");
}

/* name stands at both ends of the text. */
static void save(const char *dir, const char *name, size_t argument_size)
{
    struct nucleus_metadata metadata = sample_metadata(name);
    char *argument = calloc(1, argument_size + 1);
    struct nucleus_error err;

    if (!argument)
        die("out of memory");
    memset(argument, 'x', argument_size);
    free(metadata.command[0]);
    metadata.command[0] = argument;
    free(metadata.version);
    metadata.version = copy_text(name);
    run.new_name = name;
    watch_calls(before_call, after_call);
    if (nucleus_metadata_save(&metadata, dir, &err) != NUCLEUS_OK)
        die(err.message);
    (void)unwatch_calls();
    copy_image("after");
    run.old_name = name;
    nucleus_metadata_clear(&metadata);
}

static void show(const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = nucleus_metadata_load(dir, &metadata, &err);

    if (status == NUCLEUS_ERROR_NOT_FOUND)
        (void)puts("none");
    else if (status != NUCLEUS_OK)
        (void)printf("torn: %s\n", err.message);
    else if (strcmp(metadata.container_id, metadata.version) != 0)
        (void)puts("torn: it is of two saves");
    else
        (void)puts(metadata.container_id);
    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&metadata);
}

static enum call_object unflushed(const char *word)
{
    if (strcmp(word, "file") == 0)
        return OBJECT_TEMP;
    if (strcmp(word, "directory") != 0)
        die("the last word is neither file nor directory");
    return OBJECT_DIRECTORY;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "read") == 0) {
        show(argv[2]);
        return EXIT_SUCCESS;
    }
    if (argc < 5 || argc > 6 || strcmp(argv[1], "save") != 0)
        die("unknown arguments");
    run.image = argv[2];
    run.copies = argv[3];
    run.unflushed = argc == 6 ? unflushed(argv[5]) : OBJECT_ANY;
    run.old_name = "none";
    save(argv[4], "first", 5);
    save(argv[4], "second", LONG_ARGUMENT);
    save(argv[4], "third", 5);
    return EXIT_SUCCESS;
}
