/* SPDX-License-Identifier: MIT */
/*
 * Explores every interleaving of a few actors over a world.
 *
 * An actor is code that learns about the world only from the answers to its steps, so its next step
 * follows from the answers so far. It is run from its start once for each such history, up to the
 * step that has no answer yet. A state is the world, with the history of each actor. In each state
 * the explorer makes every choice, depth first: a step of an actor, in each way in which it can be
 * answered, or an event. A state that was seen before is not explored again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A step of an actor. Of its meaning the explorer knows only the kind CALL_END. */
struct request;
struct answer;

enum {
    MAX_CHOICES = 62, /* in one state */
    MAX_EVENTS = 32,
    MAX_DEPTH = 400, /* choices on a path */
    MAX_FINDINGS = 16,
};

/* A broken promise, and a trace to it: the choices from the start, one character each. */
struct finding {
    char text[160];
    char trace[MAX_DEPTH + 1];
    size_t score; /* of the trace; a lower one is easier to read */
};

/* The result of the last exploration. The model counts the crash states. */
extern struct exploration {
    unsigned long long states, steps, crash_states;
    size_t count;
    struct finding findings[MAX_FINDINGS]; /* with the best trace to each */
} explored;

/* Explores every state that can be reached from the current world; or, unless trace is NULL,
 * follows that trace, and describes each step and event. */
void explore(const char *trace);

/* Makes a step on behalf of the actor that is running, and returns the answer. */
struct answer explorer_step(const struct request *request);

/* Runs an actor alone: perform() answers each of its steps at once, the last one, CALL_END,
 * included. */
void explorer_run_alone(size_t actor,
                        struct answer (*perform)(size_t actor, const struct request *request));

/* Records a broken promise, with the choices that led to it. */
void report_if(bool is_broken, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns true if the bytes, in words of 8, are new to this exploration and seed. */
bool explorer_is_new(uint64_t seed, const void *bytes, size_t size);

/* ---- The model provides the rest, and the world ---- */

/* Runs the code of the actor. Its last step, CALL_END, does not return. */
void act(size_t actor);

/* Returns the number of ways in which the step can be answered, at least 1. */
unsigned count_ways(size_t actor, const struct request *request);
/* Makes the step. The position of the actor becomes 0 if it makes no more. */
struct answer perform(size_t actor, const struct request *request, unsigned way);

/* Returns true if no other actor can notice when the step is made: it is not a choice then, but
 * follows the choice before it. */
bool is_private(size_t actor, const struct request *request);

/* Events have the numbers from 0 to MAX_EVENTS - 1. */
bool is_possible(unsigned event);
void happen(unsigned event);

void check_state(void); /* in each new state */
void check_end(void);   /* when all actors are done */

void describe_step(size_t actor, const struct request *request, const struct answer *answer);
void describe_event(unsigned event);
