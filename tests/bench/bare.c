/* SPDX-License-Identifier: MIT */
#include "bare.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"

static int open_regular(const char *path, size_t *ret_size)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat info;
    int fd;

    if (fstatat(AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
        die(path);
    fd = openat(AT_FDCWD, path, flags);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        die(path);
    *ret_size = (size_t)info.st_size;
    return fd;
}

char *bare_read(const char *dir, size_t *ret_len)
{
    char path[4096];
    size_t size;
    char *text;
    int fd;

    (void)snprintf(path, sizeof path, "%s/metadata.json", dir);
    fd = open_regular(path, &size);
    text = malloc(size + 1);
    if (!text || read(fd, text, size + 1) != (ssize_t)size || close(fd) != 0)
        die(path);
    *ret_len = size;
    return text;
}

void bare_load(const char *dir)
{
    size_t len;
    char *text = bare_read(dir, &len);
    cJSON *tree = cJSON_ParseWithLength(text, len);

    if (!tree)
        die("cJSON_ParseWithLength");
    cJSON_Delete(tree);
    free(text);
}

void bare_save(const char *dir, const char *text, size_t len)
{
    static const char temp[] = ".metadata.json.tmp.bare";
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = openat(dirfd, temp, flags, 0600);

    if (dirfd < 0 || fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) != 0 ||
        close(fd) != 0 || renameat(dirfd, temp, dirfd, "metadata.json") != 0 || fsync(dirfd) != 0 ||
        close(dirfd) != 0)
        die(dir);
}
