/* SPDX-License-Identifier: MIT */
/*
 * Explores every interleaving of a few actors over a world.
 *
 * An actor is code that learns of the world by its steps alone, so what it does next follows from
 * the answers that it was given: it is run from its start once for each history of answers, up to
 * the step that it has no answer for, and left there. A state is the world and the history of each
 * actor. In each state the explorer makes every move, depth first: a step of an actor in each way
 * that the world offers, or an event. A state that was seen before is not explored again.
 */
#ifndef NUCLEUS_MODEL_EXPLORER_H
#define NUCLEUS_MODEL_EXPLORER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "step.h"

enum { EXPLORER_ACTORS = 3, EXPLORER_DEPTH = 400 };

struct exploration {
    size_t actors;
    void *world;       /* all of it; saved, restored and hashed as bytes */
    size_t world_size; /* a multiple of 8 */

    void (*act)(size_t actor); /* ends with a step CALL_END */

    /* Returns in how many ways the step can be answered, at least 1. */
    unsigned (*count_ways)(size_t actor, const struct request *request);
    struct answer (*perform)(size_t actor, const struct request *request, unsigned way);

    /* Returns true if no other actor can tell when the step is made: it is not a move then, but
     * belongs to the one before it. */
    bool (*is_private)(size_t actor, const struct request *request);

    /* Other events: lists those that are possible now, and makes one happen. */
    size_t (*list_events)(uint8_t ret[]);
    void (*happen)(unsigned event);

    void (*check_state)(void); /* in each new state */
    void (*check_end)(void);   /* when all actors are done */
};

/* A list of choices, from the start: which of the possible moves was made. */
struct trace {
    size_t length;
    uint8_t choices[EXPLORER_DEPTH];
};

struct finding {
    char text[160];
    unsigned long long count;
    unsigned score; /* of the trace; a lower one is easier to read */
    struct trace trace;
};

enum { MAX_FINDINGS = 16 };

struct exploration_result {
    unsigned long long states, steps, ends, histories;
    size_t count;
    struct finding findings[MAX_FINDINGS]; /* with the best trace of each */
};

/* Makes a step on behalf of the actor that is running, and returns the answer. */
struct answer explorer_step(const struct request *request);

/* Reports a broken promise in the current state or step. */
void explorer_found(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The actor that moves no more. */
void explorer_stop_actor(size_t actor);
bool explorer_is_stopped(size_t actor);

/* Returns true if the hash is new to this exploration. */
bool explorer_is_new(uint64_t hash);
uint64_t explorer_hash(uint64_t seed, const void *bytes, size_t size);

/* Explores all; stops at the first finding if is_stopped_early. */
void explore(const struct exploration *exploration, bool is_stopped_early,
             struct exploration_result *ret);

typedef void describe_move(size_t actor, const struct request *request,
                           const struct answer *answer);

/* Follows one trace and calls describe after each step; the actor of an event is
 * EXPLORER_ACTORS, its number is the result. Returns false if there is no such trace. */
bool explorer_follow(const struct exploration *exploration, const struct trace *trace,
                     describe_move *describe, struct exploration_result *ret);

/* Runs act(actor) on its own, each of its steps answered by perform at once. */
void explorer_run_alone(void (*act)(size_t actor), size_t actor,
                        struct answer (*perform)(size_t actor, const struct request *request));

#endif
