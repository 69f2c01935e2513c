/* SPDX-License-Identifier: MIT */
/*
 * failing_disk DIR ID COMMAND: saves metadata with that ID in DIR, and runs COMMAND between the
 * rename and the flush of the directory. Succeeds if the save reports that it is not durable.
 *
 * failing_disk PATH: makes every write to the file system of PATH fail from now on.
 */
#include "system_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_IOC_SHUTDOWN _IOR('X', 125, uint32_t) /* missing in older headers */

enum { WITHOUT_FLUSH = 2 };

static const char *command;

static void run_command(struct call *call)
{
    if (is_call(call, "fsync directory") && system(command) != 0)
        abort();
}

static int shut_down(const char *path)
{
    uint32_t flags = WITHOUT_FLUSH;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && syscall(SYS_ioctl, fd, FS_IOC_SHUTDOWN, &flags) == 0)
        return EXIT_SUCCESS;
    perror(path);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct nucleus_error err;

    if (argc == 2)
        return shut_down(argv[1]);
    if (argc != 4)
        return EXIT_FAILURE;
    command = argv[3];
    set_call_hooks(run_command, NULL);
    if (save_sample(argv[2], argv[1], &err) == NUCLEUS_ERROR_NOT_DURABLE)
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "%s\n", err.message);
    return EXIT_FAILURE;
}
