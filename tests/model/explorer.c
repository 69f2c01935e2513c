/* SPDX-License-Identifier: MIT */
#include "explorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_calls.h"
#include "model_world.h"
#include "support.h"

enum {
    HISTORIES = 1 << 18,
    BUCKETS = 1 << 16,
    STEPS = 1000,        /* of one actor */
    ENVIRONMENT = ACTORS /* makes the choices that are events */
};

/* A node of a tree. The path to it consists of the answers that an actor has received. */
struct history {
    uint32_t parent, first_child, next_sibling; /* 0 if absent */
    struct answer answer;                       /* the last one */
    struct request next;                        /* the actor's next step */
};

struct choice {
    uint8_t actor; /* or ENVIRONMENT */
    uint8_t way;   /* or the number of the event */
};

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

struct exploration explored;

/* A set of hashes. A bucket is enlarged when its count is 0 or a power of two. */
static struct bucket {
    uint64_t *hashes;
    size_t count;
} buckets[BUCKETS];

static struct {
    struct history histories[HISTORIES]; /* the first is unused */
    uint32_t history_count;
    bool is_described;
    char trace[MAX_DEPTH + 1]; /* leads to the current state */
    size_t depth, score;       /* of the trace */
} explorer;

_Static_assert(sizeof(struct world) % 8 == 0, "hash_bytes() hashes words");
_Static_assert(sizeof(struct world) == offsetof(struct world, is_fault_over) + 1, "no padding");

/* The actor that is running, and its answers. */
static struct {
    size_t actor;
    uint32_t replayed[STEPS]; /* histories, from next on */
    size_t next;
    perform_function *alone; /* answers its steps; NULL during an exploration */
    struct request request;  /* the step at which it stopped */
    jmp_buf stop;
} running;

static uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t size)
{
    uint64_t hash = seed + 0x27d4eb2f165667c5u;
    uint64_t word;

    for (size_t i = 0; i < size; i += sizeof word) {
        memcpy(&word, (const char *)bytes + i, sizeof word);
        hash ^= word * 0xc2b2ae3d27d4eb4fu;
        hash = (hash << 31 | hash >> 33) * 0x9e3779b185ebca87u;
    }
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    return hash ^ hash >> 29;
}

bool explorer_is_new(uint64_t seed, const void *bytes, size_t size)
{
    const uint64_t hash = hash_bytes(seed, bytes, size);
    struct bucket *bucket = &buckets[hash % BUCKETS];

    for (size_t i = 0; i < bucket->count; i++)
        if (bucket->hashes[i] == hash)
            return false;
    if ((bucket->count & (bucket->count - 1)) == 0) {
        bucket->hashes = realloc(bucket->hashes, (2 * bucket->count + 1) * sizeof hash);
        assert_non_null(bucket->hashes);
    }
    bucket->hashes[bucket->count++] = hash;
    return true;
}

static void forget_states(void)
{
    for (size_t i = 0; i < BUCKETS; i++)
        free(buckets[i].hashes);
    memset(buckets, 0, sizeof buckets);
}

/* ---- Actors ---- */

struct answer explorer_step(const struct request *request)
{
    const struct history *history;

    if (running.alone) {
        assert_true(running.next++ < STEPS);
        return running.alone(running.actor, request, 0);
    }
    if (running.next == STEPS) {
        running.request = *request;
        longjmp(running.stop, 1);
    }
    history = &explorer.histories[running.replayed[running.next++]];
    /* The replay fails if the actor learns about the world in any other way. */
    assert_memory_equal(&explorer.histories[history->parent].next, request, sizeof *request);
    return history->answer;
}

void explorer_run_alone(size_t actor, perform_function *answer_step)
{
    running.actor = actor;
    running.next = 0;
    running.alone = answer_step;
    act(actor);
    running.alone = NULL;
}

/* Adds a history and runs the actor to find its next step. */
static uint32_t add_history(size_t actor, struct history history)
{
    const uint32_t added = explorer.history_count++;

    assert_true(added < HISTORIES);
    explorer.histories[added] = history;
    running.next = STEPS;
    for (uint32_t i = added; explorer.histories[i].parent != 0; i = explorer.histories[i].parent) {
        assert_true(running.next > 0);
        running.replayed[--running.next] = i;
    }
    running.actor = actor;
    if (setjmp(running.stop) == 0)
        act(actor);
    explorer.histories[added].next = running.request;
    return added;
}

