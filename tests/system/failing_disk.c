/* SPDX-License-Identifier: MIT */
/*
 * failing_disk DIR ID COMMAND: saves metadata with that ID in DIR. COMMAND runs between the rename
 * and the flush of the directory. The exit status is that of ckmeta: 0, 1, or 4 if the save is not
 * known to be durable.
 *
 * failing_disk PATH: from now on, every write to the file system of PATH fails.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nucleus/checkpoint.h"
#include "system.h"

#define FS_IOC_SHUTDOWN _IOR('X', 125, uint32_t) /* not in older headers */

enum { WITHOUT_FLUSH = 2, FAILED = 1, NOT_DURABLE = 4, MISUSED = 2 };

int __real_nucleus_system_fsync(int fd);
int __wrap_nucleus_system_fsync(int fd);

static const char *command;

int __wrap_nucleus_system_fsync(int fd)
{
    struct stat info;

    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode) && system(command) != 0)
        abort();
    return __real_nucleus_system_fsync(fd);
}

static int save(const char *dir, char *id)
{
    char *arguments[] = {id, NULL};
    struct nucleus_metadata metadata = {
        .container_id = id,
        .container_name = id,
        .command = arguments,
        .version = id,
    };
    struct nucleus_error err;
    enum nucleus_status status = nucleus_metadata_save(&metadata, dir, &err);

    if (status == NUCLEUS_OK)
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "%s\n", err.message);
    return status == NUCLEUS_ERROR_NOT_DURABLE ? NOT_DURABLE : FAILED;
}

static int shut_down(const char *path)
{
    uint32_t flags = WITHOUT_FLUSH;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || syscall(SYS_ioctl, fd, FS_IOC_SHUTDOWN, &flags) < 0) {
        perror(path);
        return FAILED;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return shut_down(argv[1]);
    if (argc != 4)
        return MISUSED;
    command = argv[3];
    return save(argv[1], argv[2]);
}
