/* SPDX-License-Identifier: MIT */
/*
 * counter FILE [ARGUMENT...]
 *
 * This process is dumped and restored. It counts in memory and writes each number to FILE, which
 * shows that the restored process continues where the dumped one stopped. It keeps neither the
 * descriptors nor the session that it inherits, because CRIU could not restore them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void detach(void)
{
    long limit = sysconf(_SC_OPEN_MAX);
    int null;

    (void)setsid(); /* fails for the first process of a container, which already leads a session */
    for (int fd = 3; fd < limit; fd++)
        (void)close(fd);
    null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) {
        if (null < 0 || dup2(null, fd) < 0)
            exit(1);
    }
    (void)close(null);
}

/* All numbers have the same length and are written at once, so readers never see a partial one. */
static void write_number(const char *file, unsigned number)
{
    char line[16];
    int len = snprintf(line, sizeof line, "%010u\n", number);
    int fd = open(file, O_WRONLY | O_CREAT, 0600);

    if (fd < 0 || write(fd, line, (size_t)len) != len || close(fd) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    if (argc < 2)
        return 2;
    detach();
    for (unsigned number = 1;; number++) {
        write_number(argv[1], number);
        (void)nanosleep(&pause, NULL);
    }
}
