/* SPDX-License-Identifier: MIT */
/* Makes chosen system calls of the library fail, and sweeps tables of what must come of it. For
 * tests that count memory, too (memory_faults.h). */
#ifndef NUCLEUS_TEST_SYSTEM_FAULTS_H
#define NUCLEUS_TEST_SYSTEM_FAULTS_H

#include "support.h"

#include "system_calls.h"

enum effect {
    FAILS,          /* the call is not made (but for close: the descriptor is always gone) */
    DONE_BUT_FAILS, /* it is made, and its answer is an error all the same */
    SHORT,          /* it handles half of the bytes */
    NOTHING,        /* it is not made; its answer is 0 */
};

enum { LAST_ERRNO = 140 }; /* Linux's numbers, and some that nobody has */

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

#define ANSWER(...)                                                                                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define REFUSED(os_error) MEANS(os_error, NUCLEUS_ERROR_IO)
#define RETRIED(os_error) ANSWER(FAILS, os_error, NUCLEUS_OK, NUCLEUS_ERROR_IO)
#define IGNORED(os_error) MEANS(os_error, NUCLEUS_OK)
#define MEANS(os_error, status) ANSWER(FAILS, os_error, status, status)
#define DONE(os_error, once, forever) ANSWER(DONE_BUT_FAILS, os_error, once, forever)
#define SHORT_GIVES(status) ANSWER(SHORT, EIO, status, status)
#define NOTHING_GIVES(status) ANSWER(NOTHING, EIO, status, status)

/* A kind of call, what the message says when it fails, and how it can. */
struct step {
    enum call_kind kind;
    enum call_object object;
    const char *message;
    struct answer answers[16]; /* {0} ends them */
    struct fault standing;     /* happens at each call that fits, and fails the run */
};

/* What an act gave. */
struct outcome {
    enum nucleus_status status;
    struct nucleus_error err;
    struct nucleus_metadata metadata;
};

/* From the first to the last call that fits, counted from 1, fault happens. Two at most. */
void add_fault(struct fault fault, size_t first, size_t last);

/* No read and no write handles more than size bytes at once. */
void limit_transfers(size_t size);

void clear_faults(void); /* the limit too */

/* What the faults happen in, and the path that a message has then. For check(). */
void set_scenario(const char *name, const char *path);

/* Called before each call, and before faults happen; NULL: nothing is. */
void set_hook(call_hook *before);

/*
 * Acts with the faults that were added; ret is poisoned before. Checks what must be so whatever
 * the status is: the library did nothing that it must never do, no descriptor is left or lost,
 * and after an error ret->metadata is untouched and no memory is left.
 */
struct call_report act_with_faults(void (*act)(struct outcome *ret), struct outcome *ret);

/* After success: clears the metadata, which must be the only memory that is left. */
void clear_outcome(struct outcome *outcome);

/* How often the first fault happened, in the last act. */
size_t count_faults(void);

/* Checks the status, and the rest of err with it. message is a part of the message. */
void check_error(const struct outcome *outcome, enum nucleus_status status, int os_error,
                 const char *message);

/* Acts once, and checks what it gave. */
typedef struct outcome run_of_act(void);

/*
 * In each scenario, which enter() enters, for each answer of each step, once and from then on, at
 * the first such call, the second, and so on until the fault does not happen any more: runs, and
 * checks the error. A step that is never made, and a call that belongs to no step, fail the test.
 */
void sweep(const struct step *steps, size_t count, void (*enter)(size_t scenario), size_t scenarios,
           run_of_act *run);

/* The same for every call, whatever it is. After an error, os_error is that of the call. */
void sweep_all_calls(int os_error, bool forever, run_of_act *run);

/* Fails the test unless it is true, naming the faults and the scenario at hand. */
#define check(is_true, what) check_at((is_true), (what), __FILE__, __LINE__)
void check_at(bool is_true, const char *what, const char *file, int line);

#endif