/* Moves the actor to the history that the answer leads to. */
static void tell(size_t actor, const struct answer *answer)
{
    struct history *histories = explorer.histories;
    const uint32_t parent = world.actors[actor].position;
    uint32_t child = histories[parent].first_child;

    while (child != 0 && memcmp(&histories[child].answer, answer, sizeof *answer) != 0)
        child = histories[child].next_sibling;
    if (child == 0) {
        child = add_history(actor, (struct history){.parent = parent,
                                                    .next_sibling = histories[parent].first_child,
                                                    .answer = *answer});
        histories[parent].first_child = child;
    }
    world.actors[actor].position = child;
}

/* Returns the next step of the actor, or NULL if it makes no more. */
static const struct request *next_step(size_t actor)
{
    const uint32_t position = world.actors[actor].position;

    return position != 0 ? &explorer.histories[position].next : NULL;
}

/* ---- Choices ---- */

static void make_step(size_t actor, unsigned way)
{
    const struct request request = *next_step(actor);
    const struct answer answer = perform(actor, &request, way);

    explored.steps++;
    if (explorer.is_described)
        describe_step(actor, &request, &answer);
    if (next_step(actor))
        tell(actor, &answer);
}

/* Lists the choices in this state; those of the actor that made the last step come first. */
static size_t list_choices(size_t last_actor, struct choice ret[MAX_CHOICES])
{
    size_t count = 0;

    for (size_t i = 0; i < ACTORS; i++) {
        const size_t actor = (last_actor + i) % ACTORS;
        const unsigned ways = next_step(actor) ? count_ways(actor, next_step(actor)) : 0;

        for (unsigned way = 0; way < ways; way++)
            ret[count++] = (struct choice){(uint8_t)actor, (uint8_t)way};
    }
    if (count == 0)
        return 0;
    assert_true(count + MAX_EVENTS <= MAX_CHOICES);
    for (unsigned event = 0; event < MAX_EVENTS; event++)
        if (is_possible(event))
            ret[count++] = (struct choice){ENVIRONMENT, (uint8_t)event};
    return count;
}

/* Makes a choice, and the private steps that follow it. */
static void choose(struct choice choice)
{
    const size_t actor = choice.actor;

    if (actor == ENVIRONMENT) {
        if (explorer.is_described)
            describe_event(choice.way);
        happen(choice.way);
        return;
    }
    make_step(actor, choice.way);
    while (next_step(actor) && is_private(actor, next_step(actor)) &&
           count_ways(actor, next_step(actor)) == 1)
        make_step(actor, 0);
}

void report_if(bool is_broken, const char *format, ...)
{
    struct finding one, *kept = explored.findings;
    va_list arguments;

    if (!is_broken)
        return;
    one = (struct finding){.score = explorer.score};
    va_start(arguments, format);
    (void)vsnprintf(one.text, sizeof one.text, format, arguments);
    va_end(arguments);
    memcpy(one.trace, explorer.trace, explorer.depth);
    while (kept < explored.findings + explored.count && strcmp(kept->text, one.text) != 0)
        kept++;
    if (kept == explored.findings + explored.count && explored.count < MAX_FINDINGS)
        explored.findings[explored.count++] = one;
    else if (kept < explored.findings + explored.count && one.score < kept->score)
        *kept = one;
}

/* ---- The exploration ---- */

/* Explores the current state if it is new. last_actor made the last step. If trace is not NULL,
 * makes only the choice that its first character denotes, or none at its end. */
static void explore_state(size_t last_actor, const char *trace)
{
    const size_t score = explorer.score;
    struct choice choices[MAX_CHOICES];
    struct world before;
    size_t count;

    if (!explorer_is_new(0, &world, sizeof world))
        return;
    explored.states++;
    check_state();
    count = list_choices(last_actor, choices);
    if (count == 0)
        check_end();
    report_if(trace && *trace != '\0' && !memchr(digits, *trace, count), "no such trace");
    assert_true(explorer.depth < MAX_DEPTH);
    before = world;
    for (size_t i = 0; i < count; i++) {
        const size_t actor = choices[i].actor != ENVIRONMENT ? choices[i].actor : last_actor;

        if (trace && *trace != digits[i])
            continue;
        world = before;
        explorer.trace[explorer.depth++] = digits[i];
        explorer.score = score + (actor == last_actor ? 1 : 20);
        choose(choices[i]);
        explore_state(actor, trace ? trace + 1 : NULL);
        explorer.depth--;
    }
}

void explore(const char *trace)
{
    memset(&explored, 0, sizeof explored);
    running.alone = NULL; /* still set if an actor that ran alone failed the test */
    forget_states();
    explorer.history_count = 1;
    explorer.depth = explorer.score = 0;
    explorer.is_described = trace != NULL;
    for (size_t i = 0; i < ACTORS; i++)
        if (world.actors[i].kind != NOBODY)
            world.actors[i].position = add_history(i, (struct history){0});
    explore_state(0, trace);
}
