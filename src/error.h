/* SPDX-License-Identifier: MIT */
/*
 * Fills in the struct nucleus_error of a caller.
 *
 * Functions below metadata_file, cgroup and ckmeta report only the reason. The function that knows
 * the path adds it, once, with nucleus_error_wrap().
 */
#pragma once

#include "nucleus/checkpoint.h"

/* Substitutes a dummy if err is NULL. Every public function begins with this, so err is not NULL in
 * internal functions. */
#define NUCLEUS_ERR_OR_DUMMY(err) ((err) ? (err) : &(struct nucleus_error){.status = NUCLEUS_OK})

/* A file as displayed in messages: 'DIR/NAME', or 'NAME' if dir is NULL or "". */
struct nucleus_display_path {
    const char *dir;
    const char *name;
};

/* Sets err to {NUCLEUS_OK, 0, ""}. Returns NUCLEUS_OK. */
enum nucleus_status nucleus_error_clear(struct nucleus_error *err);

/* Sets err to status and a message. Untrusted text must go through nucleus_error_wrap(). Returns
 * status. */
enum nucleus_status nucleus_fail(struct nucleus_error *err, enum nucleus_status status,
                                 const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets err to status, os_error and its description, after "STEP: " unless step is NULL. Returns
 * status. */
enum nucleus_status nucleus_fail_errno(struct nucleus_error *err, enum nucleus_status status,
                                       int os_error, const char *step);

/* Set err to NUCLEUS_ERROR_NO_MEMORY and NUCLEUS_ERROR_TOO_LARGE. Return that status. */
enum nucleus_status nucleus_fail_memory(struct nucleus_error *err);
enum nucleus_status nucleus_fail_too_large(struct nucleus_error *err);

/* Appends to the message. */
void nucleus_error_append(struct nucleus_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Prepends BEFORE'PATH'AFTER to the message; status and os_error are left unchanged. before
 * and after must be trusted text, shorter than 64 bytes each. The path is escaped, and shortened at
 * its beginning if it does not fit. A message of more than 288 bytes is truncated.
 */
void nucleus_error_wrap(struct nucleus_error *err, const char *before,
                        struct nucleus_display_path path, const char *after);

/* Describes os_error in the size bytes at ret, as ASCII text in English in every locale. */
void nucleus_describe_errno(int os_error, char *ret, size_t size);

/* Sets err to the errno of a lookup or open(2) that failed, and to the corresponding status, such
 * as NUCLEUS_ERROR_NOT_FOUND. Returns that status. */
enum nucleus_status nucleus_fail_lookup(struct nucleus_error *err);
