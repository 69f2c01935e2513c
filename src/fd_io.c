/* SPDX-License-Identifier: MIT */
#include "fd_io.h"

#include <errno.h>

#include "system.h"

enum { MAX_INTERRUPTS = 100 };

bool nucleus_is_interrupted(ssize_t result, int *interrupts)
{
    return result < 0 && errno == EINTR && ++*interrupts < MAX_INTERRUPTS;
}

int nucleus_fd_above_stdio(int fd)
{
    int above;
    int os_error;

    if (fd < 0 || fd > 2)
        return fd;
    above = nucleus_system_dup_above(fd, 3);
    os_error = errno;
    (void)nucleus_system_close(fd);
    errno = os_error;
    return above;
}

int nucleus_open(int dirfd, const char *path, int flags)
{
    int fd;

    NUCLEUS_RETRY(fd, nucleus_system_openat(dirfd, path, flags, 0));
    return nucleus_fd_above_stdio(fd);
}

ssize_t nucleus_read_up_to(int fd, void *buf, size_t size, size_t min_len)
{
    size_t done = 0;
    ssize_t count;

    do {
        NUCLEUS_RETRY(count, nucleus_system_read(fd, (char *)buf + done, size - done));
        if (count < 0)
            return -1;
        done += (size_t)count;
    } while (count > 0 && done < min_len);
    return (ssize_t)done;
}

int nucleus_write_all(int fd, const void *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t count;

        NUCLEUS_RETRY(count, nucleus_system_write(fd, (const char *)bytes + done, size - done));
        if (count == 0)
            errno = EIO;
        if (count <= 0)
            return -1;
        done += (size_t)count;
    }
    return 0;
}

int nucleus_sync(int fd)
{
    int result;

    NUCLEUS_RETRY(result, nucleus_system_fsync(fd));
    return result;
}

void nucleus_sleep(long nanoseconds)
{
    struct timespec remaining = {.tv_nsec = nanoseconds};

    while (nucleus_system_nanosleep(&remaining, &remaining) < 0 && errno == EINTR) {
    }
}
