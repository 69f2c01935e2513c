/* SPDX-License-Identifier: MIT */
#include "leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdalign.h>
#include <string.h>

#include "fd_io.h"
#include "system.h"

enum {
    DIGITS = 16,
    MIN_AGE = 60 * 60,    /* seconds */
    LISTING_BYTES = 4096, /* of entries at once, on the stack: some 100 */
    LISTING_READS = 64,   /* at most */
};

/* .NAME.tmp.<number in hexadecimal digits> */
static void write_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name, uint64_t number)
{
    static const char digits[] = "0123456789abcdef";
    char *out = ret;

    *out++ = '.';
    out = stpcpy(stpcpy(out, name), ".tmp.");
    for (int shift = 4 * (DIGITS - 1); shift >= 0; shift -= 4)
        *out++ = digits[number >> shift & 15];
    *out = '\0';
}

/* NAME.tmp */
static void write_fixed_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name)
{
    (void)stpcpy(stpcpy(ret, name), ".tmp");
}

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
    write_temp_name(ret, name, number);
    return 0;
}

/* The text behind prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
    const size_t len = strlen(prefix);

    return text && strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* Reads digits as write_temp_name() writes them. */
static bool parse_digits(const char *digits, uint64_t *ret)
{
    uint64_t number = 0;

    for (int i = 0; i < DIGITS; i++) {
        if (digits[i] >= '0' && digits[i] <= '9')
            number = number << 4 | (uint64_t)(digits[i] - '0');
        else if (digits[i] >= 'a' && digits[i] <= 'f')
            number = number << 4 | (uint64_t)(digits[i] - 'a' + 10);
        else
            return false;
    }
    *ret = number;
    return digits[DIGITS] == '\0';
}

/* Whether temp is a file that a saver of our user can have left. */
static bool is_candidate(int dirfd, const char *temp, struct stat *ret)
{
    return nucleus_system_fstatat(dirfd, temp, ret) == 0 && S_ISREG(ret->st_mode) &&
           ret->st_uid == nucleus_system_euid();
}

/* Notes an entry of the directory, if it is a temporary file of ours or nucleus's. */
static void note(struct nucleus_leftovers *leftovers, const char *entry)
{
    const char *own = behind(behind(behind(entry, "."), leftovers->name), ".tmp.");
    const char *fixed = behind(entry, leftovers->name);
    struct stat info;
    uint64_t number;

    if (fixed && strcmp(fixed, ".tmp") == 0)
        leftovers->has_fixed = true;
    if (own && leftovers->count < NUCLEUS_MAX_LEFTOVERS && parse_digits(own, &number) &&
        is_candidate(leftovers->dirfd, entry, &info))
        leftovers->numbers[leftovers->count++] = number;
}

/* Returns whether the directory was read to its end. */
static bool list(struct nucleus_leftovers *leftovers)
{
    alignas(struct dirent64) char entries[LISTING_BYTES];

    for (int i = 0; i < LISTING_READS; i++) {
        const ssize_t size = nucleus_system_getdents(leftovers->dirfd, entries, sizeof entries);
        const struct dirent64 *entry;

        if (size <= 0)
            return size == 0;
        for (ssize_t at = 0; at < size; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(entries + at);
            note(leftovers, entry->d_name);
        }
    }
    return false;
}

/* Looks at NAME.tmp. ENOENT, at any time, means that another saver was faster. */
static enum nucleus_status check_fixed(struct nucleus_leftovers *leftovers,
                                       struct nucleus_shown shown, struct nucleus_error *err)
{
    static const char refusing[] = "refusing to remove";
    char name[NUCLEUS_TEMP_NAME_SIZE];
    struct stat info;

    write_fixed_name(name, shown.name);
    shown.name = name;
    leftovers->has_fixed = false;
    if (nucleus_system_fstatat(leftovers->dirfd, name, &info) < 0)
        return errno == ENOENT
                   ? NUCLEUS_OK
                   : nucleus_fail_at(err, NUCLEUS_ERROR_IO, errno, "cannot examine", shown, NULL);
    if (S_ISLNK(info.st_mode))
        return nucleus_fail_at(err, NUCLEUS_ERROR_SYMLINK, 0, refusing, shown,
                               "is a symbolic link");
    if (S_ISDIR(info.st_mode))
        return nucleus_fail_at(err, NUCLEUS_ERROR_NOT_REGULAR, 0, refusing, shown,
                               "Is a directory");
    leftovers->has_fixed = S_ISREG(info.st_mode);
    if (!leftovers->has_fixed && nucleus_system_unlinkat(leftovers->dirfd, name) < 0 &&
        errno != ENOENT)
        return nucleus_fail_at(err, NUCLEUS_ERROR_IO, errno, "cannot remove", shown, NULL);
    return NUCLEUS_OK;
}

enum nucleus_status nucleus_leftovers_find(int dirfd, struct nucleus_shown shown,
                                           struct nucleus_leftovers *ret, struct nucleus_error *err)
{
    *ret = (struct nucleus_leftovers){.dirfd = dirfd, .name = shown.name};
    if (list(ret) && !ret->has_fixed)
        return NUCLEUS_OK;
    return check_fixed(ret, shown, err);
}

/* Looks again: a saver that is alive may have come to use the name meanwhile. */
static void remove_if_old(int dirfd, const char *temp, const struct stat *own)
{
    struct stat info;

    if (is_candidate(dirfd, temp, &info) && info.st_ctime < own->st_ctime &&
        (uint64_t)own->st_ctime - (uint64_t)info.st_ctime > MIN_AGE)
        (void)nucleus_system_unlinkat(dirfd, temp);
}

void nucleus_leftovers_remove(const struct nucleus_leftovers *leftovers, const struct stat *own)
{
    char name[NUCLEUS_TEMP_NAME_SIZE];

    for (size_t i = 0; i < leftovers->count; i++) {
        write_temp_name(name, leftovers->name, leftovers->numbers[i]);
        remove_if_old(leftovers->dirfd, name, own);
    }
    if (leftovers->has_fixed) {
        write_fixed_name(name, leftovers->name);
        remove_if_old(leftovers->dirfd, name, own);
    }
}
