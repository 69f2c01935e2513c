/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE         /* struct dirent64 in glibc */
#define _LARGEFILE64_SOURCE /* and in musl */
#include "leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdalign.h>

#include "system.h"
#include "temp_name.h"

enum {
    SWEEP_AGE = 60 * 60, /* seconds */
    SWEEP_BYTES = 16384, /* of names at once, on the stack: some 300 */
    SWEEP_READS = 16,    /* at most */
};

enum nucleus_status nucleus_remove_fixed_temp(int dirfd, struct nucleus_shown shown,
                                              struct nucleus_error *err)
{
    static const char what[] = "cannot remove";
    char name[NUCLEUS_TEMP_NAME_SIZE];
    struct stat info;

    nucleus_fixed_temp_name(name, shown.name);
    shown.name = name;
    if (nucleus_system_fstatat(dirfd, name, &info) < 0)
        return errno == ENOENT ? NUCLEUS_OK
                               : nucleus_fail_at(err, NUCLEUS_ERROR_IO, errno, what, shown, NULL);
    if (S_ISLNK(info.st_mode))
        return nucleus_fail_at(err, NUCLEUS_ERROR_SYMLINK, 0, what, shown, "it is a symbolic link");
    if (S_ISDIR(info.st_mode))
        return nucleus_fail_at(err, NUCLEUS_ERROR_NOT_REGULAR, 0, what, shown, "it is a directory");
    /* ENOENT: another saver was faster. */
    if (nucleus_system_unlinkat(dirfd, name) < 0 && errno != ENOENT)
        return nucleus_fail_at(err, NUCLEUS_ERROR_IO, errno, what, shown, NULL);
    return NUCLEUS_OK;
}

static void sweep_one(int dirfd, const char *temp)
{
    struct stat info;

    if (nucleus_system_fstatat(dirfd, temp, &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_uid == nucleus_system_euid() &&
        (int64_t)info.st_mtime + SWEEP_AGE < (int64_t)nucleus_system_now())
        (void)nucleus_system_unlinkat(dirfd, temp);
}

void nucleus_sweep(int dirfd, const char *name)
{
    alignas(struct dirent64) char entries[SWEEP_BYTES];
    ssize_t size = SWEEP_BYTES;

    /* A read that leaves half of the room empty was the last. */
    for (int i = 0; i < SWEEP_READS && size > SWEEP_BYTES / 2; i++) {
        const struct dirent64 *entry;

        size = nucleus_system_getdents(dirfd, entries, sizeof entries);
        for (ssize_t at = 0; at < size; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(entries + at);
            if (nucleus_is_temp_name(entry->d_name, name))
                sweep_one(dirfd, entry->d_name);
        }
    }
}
