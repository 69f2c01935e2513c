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
    MAX_REMOVED = 8,      /* per save */
    LISTING_BYTES = 4096, /* per read, some 100 entries */
    LISTING_READS = 1024, /* per save */
    OVERFLOW_UID = 65534, /* used for users without a mapping: user_namespaces(7) */
};

int nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name)
{
    uint64_t number;
    ssize_t size;

    NUCLEUS_RETRY(size, nucleus_system_getrandom(&number, sizeof number));
    if (size >= 0 && size != (ssize_t)sizeof number)
        errno = EIO;
    if (size != (ssize_t)sizeof number)
        return -1;
    (void)snprintf(ret, NUCLEUS_TEMP_NAME_SIZE, ".%.40s.tmp.%016" PRIx64, name, number);
    return 0;
}

enum nucleus_status nucleus_fixed_temp_check(int dirfd, const char *name, struct nucleus_error *err)
{
    char temp[NUCLEUS_TEMP_NAME_SIZE];
    struct stat info;

    (void)snprintf(temp, sizeof temp, "%.40s.tmp", name);
    if (nucleus_system_fstatat(dirfd, temp, &info) < 0)
        return errno == ENOENT ? NUCLEUS_OK
                               : nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno,
                                                    "cannot examine temporary file of nucleus");
    if (S_ISLNK(info.st_mode))
        return nucleus_fail(err, NUCLEUS_ERROR_SYMLINK, "'%s' is a symbolic link", temp);
    if (S_ISDIR(info.st_mode))
        return nucleus_fail(err, NUCLEUS_ERROR_NOT_REGULAR, "'%s' is a directory", temp);
    return NUCLEUS_OK;
}

/* Returns true if entry and own_name are different temporary names of the same file. */
static bool is_other_temp(const char *entry, const char *own_name)
{
    const size_t prefix_len = strlen(own_name) - DIGITS;

    return strncmp(entry, own_name, prefix_len) == 0 &&
           strspn(entry + prefix_len, "0123456789abcdef") == DIGITS &&
           entry[prefix_len + DIGITS] == '\0' && strcmp(entry, own_name) != 0;
}

/* Returns true if the file was stale and has been removed. */
static bool remove_if_stale(int dirfd, const char *name, const struct stat *own)
{
    struct stat temp;

    return nucleus_system_fstatat(dirfd, name, &temp) == 0 && S_ISREG(temp.st_mode) &&
           temp.st_uid == own->st_uid && temp.st_ctime < own->st_ctime &&
           (uint64_t)own->st_ctime - (uint64_t)temp.st_ctime > MIN_AGE &&
           nucleus_system_unlinkat(dirfd, name) == 0;
}

void nucleus_stale_temps_remove(int dirfd, const char *own_name, const struct stat *own)
{
    alignas(struct dirent64) char entries[LISTING_BYTES];
    int removed = own->st_uid == OVERFLOW_UID ? MAX_REMOVED : 0;

    for (int i = 0; i < LISTING_READS && removed < MAX_REMOVED; i++) {
        const ssize_t size = nucleus_system_getdents(dirfd, entries, sizeof entries);
        const struct dirent64 *entry;

        if (size <= 0)
            return;
        for (ssize_t at = 0; at < size && removed < MAX_REMOVED; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(entries + at);
            if (is_other_temp(entry->d_name, own_name))
                removed += remove_if_stale(dirfd, entry->d_name, own);
        }
    }
}
