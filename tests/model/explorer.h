/* SPDX-License-Identifier: MIT */
/*
 * Explores every interleaving of a few actors that share a simulated world.
 *
 * An actor is code that learns about the world only from the answers to its steps. Its history, the
 * answers that it has received, therefore determines its next step. For each history, the explorer
 * runs the actor from its start up to the first step without an answer. A state is the world and
 * the history of each actor. In each state the explorer makes every choice, depth first: each step
 * of an actor with each possible answer, and each event. It explores no state twice.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A step of an actor, and its answer. The explorer compares them, but does not interpret them. */
struct request;
struct answer;

enum {
    MAX_CHOICES = 62, /* in one state */
    MAX_EVENTS = 32,
    MAX_DEPTH = 400, /* choices on a path */
    MAX_FINDINGS = 16,
};

/* A violated guarantee, and the trace that leads to it: one character per choice. */
struct finding {
    char text[160];
    char trace[MAX_DEPTH + 1];
    size_t score; /* of the trace; a lower one is easier to read */
};

/* The result of the last exploration. The model counts the crash states. */
extern struct exploration {
    unsigned long long states, steps, crash_states;
    size_t count;
    struct finding findings[MAX_FINDINGS]; /* each with its best trace */
} explored;

/* Explores every state that can be reached from the current world. If trace is not NULL, only
 * follows that trace and describes each step and event. */
void explore(const char *trace);

/* Makes a step on behalf of the running actor. Returns the answer. */
struct answer explorer_step(const struct request *request);

/* Answers a step in one of the ways that count_ways() counts. Way 0 is the one without a fault. */
typedef struct answer perform_function(size_t actor, const struct request *request, unsigned way);

/* Runs an actor alone. Calls answer_step() with way 0 for each of its steps, including the last
 * one, CALL_END. */
void explorer_run_alone(size_t actor, perform_function *answer_step);

/* Records a violated guarantee, with the choices that led to it. */
void report_if(bool is_broken, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Returns true if this exploration has not seen the bytes with this seed. size must be a multiple
 * of 8. */
bool explorer_is_new(uint64_t seed, const void *bytes, size_t size);

/* ---- Provided by the model ---- */

/* Runs the code of the actor, which makes steps until the last one, CALL_END. */
void act(size_t actor);

/* Returns the number of ways in which the step can be answered, at least 1. */
unsigned count_ways(size_t actor, const struct request *request);
/* Performs the step. After the last step, the position of the actor is 0. */
perform_function perform;

/* Returns true if no other actor can observe when the step is made. Such a step is not a choice; it
 * is made immediately after the preceding choice. */
bool is_private(size_t actor, const struct request *request);

/* Events are numbered from 0 to MAX_EVENTS - 1. */
bool is_possible(unsigned event);
void happen(unsigned event);

void check_state(void); /* in each new state */
void check_end(void);   /* when all actors are done */

void describe_step(size_t actor, const struct request *request, const struct answer *answer);
void describe_event(unsigned event);
