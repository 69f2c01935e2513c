/* SPDX-License-Identifier: MIT */
#include "system_faults.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memory_faults.h"

/* A fault and at which calls it happens. */
struct planned {
    struct fault fault;
    size_t first, last;
    size_t seen; /* calls that fit */
    size_t happened;
};

static struct {
    struct planned planned[2];
    size_t count;
    size_t limit;
    const struct step *steps; /* NULL: calls may belong to none */
    size_t steps_count;
    struct call stray; /* a call of no step; its kind CALL_ANY: there was none */
    const char *scenario, *path;
    call_hook *hook;
    struct planned *happening; /* at the call at hand; NULL: none */
} faults;

void add_fault(struct fault fault, size_t first, size_t last)
{
    assert_true(faults.count < sizeof faults.planned / sizeof faults.planned[0]);
    faults.planned[faults.count++] = (struct planned){.fault = fault, .first = first, .last = last};
}

void limit_transfers(size_t size)
{
    faults.limit = size;
}

void clear_faults(void)
{
    memset(faults.planned, 0, sizeof faults.planned);
    faults.count = 0;
    faults.limit = 0;
}

void set_scenario(const char *name, const char *path)
{
    faults.scenario = name;
    faults.path = path;
}

void set_hook(call_hook *before)
{
    faults.hook = before;
}

size_t count_faults(void)
{
    return faults.planned[0].happened;
}

static bool fits(const struct fault *fault, const struct call *call)
{
    return (fault->kind == CALL_ANY || fault->kind == call->kind) &&
           (fault->object == OBJECT_ANY || fault->object == call->object);
}

/* The fault that happens at this call; NULL: none. */
static struct planned *next_fault(const struct call *call)
{
    struct planned *found = NULL;

    for (struct planned *planned = faults.planned; planned < faults.planned + faults.count;
         planned++) {
        if (!fits(&planned->fault, call))
            continue;
        planned->seen++;
        if (!found && planned->seen >= planned->first && planned->seen <= planned->last)
            found = planned;
    }
    if (found)
        found->happened++;
    return found;
}

static void note_stray(const struct call *call)
{
    for (size_t i = 0; i < faults.steps_count; i++) {
        if (faults.steps[i].kind == call->kind && faults.steps[i].object == call->object)
            return;
    }
    faults.stray = *call;
}

static void answer_with(struct call *call, long result, int os_error)
{
    call->is_answered = true;
    call->result = result;
    call->os_error = os_error;
}

static void before(struct call *call)
{
    if (faults.hook)
        faults.hook(call);
    if (faults.steps)
        note_stray(call);
    if (faults.limit > 0 && (call->kind == CALL_READ || call->kind == CALL_WRITE) &&
        call->size > faults.limit)
        call->size = faults.limit;
    faults.happening = next_fault(call);
    /* Thousands of saves would wait for the disk, whose cache is not what they are about. */
    if (call->kind == CALL_FSYNC)
        answer_with(call, 0, 0);
    if (!faults.happening)
        return;
    if (faults.happening->fault.effect == SHORT)
        call->size = (call->size + 1) / 2;
    if (faults.happening->fault.effect == NOTHING)
        answer_with(call, 0, 0);
    if (faults.happening->fault.effect == FAILS && call->kind != CALL_CLOSE)
        fail_call(call, faults.happening->fault.os_error);
}

static void after(struct call *call)
{
    enum effect effect;

    /* FUSE, which may report a file that is being replaced as missing. */
    if (call->kind == CALL_FSTATFS && call->result >= 0)
        call->filesystem->f_type = 0x65735546;
    if (!faults.happening || call->is_answered)
        return;
    effect = faults.happening->fault.effect;
    if (effect != FAILS && effect != DONE_BUT_FAILS)
        return;
    /* Nobody will hear of the descriptor. */
    if (call->kind == CALL_OPENAT && call->result >= 0)
        (void)close((int)call->result);
    fail_call(call, faults.happening->fault.os_error);
}

static void check_report(const struct call_report *report)
{
    char what[128];

    (void)snprintf(what, sizeof what, "the library %s", report->misuse ? report->misuse : "");
    check(!report->misuse, what);
    (void)snprintf(what, sizeof what, "%s of %s is swept", call_name(faults.stray.kind),
                   object_name(faults.stray.object));
    check(faults.stray.kind == CALL_ANY, what);
}

struct call_report act_with_faults(void (*act)(struct outcome *ret), struct outcome *ret)
{
    const size_t descriptors = count_descriptors();
    struct call_report report;
    bool is_untouched;

    for (size_t i = 0; i < faults.count; i++)
        faults.planned[i].seen = faults.planned[i].happened = 0;
    faults.stray.kind = CALL_ANY;
    poison(ret, sizeof *ret);
    watch_calls(before, after);
    begin_memory(1, 0);
    act(ret);
    pause_memory();
    report = unwatch_calls();
    check_report(&report);
    check(count_descriptors() == descriptors, "no descriptor is left or lost");
    is_untouched = is_poisoned(&ret->metadata, sizeof ret->metadata);
    check(ret->status == NUCLEUS_OK || is_untouched, "the output is untouched");
    check(!is_untouched || count_blocks() == 0, "no memory is lost");
    return report;
}

