/* SPDX-License-Identifier: MIT */
#include "system_faults.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory_faults.h"

struct planned {
    struct fault fault;
    size_t first, last;
    bool is_repeated; /* counting restarts after each call that does not fail */
    size_t seen;      /* calls so far */
    size_t happened;
};

static struct {
    struct planned planned[2]; /* if both apply to a call, the first one is used */
    size_t count;
    const struct planned *happening; /* the fault of the current call, or NULL */
    const struct step *steps;        /* NULL if calls need not belong to a step */
    size_t steps_count;
    size_t limit;
    const char *scenario, *path;
    call_hook *before, *after;
} faults;

void reset_faults(void)
{
    memset(&faults, 0, sizeof faults);
    set_call_hooks(NULL, NULL);
}

void set_fault(struct fault fault, size_t first, size_t last)
{
    faults.planned[0] = (struct planned){.fault = fault, .first = first, .last = last};
    faults.count = 1;
}

size_t count_faults(void)
{
    return faults.planned[0].happened;
}

void limit_transfers(size_t size)
{
    faults.limit = size;
}

void set_scenario(const char *name, const char *path)
{
    faults.scenario = name;
    faults.path = path;
}

void set_fault_hooks(call_hook *before, call_hook *after)
{
    faults.before = before;
    faults.after = after;
}

/* Counts the call. Returns true if the fault applies to it. */
static bool applies(struct planned *planned, const struct call *call)
{
    if (planned->fault.call && !is_call(call, planned->fault.call))
        return false;
    planned->seen++;
    if (planned->seen >= planned->first && planned->seen <= planned->last)
        return true;
    if (planned->is_repeated)
        planned->seen = 0;
    return false;
}

static void check_belongs_to_a_step(const struct call *call)
{
    for (size_t i = 0; i < faults.steps_count; i++) {
        if (is_call(call, faults.steps[i].call))
            return;
    }
    if (faults.steps)
        fail_msg("%s %s belongs to no step", call->name, call->object);
}

/* Returns true if the call takes effect even if it reports this error. */
static bool takes_effect_despite(const struct call *call, int os_error)
{
    return is_call(call, "close") || (is_call(call, "unlinkat") && os_error == ENOENT);
}

static void before(struct call *call)
{
    const bool is_transfer = is_call(call, "read") || is_call(call, "write");
    const struct fault *fault;

    check_belongs_to_a_step(call);
    if (faults.before)
        faults.before(call);
    if (is_transfer && faults.limit > 0 && call->size > faults.limit)
        call->size = faults.limit;
    /* The disk is not under test, and flushes would slow down thousands of saves. */
    if (is_call(call, "fsync"))
        answer_call(call, 0, 0);
    faults.happening = NULL;
    for (size_t i = faults.count; i-- > 0;) {
        if (applies(&faults.planned[i], call))
            faults.happening = &faults.planned[i];
    }
    if (!faults.happening)
        return;
    faults.planned[faults.happening - faults.planned].happened++;
    fault = &faults.happening->fault;
    if (fault->effect == SHORT)
        call->size = (call->size + 1) / 2;
    else if (fault->effect == NOTHING)
        answer_call(call, 0, 0);
    else if (fault->effect == FAILS && !takes_effect_despite(call, fault->os_error))
        answer_call(call, -1, fault->os_error);
}

static void after(struct call *call)
{
    if (faults.after)
        faults.after(call);
    if (!faults.happening || call->is_answered)
        return;
    if (faults.happening->fault.effect == SHORT)
        return;
    if (is_call(call, "openat") && call->result >= 0)
        (void)close((int)call->result);
    answer_call(call, -1, faults.happening->fault.os_error);
}

enum nucleus_status run_with_faults(operation *operate, struct nucleus_error *err)
{
    const size_t descriptors = count_descriptors();
    enum nucleus_status status;

    for (size_t i = 0; i < faults.count; i++)
        faults.planned[i].seen = faults.planned[i].happened = 0;
    poison(err, sizeof *err);
    begin_memory(1, 0);
    set_call_hooks(before, after);
    status = operate(err);
    set_call_hooks(NULL, NULL);
    check(end_memory() == 0, "all memory is freed");
    check(count_descriptors() == descriptors, "all descriptors are closed, and no others");
    check(err->status == status, "err has the status that is returned");
    return status;
}

