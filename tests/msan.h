/* SPDX-License-Identifier: MIT */
/*
 * Included before each file by the preset msan. Marks the output of these calls as initialized,
 * because MemorySanitizer neither intercepts the system calls nor instruments cJSON.
 */
/* The examples are excluded, because they define other feature test macros. */
#if !defined(MSAN_H) && defined(_GNU_SOURCE)
#define MSAN_H

#include <cjson/cJSON.h>
#include <dirent.h>
#include <sanitizer/msan_interface.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static inline long msan_filled(long result, void *bytes, size_t size)
{
    __msan_unpoison(bytes, size);
    return result;
}

static inline cJSON *msan_parsed(cJSON *first)
{
    for (cJSON *item = first; item; item = item->next) {
        __msan_unpoison(item, sizeof *item);
        if (item->valuestring)
            __msan_unpoison_string(item->valuestring);
        if (item->string)
            __msan_unpoison_string(item->string);
        (void)msan_parsed(item->child);
    }
    return first;
}

#define fstat(fd, ret) ((int)msan_filled(fstat(fd, ret), ret, sizeof *(ret)))
#define fstatat(dirfd, path, ret, flags)                                                           \
    ((int)msan_filled(fstatat(dirfd, path, ret, flags), ret, sizeof *(ret)))
#define stat(path, ret) ((int)msan_filled(stat(path, ret), ret, sizeof *(ret)))
#define lstat(path, ret) ((int)msan_filled(lstat(path, ret), ret, sizeof *(ret)))
#define fstatfs(fd, ret) ((int)msan_filled(fstatfs(fd, ret), ret, sizeof *(ret)))
#define getdents64(fd, bytes, size) msan_filled(getdents64(fd, bytes, size), bytes, size)
#define cJSON_ParseWithLengthOpts(text, len, end, is_ended)                                        \
    msan_parsed(cJSON_ParseWithLengthOpts(text, len, end, is_ended))
#define cJSON_ParseWithLength(text, len) msan_parsed(cJSON_ParseWithLength(text, len))
#define cJSON_Parse(text) msan_parsed(cJSON_Parse(text))

#endif
