/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

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

enum nucleus_status nucleus_status_from_errno(int os_error)
{
    switch (os_error) {
    case ENOENT:
        return NUCLEUS_ERROR_NOT_FOUND;
    case ENOTDIR:
        return NUCLEUS_ERROR_NOT_DIRECTORY;
    case ELOOP:
        return NUCLEUS_ERROR_SYMLINK;
    case ENXIO:
        return NUCLEUS_ERROR_NOT_REGULAR;
    default:
        return NUCLEUS_ERROR_IO;
    }
}

enum nucleus_status nucleus_fail_errno(struct nucleus_error *err, enum nucleus_status status,
                                       int os_error)
{
    err->status = status;
    err->os_error = os_error;
    nucleus_describe_errno(os_error, err->message, sizeof err->message);
    return status;
}

enum nucleus_status nucleus_fail_step(struct nucleus_error *err, enum nucleus_status status,
                                      int os_error, const char *step)
{
    char described[64];

    nucleus_describe_errno(os_error, described, sizeof described);
    (void)nucleus_fail(err, status, "%s: %s", step, described);
    err->os_error = os_error;
    return status;
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

/* C0, DEL, and C1, which terminals obey too, in its UTF-8 form. */
static bool is_control(const unsigned char *text)
{
    return text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

/* Writes the character at *text, escaped, to out (4 bytes) and steps over it. Returns the bytes
 * written. */
static size_t escape_one(const char **text, const char *end, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)*text;
    size_t length = nucleus_utf8_length(*text, end);

    if (length > 0 && !is_control(bytes)) {
        memcpy(out, bytes, length);
        *text += length;
        return length;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[bytes[0] >> 4];
    out[3] = digits[bytes[0] & 15];
    *text += 1;
    return 4;
}

/* Writes text, escaped, to the room bytes at out, without a NUL. Returns the bytes written. */
static size_t escape(char *out, size_t room, const char *text)
{
    static const char cut[] = "...";
    const char *end = text + strlen(text);
    char one[4];
    size_t total = 0;
    size_t used = 0;

    for (const char *p = text; p < end;)
        total += escape_one(&p, end, one);
    if (total > room) {
        used = sizeof cut - 1;
        memcpy(out, cut, used);
        while (total > room - used)
            total -= escape_one(&text, end, one);
    }
    while (text < end)
        used += escape_one(&text, end, out + used);
    return used;
}

void nucleus_error_set_path(struct nucleus_error *err, const char *before,
                            struct nucleus_shown shown, const char *after)
{
    size_t room = sizeof err->message - sizeof "'/'" - strlen(before) - strlen(after);
    size_t used = (size_t)snprintf(err->message, sizeof err->message, "%s'", before);

    if (shown.dir && shown.dir[0] != '\0') {
        bool slash = shown.dir[strlen(shown.dir) - 1] == '/';

        used += escape(err->message + used, room - strlen(shown.name), shown.dir);
        if (!slash)
            err->message[used++] = '/';
        room = strlen(shown.name);
    }
    used += escape(err->message + used, room, shown.name);
    (void)snprintf(err->message + used, sizeof err->message - used, "'%s", after);
}

void nucleus_error_wrap(struct nucleus_error *err, const char *what, struct nucleus_shown shown)
{
    char before[NUCLEUS_WHAT_SIZE];
    char after[NUCLEUS_REASON_SIZE];

    (void)snprintf(before, sizeof before, "%s ", what);
    (void)snprintf(after, sizeof after, ": %.*s", (int)(sizeof after - sizeof ": "), err->message);
    nucleus_error_set_path(err, before, shown, after);
}
