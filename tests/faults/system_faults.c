/* SPDX-License-Identifier: MIT */
#include "system_faults.h"

#include <errno.h>
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
    struct expected expected;
    const char *scenario;
    const struct file_server *server; /* NULL: the first */
    struct planned *happening;        /* at the call at hand; NULL: none */
} faults;

void add_fault(struct fault fault, size_t first, size_t last)
{
    assert_true(faults.count < sizeof faults.planned / sizeof faults.planned[0]);
    faults.planned[faults.count++] = (struct planned){.fault = fault, .first = first, .last = last};
}

void set_file_server(const struct file_server *server)
{
    faults.server = server;
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
        answer_with(call, -1, faults.happening->fault.os_error);
}

static void after(struct call *call)
{
    enum effect effect;

    if (!call->is_answered)
        answer_as(faults.server ? faults.server : &file_servers[0], call);
    if (!faults.happening || call->is_answered)
        return;
    effect = faults.happening->fault.effect;
    if (effect != FAILS && effect != DONE_BUT_FAILS)
        return;
    /* Nobody will hear of the descriptor. */
    if (call->kind == CALL_OPENAT && call->result >= 0)
        (void)close((int)call->result);
    answer_with(call, -1, faults.happening->fault.os_error);
}

void begin_faults(void)
{
    for (size_t i = 0; i < faults.count; i++)
        faults.planned[i].seen = faults.planned[i].happened = 0;
    faults.stray.kind = CALL_ANY;
    watch_calls(before, after);
    begin_memory(1, 0);
}

struct call_report end_faults(void)
{
    struct call_report report = unwatch_calls();
    char what[128];

    pause_memory();
    (void)snprintf(what, sizeof what, "the library %s", report.misuse ? report.misuse : "");
    check(!report.misuse, what);
    (void)snprintf(what, sizeof what, "%s of %s is swept", call_name(faults.stray.kind),
                   object_name(faults.stray.object));
    check(faults.stray.kind == CALL_ANY, what);
    return report;
}

struct expected expected_by_sweep(void)
{
    return count_faults() > 0 || faults.count > 1 ? faults.expected : (struct expected){0};
}

/* Runs with the answer at each call that fits, again and again from there on or once. */
static bool sweep_answer(const struct step *step, const struct answer *answer, bool forever,
                         void (*run)(void))
{
    struct fault fault = {step->kind, step->object, answer->effect, answer->os_error};
    bool stands = step->standing.kind != CALL_ANY;
    bool happened = false;

    faults.expected = (struct expected){
        .status = forever ? answer->forever : answer->once,
        .os_error = stands ? step->standing.os_error : answer->os_error,
        .message = step->message,
    };
    for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
        faults.count = 0;
        add_fault(fault, n, forever ? SIZE_MAX : n);
        if (stands)
            add_fault(step->standing, 1, SIZE_MAX);
        run();
        happened = happened || count_faults() > 0;
    }
    return happened;
}

void sweep(const struct step *steps, size_t count, void (*run)(void), bool *made)
{
    faults.steps = steps;
    faults.steps_count = count;
    for (size_t i = 0; i < count; i++) {
        for (const struct answer *answer = steps[i].answers;
             answer->effect != FAILS || answer->os_error != 0; answer++) {
            made[i] |= sweep_answer(&steps[i], answer, false, run);
            made[i] |= sweep_answer(&steps[i], answer, true, run);
        }
    }
    faults.steps = NULL;
    clear_faults();
}

void set_scenario(const char *name)
{
    faults.scenario = name;
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
    print_error("Not so: %s\n    %s, %s\n", what, faults.scenario ? faults.scenario : "",
                faults.server ? faults.server->name : "");
    for (size_t i = 0; i < faults.count; i++)
        print_fault(&faults.planned[i]);
    _fail(file, line);
}

/* One line, the path in quotes, the reason. */
static void check_message(const struct expected *expected, const char *message, const char *path)
{
    char quoted[4200];

    (void)snprintf(quoted, sizeof quoted, "'%s", path);
    for (const char *byte = message; *byte != '\0'; byte++)
        check((unsigned char)*byte >= 0x20, "the message is one line");
    check(strstr(message, quoted), "the message has the path");
    check(expected->os_error == 0 || strstr(message, strerror(expected->os_error)),
          "the message has the reason");
    check(!expected->message || strstr(message, expected->message), "the message has the step");
}

void check_error(const struct expected *expected, enum nucleus_status status,
                 const struct nucleus_error *err, const char *path)
{
    char what[640];

    (void)snprintf(what, sizeof what, "status is %d, not %d (%s)", (int)expected->status,
                   (int)status, err->message);
    check(status == expected->status && err->status == status, what);
    if (status == NUCLEUS_OK) {
        check(err->os_error == 0 && err->message[0] == '\0', "err is empty");
        return;
    }
    (void)snprintf(what, sizeof what, "os_error is %d, not %d (%s)", expected->os_error,
                   err->os_error, err->message);
    check(err->os_error == expected->os_error, what);
    check_message(expected, err->message, path);
}
