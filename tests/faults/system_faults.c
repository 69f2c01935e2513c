/* SPDX-License-Identifier: MIT */
#include "system_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
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
    int directory_access;
    const char *failure; /* the first check that failed during the operation, or NULL */
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

void set_scenario(const char *name, const char *path, int directory_access)
{
    faults.directory_access = directory_access;
    faults.scenario = name;
    faults.path = path;
}

void set_fault_hooks(call_hook *before, call_hook *after)
{
    faults.before = before;
    faults.after = after;
}

/* Like check(), but fails the test only after the operation, during which standard error may be
 * closed. */
static void check_later(bool is_true, const char *what)
{
    if (!is_true && !faults.failure)
        faults.failure = what;
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

static int expected_flags(const struct call *call)
{
    if (is_call(call, "openat temp"))
        return O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    if (is_call(call, "openat directory"))
        return faults.directory_access | O_DIRECTORY | O_CLOEXEC;
    return O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
}

/* Other users must not be able to open a new file, even before its first byte is written. */
static void check_new_descriptor(const struct call *call)
{
    const bool is_temp = is_call(call, "openat temp");
    struct stat info;

    if (is_call(call, "openat"))
        check_later(call->flags == expected_flags(call) && call->mode == (is_temp ? 0600 : 0),
                    "a file is opened with the expected flags and mode");
    check_later(fcntl((int)call->result, F_GETFD) & FD_CLOEXEC, "the descriptor is close-on-exec");
    check_later(fstat((int)call->result, &info) == 0 && (!is_temp || (info.st_mode & 077) == 0),
                "no other user can open a new file");
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

    faults.happening = NULL;
    /* Loads try again without a pause. */
    if (is_call(call, "nanosleep")) {
        answer_call(call, 0, 0);
        return;
    }
    check_belongs_to_a_step(call);
    check_later(call->fd < 0 || call->fd > 2 || is_call(call, "close") ||
                    is_call(call, "dup_above"),
                "no standard descriptor is used");
    if (faults.before)
        faults.before(call);
    if (is_transfer && faults.limit > 0 && call->size > faults.limit)
        call->size = faults.limit;
    /* The disk is not under test, and flushes would slow down thousands of saves. */
    if (is_call(call, "fsync"))
        answer_call(call, 0, 0);
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
    if ((is_call(call, "openat") || is_call(call, "dup_above")) && call->result >= 0)
        check_new_descriptor(call);
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
    faults.failure = NULL;
    poison(err, sizeof *err);
    begin_memory(1, 0);
    set_call_hooks(before, after);
    status = operate(err);
    set_call_hooks(NULL, NULL);
    check(!faults.failure, faults.failure);
    check(end_memory() == 0, "all memory is freed");
    check(count_descriptors() == descriptors, "all descriptors are closed, and no others");
    check(err->status == status, "err has the status that is returned");
    return status;
}

void close_stdio(int count, int ret_kept[3])
{
    for (int fd = 3 - count; fd <= 2; fd++) {
        ret_kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 20);
        (void)close(fd);
    }
}

void restore_stdio(int count, const int kept[3])
{
    for (int fd = 3 - count; fd <= 2; fd++) {
        (void)dup2(kept[fd], fd);
        (void)close(kept[fd]);
    }
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

static void check_message(const char *message, int os_error, const char *part)
{
    const bool has_reason = part[strlen(part) - 1] != ' ';
    const bool has_leftover = strstr(message, "; temporary file '") != NULL;
    char pattern[640];

    (void)snprintf(pattern, sizeof pattern, "*%s%s%s%s", part, has_reason ? "" : strerror(os_error),
                   has_leftover ? "; temporary file '*' could not be removed: " : "",
                   has_leftover ? strerror(faults.planned[0].fault.os_error) : "");
    if (fnmatch(pattern, message, 0) != 0) {
        print_error("Message: %s\nPattern: %s\n", message, pattern);
        check(false, "the message names the step and the reason");
    }
    check(strstr(message, faults.path), "the message contains the path");
}

void check_error(const struct nucleus_error *err, enum nucleus_status status, int os_error,
                 const char *part)
{
    const int expected = status == NUCLEUS_OK ? 0 : os_error;
    char what[640];

    (void)snprintf(what, sizeof what, "expected status %d and os_error %d, got %d and %d: %s",
                   (int)status, expected, (int)err->status, err->os_error, err->message);
    check(err->status == status && err->os_error == expected, what);
    if (status == NUCLEUS_OK)
        check(err->message[0] == '\0', "no message is left");
    else
        check_message(err->message, os_error, part);
}