void clear_outcome(struct outcome *outcome)
{
    resume_memory();
    nucleus_metadata_clear(&outcome->metadata);
    pause_memory();
    check(count_blocks() == 0, "no memory is lost");
}

static void sweep_calls(const struct step *step, const struct answer *answer, bool forever,
                        run_of_act *run, bool *made)
{
    struct fault fault = {step->kind, step->object, answer->effect, answer->os_error};

    for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
        struct outcome outcome;
        bool stands;

        faults.count = 0;
        add_fault(fault, n, forever ? SIZE_MAX : n);
        if (step->standing.kind != CALL_ANY)
            add_fault(step->standing, 1, SIZE_MAX);
        outcome = run();
        stands = faults.planned[1].happened > 0;
        if (count_faults() > 0 || stands)
            check_error(&outcome, forever ? answer->forever : answer->once,
                        stands ? step->standing.os_error : answer->os_error, step->message);
        else
            check_error(&outcome, NUCLEUS_OK, 0, NULL);
        *made |= count_faults() > 0;
    }
}

void sweep(const struct step *steps, size_t count, void (*enter)(size_t scenario), size_t scenarios,
           run_of_act *run)
{
    bool made[64] = {false};

    assert_true(count >= 1 && count <= COUNT(made));
    faults.steps = steps;
    faults.steps_count = count;
    for (size_t i = 0; i < scenarios * count; i++) {
        const struct step *step = &steps[i % count];

        clear_faults();
        enter(i / count);
        for (const struct answer *answer = step->answers;
             answer->effect != FAILS || answer->os_error != 0; answer++) {
            sweep_calls(step, answer, false, run, &made[i % count]);
            sweep_calls(step, answer, true, run, &made[i % count]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!made[i])
            fail_msg("nothing came to row %zu, %s of %s", i, call_name(steps[i].kind),
                     object_name(steps[i].object));
    }
    faults.steps = NULL;
    clear_faults();
}

void sweep_all_calls(int os_error, bool forever, run_of_act *run)
{
    for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
        struct outcome outcome;

        faults.count = 0;
        add_fault((struct fault){.os_error = os_error}, n, forever ? SIZE_MAX : n);
        outcome = run();
        check(outcome.status == NUCLEUS_OK || outcome.err.os_error == os_error,
              "os_error is that of the call");
    }
}

static void print_fault(const struct planned *planned)
{
    static const char *const effects[] = {"fails", "is done but fails", "is short", "does nothing"};

    print_error("    %s of %s %s with %s, call %zu%s\n", call_name(planned->fault.kind),
                object_name(planned->fault.object), effects[planned->fault.effect],
                strerror(planned->fault.os_error), planned->first,
                planned->last > planned->first ? " and on" : "");
}

void check_at(bool is_true, const char *what, const char *file, int line)
{
    if (is_true)
        return;
    print_error("Not so: %s\n    %s\n", what, faults.scenario ? faults.scenario : "");
    for (size_t i = 0; i < faults.count; i++)
        print_fault(&faults.planned[i]);
    _fail(file, line);
}

/* Regardless of case: "is a directory" is a reason, too. */
static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcasestr(text + len - end_len, end) != NULL;
}

/* With the one of the failure, with the one why a temporary file is left, or with what nobody can
 * tell after a rename. */
static bool ends_with_reason(const char *message, int os_error)
{
    if (ends_with(message, "; the file may have been replaced"))
        return strstr(message, ": cannot rename temporary file: ") != NULL;
    if (!strstr(message, "' could not be removed: "))
        return ends_with(message, strerror(os_error));
    for (size_t i = 0; i < faults.count; i++) {
        const struct fault *fault = &faults.planned[i].fault;

        if (fault->kind == CALL_UNLINKAT && ends_with(message, strerror(fault->os_error)))
            return true;
    }
    return false;
}

/* Not in the middle of a word. */
static bool has_words(const char *message, const char *words)
{
    const char *found = strstr(message, words);

    return found && (found == message || !isalpha((unsigned char)found[-1]) ||
                     !isalpha((unsigned char)words[0]));
}

/* One line, the path in quotes, the reason. */
static void check_message(const char *message, int os_error, const char *part)
{
    char quoted[4200];

    (void)snprintf(quoted, sizeof quoted, "'%s", faults.path);
    for (const char *byte = message; *byte != '\0'; byte++)
        check((unsigned char)*byte >= 0x20, "the message is one line");
    check(strstr(message, quoted), "the message has the path");
    check(os_error == 0 || strcasestr(message, strerror(os_error)), "the message has the reason");
    check(!part || has_words(message, part), "the message has the step");
    check(os_error == 0 ? ends_with(message, part) : ends_with_reason(message, os_error),
          "the message ends with the reason");
}

void check_error(const struct outcome *outcome, enum nucleus_status status, int os_error,
                 const char *message)
{
    const struct nucleus_error *err = &outcome->err;
    char what[640];

    (void)snprintf(what, sizeof what, "status is %d, not %d (%s)", (int)status,
                   (int)outcome->status, err->message);
    check(outcome->status == status && err->status == status, what);
    if (status == NUCLEUS_OK) {
        check(err->os_error == 0 && err->message[0] == '\0', "err is empty");
        return;
    }
    (void)snprintf(what, sizeof what, "os_error is %d, not %d (%s)", os_error, err->os_error,
                   err->message);
    check(err->os_error == os_error, what);
    check_message(err->message, os_error, message);
}
