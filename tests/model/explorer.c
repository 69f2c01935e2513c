/* SPDX-License-Identifier: MIT */
#include "explorer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 1000, STOPPED = 0, ROOTS = 1 /* the history of actor N begins at N + ROOTS */ };

/* The answers that an actor has received so far, and the step that it makes next. */
struct history {
    uint32_t parent;
    uint32_t first_child, next_sibling; /* 0 if there is none */
    struct answer answer;               /* the last one */
    struct request next;
};

/* A set of hashes, none of them 0: open addressing. */
struct set {
    uint64_t *slots;
    size_t size, used;
};

static struct {
    const struct exploration *model;
    struct exploration_result *result;
    struct set seen;
    struct history *histories;
    size_t count, room;
} explorer;

/* The current state: beside the world, where each actor is. */
static uint32_t position[EXPLORER_ACTORS + 1];

/* The moves that led to it. */
static struct {
    size_t depth;
    struct trace trace;
    unsigned switches[EXPLORER_DEPTH];
    size_t last_actor[EXPLORER_DEPTH];
    describe_move *describe;
} path;

/* The actor that is running, and the answers that it gets. */
static struct {
    size_t actor;
    uint32_t histories[MAX_STEPS];
    size_t length, at;
    struct request next;
    jmp_buf stop;
    struct answer (*alone)(size_t actor, const struct request *request);
} running;

static void give_up(const char *reason)
{
    (void)fprintf(stderr, "explorer: %s\n", reason);
    abort();
}

static void *reallocate(void *block, size_t count, size_t size)
{
    void *moved = realloc(block, count * size);

    if (!moved)
        give_up("out of memory");
    return moved;
}

uint64_t explorer_hash(uint64_t seed, const void *bytes, size_t size)
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

/* Returns the slot of the hash, or the free one where it belongs. */
static uint64_t *find_slot(const struct set *set, uint64_t hash)
{
    size_t i = hash & (set->size - 1);

    while (set->slots[i] != 0 && set->slots[i] != hash)
        i = (i + 1) & (set->size - 1);
    return &set->slots[i];
}

static void grow(struct set *set)
{
    struct set bigger = {.size = set->size > 0 ? 2 * set->size : 1 << 12};

    bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
    if (!bigger.slots)
        give_up("out of memory");
    for (size_t i = 0; i < set->size; i++)
        if (set->slots[i] != 0)
            *find_slot(&bigger, set->slots[i]) = set->slots[i];
    bigger.used = set->used;
    free(set->slots);
    *set = bigger;
}

static bool add(struct set *set, uint64_t hash)
{
    uint64_t *slot;

    if (2 * set->used >= set->size)
        grow(set);
    hash += hash == 0;
    slot = find_slot(set, hash);
    if (*slot != 0)
        return false;
    *slot = hash;
    set->used++;
    return true;
}

bool explorer_is_new(uint64_t hash)
{
    return add(&explorer.seen, hash);
}

/* ---- Actors: code that is run once for each history ---- */

static uint32_t new_history(uint32_t parent, const struct answer *answer)
{
    struct history *one;

    if (explorer.count == explorer.room) {
        explorer.room = explorer.room > 0 ? 2 * explorer.room : 1024;
        explorer.histories =
            reallocate(explorer.histories, explorer.room, sizeof *explorer.histories);
    }
    one = &explorer.histories[explorer.count];
    memset(one, 0, sizeof *one);
    one->parent = parent;
    if (answer) {
        one->answer = *answer;
        one->next_sibling = explorer.histories[parent].first_child;
        explorer.histories[parent].first_child = (uint32_t)explorer.count;
    }
    return (uint32_t)explorer.count++;
}

/* Runs the actor from its start up to the step that follows the history. */
static void run_actor(size_t actor, uint32_t history)
{
    uint32_t at = history;

    running.length = running.at = 0;
    for (; at >= ROOTS + explorer.model->actors; at = explorer.histories[at].parent)
        running.length++;
    if (running.length > MAX_STEPS)
        give_up("an actor makes too many steps");
    at = history;
    for (size_t i = running.length; i-- > 0; at = explorer.histories[at].parent)
        running.histories[i] = at;
    running.actor = actor;
    if (setjmp(running.stop) == 0) {
        explorer.model->act(actor);
        give_up("an actor returns");
    }
    explorer.histories[history].next = running.next;
}

