/* SPDX-License-Identifier: MIT */
#include "stale_temps.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "fd_io.h"
#include "system.h"

enum {
    DIGITS = 16,
    MIN_AGE = 60 * 60,    /* seconds */
    MAX_REMOVED = 8,      /* by one save */
    LISTING_BYTES = 4096, /* of entries at once, on the stack: some 100 */
    LISTING_READS = 64,   /* at most */
};

int nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name)
{
    int interrupts = 0;
    uint64_t number;
    ssize_t size;

    do
        size = nucleus_system_getrandom(&number, sizeof number);
    while (nucleus_is_interrupted(size, &interrupts));
    if (size >= 0 && size != (ssize_t)sizeof number)
        errno = EIO;
    if (size != (ssize_t)sizeof number)
        return -1;
    (void)snprintf(ret, NUCLEUS_TEMP_NAME_SIZE, ".%s.tmp.%016" PRIx64, name, number);
    return 0;
}

static void fixed_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name)
{
    (void)snprintf(ret, NUCLEUS_TEMP_NAME_SIZE, "%s.tmp", name);
}

static enum nucleus_status refuse(struct nucleus_error *err, enum nucleus_status status,
                                  const char *temp, const char *reason)
{
    return nucleus_fail(err, status, "refusing to remove '%s': %s", temp, reason);
}

/* ENOENT, at either call, means that another saver was faster. */
enum nucleus_status nucleus_fixed_temp_check(int dirfd, const char *name, struct nucleus_error *err)
{
    char temp[NUCLEUS_TEMP_NAME_SIZE];
    const char *failed = NULL;
    struct stat info;

    fixed_name(temp, name);
    if (nucleus_system_fstatat(dirfd, temp, &info) < 0)
        failed = "cannot examine temporary file of nucleus";
    else if (S_ISLNK(info.st_mode))
        return refuse(err, NUCLEUS_ERROR_SYMLINK, temp, "is a symbolic link");
    else if (S_ISDIR(info.st_mode))
        return refuse(err, NUCLEUS_ERROR_NOT_REGULAR, temp, "Is a directory");
    else if (!S_ISREG(info.st_mode) && nucleus_system_unlinkat(dirfd, temp) < 0)
        failed = "cannot remove temporary file of nucleus";
    if (!failed || errno == ENOENT)
        return NUCLEUS_OK;
    return nucleus_fail_step(err, NUCLEUS_ERROR_IO, errno, failed);
}

/* Whether entry is prefix and 16 digits, as nucleus_temp_name() writes them. */
static bool is_temp_name(const char *entry, const char *prefix, size_t len)
{
    return strncmp(entry, prefix, len) == 0 && strspn(entry + len, "0123456789abcdef") == DIGITS &&
           entry[len + DIGITS] == '\0';
}

/* Returns whether the file is gone. */
static bool remove_if_old(int dirfd, const char *temp, const struct stat *own)
{
    struct stat info;

    return nucleus_system_fstatat(dirfd, temp, &info) == 0 && S_ISREG(info.st_mode) &&
           info.st_uid == nucleus_system_euid() && info.st_ctime < own->st_ctime &&
           (uint64_t)own->st_ctime - (uint64_t)info.st_ctime > MIN_AGE &&
           nucleus_system_unlinkat(dirfd, temp) == 0;
}

static void remove_listed(int dirfd, const char *name, const struct stat *own)
{
    alignas(struct dirent64) char entries[LISTING_BYTES];
    char prefix[NUCLEUS_TEMP_NAME_SIZE];
    const size_t len = (size_t)snprintf(prefix, sizeof prefix, ".%s.tmp.", name);
    int removed = 0;

    for (int i = 0; i < LISTING_READS; i++) {
        const ssize_t size = nucleus_system_getdents(dirfd, entries, sizeof entries);
        const struct dirent64 *entry;

        if (size <= 0)
            return;
        for (ssize_t at = 0; at < size; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(entries + at);
            if (removed < MAX_REMOVED && is_temp_name(entry->d_name, prefix, len))
                removed += remove_if_old(dirfd, entry->d_name, own);
        }
    }
}

void nucleus_stale_temps_remove(int dirfd, const char *name, const struct stat *own)
{
    char fixed[NUCLEUS_TEMP_NAME_SIZE];

    fixed_name(fixed, name);
    (void)remove_if_old(dirfd, fixed, own);
    remove_listed(dirfd, name, own);
}
