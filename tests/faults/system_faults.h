/* SPDX-License-Identifier: MIT */
/* Makes chosen system calls of the library fail, and checks the errors that are reported. */
#pragma once

#include "system_calls.h"

enum effect {
    FAILS,          /* the call is not made, except close, and unlinkat with ENOENT */
    DONE_BUT_FAILS, /* the call is made, but reports an error */
    SHORT,          /* the call transfers half of the bytes */
    NOTHING,        /* the call is not made and returns 0 */
};

struct fault {
    const char *call; /* as for is_call(), or NULL for every call */
    enum effect effect;
    int os_error;
};

/* A failure of a call, and the status of the operation if it happens once, or from then on. */
struct answer {
    enum effect effect;
    int os_error; /* reported if the operation fails */
    enum nucleus_status once, always;
    size_t tries; /* the number of failures after which the operation fails */
};

#define ANSWER(...)                                                                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define MEANS(os_error, status) ANSWER(FAILS, os_error, status, status, 1)
#define REFUSED(os_error) MEANS(os_error, NUCLEUS_ERROR_IO)
#define IGNORED(os_error) MEANS(os_error, NUCLEUS_OK)
#define RETRIED(os_error, tries, status) ANSWER(FAILS, os_error, NUCLEUS_OK, status, tries)
#define INTERRUPTED RETRIED(EINTR, 100, NUCLEUS_ERROR_IO)
#define DONE(os_error, status) ANSWER(DONE_BUT_FAILS, os_error, status, status, 1)
#define SHORT_GIVES(status) ANSWER(SHORT, EIO, status, status, 1)
#define NOTHING_GIVES(status) ANSWER(NOTHING, EIO, status, status, 1)

struct step {
    const char *call;          /* as for is_call() */
    const char *message;       /* part for check_error(); unused if no error is reported */
    struct answer answers[20]; /* ended by one whose os_error is 0 */
    /* A second fault, if its call is set. It applies to the first such call if it is
     * DONE_BUT_FAILS, otherwise to every one. */
    struct fault standing;
};

/* Performs the operation under test. Returns the status and fills err. */
typedef enum nucleus_status operation(struct nucleus_error *err);

/* Undoes everything that the functions below have set. */
void reset_faults(void);

/* Applies the fault to the calls from first to last, counted from 1. */
void set_fault(struct fault fault, size_t first, size_t last);

/* Returns how often the fault happened in the last operation. */
size_t count_faults(void);

/* Limits each read and write to size bytes. 0 removes the limit. */
void limit_transfers(size_t size);

/* Sets the name that check() prints, the path that each error message must contain, and the access
 * mode with which a directory must be opened: O_RDONLY or O_PATH. */
void set_scenario(const char *name, const char *path, int directory_access);

/* Sets hooks that are called before a fault is applied, and after the call. Both may be NULL. */
void set_fault_hooks(call_hook *before, call_hook *after);

/* Runs the operation with the faults. Fails the test if it leaks a descriptor or memory. */
enum nucleus_status run_with_faults(operation *operate, struct nucleus_error *err);

/* Closes count standard descriptors, from 2 downwards, and keeps duplicates to restore them. */
void close_stdio(int count, int ret_kept[3]);
void restore_stdio(int count, const int kept[3]);

/* Checks err. After a failure, its message must contain the path, and end with part, in which "*"
 * matches any text. If part ends with a space, the text of os_error must follow. If a temporary
 * file could not be removed, this and the error of the first fault must follow as well. */
void check_error(const struct nucleus_error *err, enum nucleus_status status, int os_error,
                 const char *part);

/* Runs with each answer of the step at the first such call, then at the second, and so on until the
 * operation makes no more. Fails the test if a call belongs to none of the steps. Returns the
 * number of failed calls. */
size_t sweep(const struct step *step, const struct step *steps, size_t count, operation *run);

/* Like sweep(), but fails every call in turn. Any error that is reported must have os_error. */
void sweep_all_calls(int os_error, operation *run);

/* Fails the test and prints the scenario and the faults, unless is_true. */
#define check(is_true, what) check_at((is_true), (what), __FILE__, __LINE__)
void check_at(bool is_true, const char *what, const char *file, int line);