struct answer explorer_step(const struct request *request)
{
    const struct history *told, *before;

    if (running.alone) {
        running.next = *request;
        if (request->kind == CALL_END)
            longjmp(running.stop, 1);
        return running.alone(running.actor, request);
    }
    if (running.at == running.length) {
        running.next = *request;
        longjmp(running.stop, 1);
    }
    told = &explorer.histories[running.histories[running.at++]];
    before = &explorer.histories[told->parent];
    if (memcmp(&before->next, request, sizeof *request) != 0)
        give_up("an actor acts differently for the same answers");
    return told->answer;
}

void explorer_run_alone(void (*act)(size_t actor), size_t actor,
                        struct answer (*perform)(size_t actor, const struct request *request))
{
    running.alone = perform;
    running.actor = actor;
    if (setjmp(running.stop) == 0) {
        act(actor);
        give_up("an actor returns");
    }
    running.alone = NULL;
    (void)perform(actor, &running.next);
}

static void tell(size_t actor, const struct answer *answer)
{
    const uint32_t parent = position[actor];
    uint32_t child = explorer.histories[parent].first_child;

    while (child != 0 && memcmp(&explorer.histories[child].answer, answer, sizeof *answer) != 0)
        child = explorer.histories[child].next_sibling;
    if (child == 0) {
        child = new_history(parent, answer);
        run_actor(actor, child);
    }
    position[actor] = child;
}

void explorer_stop_actor(size_t actor)
{
    position[actor] = STOPPED;
}

bool explorer_is_stopped(size_t actor)
{
    return position[actor] == STOPPED;
}

static const struct request *next_step(size_t actor)
{
    return &explorer.histories[position[actor]].next;
}

/* ---- Moves ---- */

static void step(size_t actor, unsigned way)
{
    const struct request request = *next_step(actor);
    const struct answer answer = explorer.model->perform(actor, &request, way);

    explorer.result->steps++;
    if (path.describe)
        path.describe(actor, &request, &answer);
    if (request.kind == CALL_END)
        explorer_stop_actor(actor);
    else if (!explorer_is_stopped(actor))
        tell(actor, &answer);
}

static void step_privately(size_t actor)
{
    while (!explorer_is_stopped(actor) && explorer.model->is_private(actor, next_step(actor)) &&
           explorer.model->count_ways(actor, next_step(actor)) == 1)
        step(actor, 0);
}

struct move {
    uint8_t actor; /* EXPLORER_ACTORS: an event */
    uint8_t way;   /* or its number */
};

enum { MAX_MOVES = 64 };

/* Lists the moves that are possible now; that of the actor that moved last comes first. */
static size_t list_moves(struct move ret[MAX_MOVES])
{
    const size_t last = path.depth > 0 ? path.last_actor[path.depth - 1] : 0;
    uint8_t events[MAX_MOVES];
    size_t count = 0, event_count;

    for (size_t i = 0; i < explorer.model->actors; i++) {
        const size_t actor = (last + i) % explorer.model->actors;
        unsigned ways;

        if (explorer_is_stopped(actor))
            continue;
        ways = explorer.model->count_ways(actor, next_step(actor));
        for (unsigned way = 0; way < ways; way++)
            ret[count++] = (struct move){(uint8_t)actor, (uint8_t)way};
    }
    event_count = count > 0 ? explorer.model->list_events(events) : 0;
    if (count + event_count > MAX_MOVES)
        give_up("too many moves");
    for (size_t i = 0; i < event_count; i++)
        ret[count++] = (struct move){EXPLORER_ACTORS, events[i]};
    return count;
}

