/* SPDX-License-Identifier: MIT */
/*
 * power_cut_images IMAGE COPIES DIR [file|directory]
 *
 * Saves in DIR, which is on a filesystem in IMAGE, again and again. After each system call that
 * changes something, and after each save, copies IMAGE to COPIES/NUMBER-OLD-NEW-during or
 * COPIES/NUMBER-OLD-NEW-after: what the disk would hold if the power went then. With a last word,
 * the flush of the file or of the directory is left out.
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
    /* Flushing the renamed file may flush its name as well. */
    call->is_answered = call->kind == CALL_FSYNC &&
                        (call->object == run.unflushed ||
                         (run.unflushed == OBJECT_DIRECTORY && call->object == OBJECT_FILE));
}

static void after_call(struct call *call)
{
    bool is_creation = call->kind == CALL_OPENAT && call->object == OBJECT_TEMP;

    if (is_creation || call->kind == CALL_WRITE || call->kind == CALL_FSYNC ||
        call->kind == CALL_RENAMEAT || call->kind == CALL_UNLINKAT)
        copy_image("during");
}

/* name stands at both ends of the text, as container_id and as version. */
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

int main(int argc, char **argv)
{
    if (argc < 4)
        die("missing operand");
    run.image = argv[1];
    run.copies = argv[2];
    run.unflushed = OBJECT_ANY;
    if (argc > 4)
        run.unflushed = strcmp(argv[4], "file") == 0 ? OBJECT_TEMP : OBJECT_DIRECTORY;
    run.old_name = "none";
    save(argv[3], "first", 5);
    save(argv[3], "second", LONG_ARGUMENT);
    save(argv[3], "third", 5);
    return EXIT_SUCCESS;
}
