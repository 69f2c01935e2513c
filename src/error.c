/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* nucleus_error_wrap() keeps this many bytes of a message; the path uses the rest. */
enum { MAX_REASON = 288 };

const char *nucleus_status_name(enum nucleus_status status)
{
    static const char *const names[] = {
        [NUCLEUS_OK] = "NUCLEUS_OK",
        [NUCLEUS_ERROR_INVALID_ARGUMENT] = "NUCLEUS_ERROR_INVALID_ARGUMENT",
        [NUCLEUS_ERROR_NO_MEMORY] = "NUCLEUS_ERROR_NO_MEMORY",
        [NUCLEUS_ERROR_NOT_FOUND] = "NUCLEUS_ERROR_NOT_FOUND",
        [NUCLEUS_ERROR_NOT_DIRECTORY] = "NUCLEUS_ERROR_NOT_DIRECTORY",
        [NUCLEUS_ERROR_SYMLINK] = "NUCLEUS_ERROR_SYMLINK",
        [NUCLEUS_ERROR_NOT_REGULAR] = "NUCLEUS_ERROR_NOT_REGULAR",
        [NUCLEUS_ERROR_TOO_LARGE] = "NUCLEUS_ERROR_TOO_LARGE",
        [NUCLEUS_ERROR_SYNTAX] = "NUCLEUS_ERROR_SYNTAX",
        [NUCLEUS_ERROR_SCHEMA] = "NUCLEUS_ERROR_SCHEMA",
        [NUCLEUS_ERROR_IO] = "NUCLEUS_ERROR_IO",
        [NUCLEUS_ERROR_NOT_DURABLE] = "NUCLEUS_ERROR_NOT_DURABLE",
    };

    return (size_t)status < sizeof names / sizeof names[0] ? names[status] : "unknown status";
}

enum nucleus_status nucleus_error_clear(struct nucleus_error *err)
{
    err->status = NUCLEUS_OK;
    err->os_error = 0;
    err->message[0] = '\0';
    return NUCLEUS_OK;
}

enum nucleus_status nucleus_fail(struct nucleus_error *err, enum nucleus_status status,
                                 const char *format, ...)
{
    va_list arguments;

    err->status = status;
    err->os_error = 0;
    va_start(arguments, format);
    (void)vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    return status;
}

void nucleus_describe_errno(int os_error, char *ret, size_t size)
{
    locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (english == (locale_t)0) {
        (void)snprintf(ret, size, "error %d", os_error);
        return;
    }
    (void)snprintf(ret, size, "%s", strerror_l(os_error, english));
    freelocale(english);
}

enum nucleus_status nucleus_fail_errno(struct nucleus_error *err, enum nucleus_status status,
                                       int os_error, const char *step)
{
    char description[64];

    nucleus_describe_errno(os_error, description, sizeof description);
    (void)nucleus_fail(err, status, "%s%s%s", step ? step : "", step ? ": " : "", description);
    err->os_error = os_error;
    return status;
}

enum nucleus_status nucleus_fail_lookup(struct nucleus_error *err)
{
    const int os_error = errno;
    const enum nucleus_status status = os_error == ENOENT    ? NUCLEUS_ERROR_NOT_FOUND
                                       : os_error == ENOTDIR ? NUCLEUS_ERROR_NOT_DIRECTORY
                                       : os_error == ELOOP   ? NUCLEUS_ERROR_SYMLINK
                                       : os_error == ENXIO   ? NUCLEUS_ERROR_NOT_REGULAR
                                                             : NUCLEUS_ERROR_IO;

    return nucleus_fail_errno(err, status, os_error, NULL);
}

void nucleus_error_append(struct nucleus_error *err, const char *format, ...)
{
    const size_t used = strlen(err->message);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(err->message + used, sizeof err->message - used, format, arguments);
    va_end(arguments);
}

