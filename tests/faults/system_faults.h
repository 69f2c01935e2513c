/* SPDX-License-Identifier: MIT */
/* Makes chosen system calls of the library fail, and sweeps tables of what must come of it. */
#ifndef NUCLEUS_TEST_SYSTEM_FAULTS_H
#define NUCLEUS_TEST_SYSTEM_FAULTS_H

#include "support.h"

#include "file_server.h"
#include "system_calls.h"

enum effect {
    FAILS,          /* the call is not made (but for close: the descriptor is always gone) */
    DONE_BUT_FAILS, /* it is made, and its answer is an error all the same */
    SHORT,          /* it handles half of the bytes */
    NOTHING,        /* it is not made; its answer is 0 */
};

struct fault {
    enum call_kind kind;
    enum call_object object;
    enum effect effect;
    int os_error;
};

/* What a fault leads to: the status if it happens once, and if it happens again and again. */
struct answer {
    enum effect effect;
    int os_error; /* of the call; where it gives none, of the failure */
    enum nucleus_status once, forever;
};

#define REFUSED(os_error)                                                                          \
    {                                                                                              \
        FAILS, os_error, NUCLEUS_ERROR_IO, NUCLEUS_ERROR_IO                                        \
    }
#define RETRIED(os_error)                                                                          \
    {                                                                                              \
        FAILS, os_error, NUCLEUS_OK, NUCLEUS_ERROR_IO                                              \
    }
#define IGNORED(os_error)                                                                          \
    {                                                                                              \
        FAILS, os_error, NUCLEUS_OK, NUCLEUS_OK                                                    \
    }
#define MEANS(os_error, status)                                                                    \
    {                                                                                              \
        FAILS, os_error, status, status                                                            \
    }
#define DONE(os_error, once, forever)                                                              \
    {                                                                                              \
        DONE_BUT_FAILS, os_error, once, forever                                                    \
    }
#define SHORT_GIVES(status)                                                                        \
    {                                                                                              \
        SHORT, EIO, status, status                                                                 \
    }
#define NOTHING_GIVES(status)                                                                      \
    {                                                                                              \
        NOTHING, EIO, status, status                                                               \
    }

/* A kind of call, what the message says when it fails, and how it can. */
struct step {
    enum call_kind kind;
    enum call_object object;
    const char *message;
    struct answer answers[16]; /* {0} ends them */
    struct fault standing;     /* happens always, and fails the run: without it there is no call */
};

/* What a run must end with. */
struct expected {
    enum nucleus_status status;
    int os_error;        /* counts where status is an error */
    const char *message; /* a part of it, likewise */
};

/* From the first to the last call that fits, counted from 1, fault happens. Two at most. */
void add_fault(struct fault fault, size_t first, size_t last);

/* From now on the file system answers so. */
void set_file_server(const struct file_server *server);

/* No read and no write handles more than size bytes at once. */
void limit_transfers(size_t size);

void clear_faults(void); /* the limit too */

/* The library's calls are made to fail from here ... */
void begin_faults(void);

/* ... to here, and its memory is counted, for count_blocks(). Fails the test if it did what it
 * must never do. */
struct call_report end_faults(void);

/* How often the first fault happened, in the last run. */
size_t count_faults(void);

/*
 * For each answer of each step, once and from then on, at the first such call, the second, and so
 * on until the fault does not happen any more: calls run, which shall prepare, act between
 * begin_faults() and end_faults(), and check. Marks in made the steps at which a fault happened;
 * a call that belongs to no step fails the test.
 */
void sweep(const struct step *steps, size_t count, void (*run)(void), bool *made);

/* For run, after end_faults(). */
struct expected expected_by_sweep(void);

/* Fails the test unless it is true, naming the faults and the scenario at hand. */
#define check(is_true, what) check_at((is_true), (what), __FILE__, __LINE__)
void check_at(bool is_true, const char *what, const char *file, int line);
void set_scenario(const char *name);

/* The status, and the rest of err with it. path stands in the message. */
void check_error(const struct expected *expected, enum nucleus_status status,
                 const struct nucleus_error *err, const char *path);

#endif