/* Runs with first and with the standing fault of the step. Returns how often first happened. */
static size_t run_step(const struct step *step, struct planned first, enum nucleus_status status,
                       operation *run)
{
    struct nucleus_error err;

    faults.planned[0] = first;
    faults.planned[1] = (struct planned){.fault = step->standing, .first = 1, .last = SIZE_MAX};
    if (step->standing.effect == DONE_BUT_FAILS)
        faults.planned[1].last = 1;
    faults.count = step->standing.call ? 2 : 1;
    (void)run(&err);
    if (count_faults() > 0)
        check_error(&err, status,
                    step->standing.call ? step->standing.os_error : first.fault.os_error,
                    step->message);
    else
        check(step->standing.call || err.status == NUCLEUS_OK, "the run succeeds without a fault");
    return count_faults();
}

static size_t sweep_answer(const struct step *step, const struct answer *answer, operation *run)
{
    const struct fault fault = {step->call, answer->effect, answer->os_error};
    struct planned planned = {.fault = fault};
    size_t total = 0, happened;

    do {
        planned.first = planned.last = planned.first + 1;
        total += run_step(step, planned, answer->once, run);
        planned.last = SIZE_MAX;
        happened = run_step(step, planned, answer->always, run);
        if (planned.first == 1 && happened > 0 && !step->standing.call)
            check(answer->always == NUCLEUS_OK || happened == answer->tries,
                  "the run gives up after the expected number of tries");
    } while (happened > 0);
    /* Signals may interrupt every call, not only the first one. */
    if (answer->tries > 1) {
        planned.first = 1;
        planned.last = answer->tries - 1;
        planned.is_repeated = answer->os_error == EINTR;
        (void)run_step(step, planned, answer->once, run);
    }
    return total;
}

size_t sweep(const struct step *step, const struct step *steps, size_t count, operation *run)
{
    size_t total = 0;

    faults.steps = steps;
    faults.steps_count = count;
    for (const struct answer *answer = step->answers; answer->os_error != 0; answer++)
        total += sweep_answer(step, answer, run);
    faults.steps = NULL;
    return total;
}

void sweep_all_calls(int os_error, operation *run)
{
    for (int is_lasting = 0; is_lasting <= 1; is_lasting++) {
        for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
            struct nucleus_error err;

            set_fault((struct fault){.os_error = os_error}, n, is_lasting ? SIZE_MAX : n);
            check(run(&err) == NUCLEUS_OK || err.os_error == os_error,
                  "os_error is the errno of the call");
        }
    }
}

void check_at(bool is_true, const char *what, const char *file, int line)
{
    static const char *const effects[] = {"fails", "is done but fails", "is short", "does nothing"};

    if (is_true)
        return;
    print_error("Failed check: %s\n    scenario: %s\n", what, faults.scenario);
    for (size_t i = 0; i < faults.count; i++) {
        const struct planned *planned = &faults.planned[i];

        print_error("    calls %zu to %zu: %s %s with %s\n", planned->first, planned->last,
                    planned->fault.call ? planned->fault.call : "every call",
                    effects[planned->fault.effect], strerror(planned->fault.os_error));
    }
    _fail(file, line);
}

/* Ignores case, because the library writes "is a directory" in lower case. */
static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcasestr(text + len - end_len, end) != NULL;
}

/* Returns true if the message ends with the error of a failed unlink. */
static bool ends_with_unlink_error(const char *message)
{
    for (size_t i = 0; i < faults.count; i++) {
        const struct fault *fault = &faults.planned[i].fault;

        if ((!fault->call || strncmp(fault->call, "unlinkat", 8) == 0) &&
            ends_with(message, strerror(fault->os_error)))
            return true;
    }
    return false;
}

static void check_message(const char *message, int os_error, const char *part)
{
    char main_part[sizeof((struct nucleus_error *)NULL)->message];
    char *removal;

    (void)snprintf(main_part, sizeof main_part, "%s", message);
    removal = strstr(main_part, "; temporary file '");
    if (removal) {
        check(ends_with_unlink_error(message), "the message ends with the error of the unlink");
        *removal = '\0';
    }
    check(strstr(message, faults.path), "the message contains the path");
    check(part && strstr(message, part), "the message names the step");
    check(ends_with(main_part, strerror(os_error)) || ends_with(main_part, part),
          "the message ends with the reason");
}

void check_error(const struct nucleus_error *err, enum nucleus_status status, int os_error,
                 const char *part)
{
    char what[640];

    (void)snprintf(what, sizeof what, "expected status %d and os_error %d, got %d and %d: %s",
                   (int)status, os_error, (int)err->status, err->os_error, err->message);
    check(err->status == status, what);
    if (status == NUCLEUS_OK) {
        check(err->os_error == 0 && err->message[0] == '\0', "err is empty");
        return;
    }
    check(err->os_error == os_error, what);
    check_message(err->message, os_error, part);
}
