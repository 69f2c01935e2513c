/* SPDX-License-Identifier: MIT */
/* Filling a caller's struct nucleus_error, and what an errno means. */
#ifndef NUCLEUS_ERROR_H
#define NUCLEUS_ERROR_H

#include "nucleus/checkpoint.h"

/* The first line of a public function: a caller that passes no err gets one to ignore. Below,
 * err is never NULL. */
#define NUCLEUS_ERR_OR_DUMMY(err) ((err) ? (err) : &(struct nucleus_error){.status = NUCLEUS_OK})

/* A file as messages show it: 'DIR/NAME', or 'NAME' where dir is NULL or "". */
struct nucleus_shown {
    const char *dir;
    const char *name;
};

/* The bytes of what stands before a path in a message, and behind it; NUL included. The path has
 * the rest. */
enum { NUCLEUS_WHAT_SIZE = 64, NUCLEUS_REASON_SIZE = 256 };

/* err says OK. Returns NUCLEUS_OK. */
enum nucleus_status nucleus_error_clear(struct nucleus_error *err);

/* Sets err to a message in our own words; foreign text goes through nucleus_error_set_path().
 * Returns status. */
enum nucleus_status nucleus_fail(struct nucleus_error *err, enum nucleus_status status,
                                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same with what os_error means as the message. */
enum nucleus_status nucleus_fail_errno(struct nucleus_error *err, enum nucleus_status status,
                                       int os_error);

/* NUCLEUS_ERROR_NO_MEMORY and NUCLEUS_ERROR_TOO_LARGE, in the same words everywhere. */
enum nucleus_status nucleus_fail_memory(struct nucleus_error *err);
enum nucleus_status nucleus_fail_too_large(struct nucleus_error *err);

/* Sets err to "STEP: REASON", the reason that of os_error. Returns status. */
enum nucleus_status nucleus_fail_step(struct nucleus_error *err, enum nucleus_status status,
                                      int os_error, const char *step);

/* Adds to the message, in our own words. */
void nucleus_error_append(struct nucleus_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the message to "BEFORE'PATH'AFTER", of less than the sizes above; status and os_error
 * stay. */
void nucleus_error_set_path(struct nucleus_error *err, const char *before,
                            struct nucleus_shown shown, const char *after);

/* Puts "WHAT 'PATH': " before the message, what being short and ours; status and os_error stay. */
void nucleus_error_wrap(struct nucleus_error *err, const char *what, struct nucleus_shown shown);

/* What os_error means, in size bytes at ret: in English whatever the locale is, so that it is whole
 * and ASCII. */
void nucleus_describe_errno(int os_error, char *ret, size_t size);

/* The status of a lookup or an opening that failed. */
enum nucleus_status nucleus_status_from_errno(int os_error);

#endif