/* Makes the move that is the choice'th of moves, and notes it in the path. */
static void make_move(const struct move *moves, size_t choice)
{
    const struct move *move = &moves[choice];
    const size_t at = path.depth;
    const size_t last = at > 0 ? path.last_actor[at - 1] : move->actor;

    if (at == EXPLORER_DEPTH)
        give_up("a path is too long");
    path.trace.choices[at] = (uint8_t)choice;
    path.switches[at] = (at > 0 ? path.switches[at - 1] : 0) + (move->actor != last);
    path.last_actor[at] = move->actor < EXPLORER_ACTORS ? move->actor : last;
    path.depth++;
    if (move->actor < EXPLORER_ACTORS) {
        step(move->actor, move->way);
        step_privately(move->actor);
    } else {
        const struct answer number = {.result = move->way};

        if (path.describe)
            path.describe(EXPLORER_ACTORS, NULL, &number);
        explorer.model->happen(move->way);
    }
}

void explorer_found(const char *format, ...)
{
    struct exploration_result *result = explorer.result;
    const size_t depth = path.depth;
    const unsigned score = (unsigned)depth + 20 * (depth > 0 ? path.switches[depth - 1] : 0);
    struct finding *one = result->findings;
    char text[sizeof one->text];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    while (one < result->findings + result->count && strcmp(one->text, text) != 0)
        one++;
    if (one == result->findings + MAX_FINDINGS)
        return;
    result->count += one == result->findings + result->count;
    if (one->count++ > 0 && score >= one->score)
        return;
    memcpy(one->text, text, sizeof text);
    one->score = score;
    one->trace = path.trace;
    one->trace.length = depth;
}

/* ---- The exploration ---- */

/* A state on the path, and the moves from it that are still to be made. */
struct frame {
    struct move moves[MAX_MOVES];
    size_t count, next;
    uint32_t position[EXPLORER_ACTORS + 1];
};

static struct frame frames[EXPLORER_DEPTH + 1];
static unsigned char *worlds; /* of each frame */

static void begin(const struct exploration *exploration, struct exploration_result *result)
{
    memset(result, 0, sizeof *result);
    free(explorer.seen.slots);
    memset(&explorer.seen, 0, sizeof explorer.seen);
    explorer.model = exploration;
    explorer.result = result;
    explorer.count = 0;
    memset(&path, 0, sizeof path);
    worlds = reallocate(worlds, EXPLORER_DEPTH + 1, exploration->world_size);
    for (size_t i = 0; i < ROOTS + exploration->actors; i++)
        (void)new_history(0, NULL);
    for (size_t i = 0; i < exploration->actors; i++) {
        position[i] = (uint32_t)(ROOTS + i);
        run_actor(i, position[i]);
    }
}

/* Comes to a state: checks it if it is new, and lists the moves from it. Returns false if there is
 * nothing to do from here. */
static bool enter_state(void)
{
    const struct exploration *model = explorer.model;
    struct frame *frame = &frames[path.depth];
    const uint64_t hash =
        explorer_hash(explorer_hash(0, position, sizeof position), model->world, model->world_size);

    if (!explorer_is_new(hash))
        return false;
    explorer.result->states++;
    model->check_state();
    frame->next = 0;
    frame->count = list_moves(frame->moves);
    if (frame->count == 0) {
        explorer.result->ends++;
        model->check_end();
        return false;
    }
    memcpy(frame->position, position, sizeof position);
    memcpy(worlds + path.depth * model->world_size, model->world, model->world_size);
    return true;
}

void explore(const struct exploration *exploration, bool is_stopped_early,
             struct exploration_result *ret)
{
    size_t size = exploration->world_size;

    begin(exploration, ret);
    if (!enter_state())
        return;
    for (;;) {
        struct frame *frame = &frames[path.depth];

        if (is_stopped_early && ret->count > 0)
            break;
        if (frame->next == frame->count) {
            if (path.depth-- == 0)
                break;
            continue;
        }
        memcpy(position, frame->position, sizeof position);
        memcpy(exploration->world, worlds + path.depth * size, size);
        make_move(frame->moves, frame->next++);
        if (!enter_state())
            path.depth--;
    }
    ret->histories = explorer.count;
}

bool explorer_follow(const struct exploration *exploration, const struct trace *trace,
                     describe_move *describe, struct exploration_result *ret)
{
    begin(exploration, ret);
    path.describe = describe;
    for (size_t i = 0; i < trace->length; i++) {
        if (!enter_state() || trace->choices[i] >= frames[path.depth].count)
            return false;
        make_move(frames[path.depth].moves, trace->choices[i]);
    }
    (void)enter_state();
    return true;
}