enum nucleus_status nucleus_fail_memory(struct nucleus_error *err)
{
    return nucleus_fail(err, NUCLEUS_ERROR_NO_MEMORY, "out of memory");
}

enum nucleus_status nucleus_fail_too_large(struct nucleus_error *err)
{
    return nucleus_fail(err, NUCLEUS_ERROR_TOO_LARGE, "larger than %d bytes",
                        NUCLEUS_CHECKPOINT_MAX_BYTES);
}

/*
 * Returns true for a character that a terminal interprets instead of displaying: C0, DEL and C1,
 * and those that break a line (U+2028, U+2029) or change its direction (U+061C, U+200E, U+200F,
 * U+202A to U+202E, U+2066 to U+2069). bytes is well-formed UTF-8 of the given length.
 */
static bool is_unprintable(const unsigned char *bytes, size_t length)
{
    unsigned int point;

    if (length == 1)
        return bytes[0] < 0x20 || bytes[0] == 0x7f;
    if (length == 2)
        return (bytes[0] == 0xc2 && bytes[1] < 0xa0) || (bytes[0] == 0xd8 && bytes[1] == 0x9c);
    if (length != 3 || bytes[0] != 0xe2)
        return false;
    point = 0x2000 | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
    return point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

/* Writes the character at *text to out (12 bytes) and advances *text. Writes the bytes of an
 * invalid or unprintable character as \xNN. Returns the number of bytes written. */
static size_t escape_one(const char **text, const char *end, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)*text;
    const size_t length = nucleus_utf8_length(*text, end);
    const size_t escaped = length > 0 ? length : 1;

    *text += escaped;
    if (length > 0 && !is_unprintable(bytes, length)) {
        memcpy(out, bytes, length);
        return length;
    }
    for (size_t i = 0; i < escaped; i++) {
        *out++ = '\\';
        *out++ = 'x';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return 4 * escaped;
}

/* Writes text, escaped, to the avail bytes at out, without a NUL; if it does not fit, "..."
 * replaces its beginning. Returns the number of bytes written. */
static size_t escape(char *out, size_t avail, const char *text)
{
    static const char omission[] = "...";
    const char *end = text + strlen(text);
    char one[12];
    uint64_t total = 0;
    size_t used = 0;

    for (const char *p = text; p < end;)
        total += escape_one(&p, end, one);
    if (total > avail) {
        used = sizeof omission - 1;
        memcpy(out, omission, used);
        while (total > avail - used)
            total -= escape_one(&text, end, one);
    }
    while (text < end)
        used += escape_one(&text, end, out + used);
    return used;
}

/* Writes 'PATH' to the avail bytes at out. Returns the number of bytes written. */
static size_t quote(char *out, size_t avail, struct nucleus_display_path path)
{
    const size_t name_len = strlen(path.name);
    size_t used = 0;

    avail -= sizeof "'/'" - 1;
    out[used++] = '\'';
    if (path.dir && path.dir[0] != '\0') {
        used += escape(out + used, avail - name_len, path.dir);
        if (path.dir[strlen(path.dir) - 1] != '/')
            out[used++] = '/';
        avail = name_len;
    }
    used += escape(out + used, avail, path.name);
    out[used++] = '\'';
    return used;
}

void nucleus_error_wrap(struct nucleus_error *err, const char *before,
                        struct nucleus_display_path path, const char *after)
{
    const size_t before_len = strlen(before);
    const size_t after_len = strlen(after);
    const size_t reason_len = strnlen(err->message, MAX_REASON);
    char quoted[sizeof err->message];
    const size_t avail = sizeof quoted - 1 - before_len - after_len - reason_len;
    const size_t quoted_len = quote(quoted, avail, path);
    char *out = err->message + before_len + quoted_len + after_len;

    memmove(out, err->message, reason_len);
    out[reason_len] = '\0';
    memcpy(out - after_len, after, after_len);
    memcpy(err->message + before_len, quoted, quoted_len);
    memcpy(err->message, before, before_len);
}
