/* SPDX-License-Identifier: MIT */
/* Events beside the steps of the actors: neighbours, time, death, a disk that fails. */
#ifndef NUCLEUS_MODEL_EVENTS_H
#define NUCLEUS_MODEL_EVENTS_H

#include <stddef.h>
#include <stdint.h>

/* TEMP is the temporary file of actor 0, GUESS its next name, FIXED metadata.json.tmp. A hostile
 * neighbour does all up to DIRECTORY_SWAPPED. */
/* clang-format off */
#define EVENTS(X)              \
    X(FIXED_BECOMES_LINK)      \
    X(FIXED_BECOMES_DIRECTORY) \
    X(FIXED_BECOMES_FIFO)      \
    X(FIXED_BECOMES_FILE)      \
    X(TEMP_BECOMES_FILE)       \
    X(TEMP_BECOMES_LINK)       \
    X(TEMP_BECOMES_DIRECTORY)  \
    X(GUESS_BECOMES_FILE)      \
    X(FILE_BECOMES_LINK)       \
    X(FILE_BECOMES_FIFO)       \
    X(FILE_BECOMES_DEVICE)     \
    X(FILE_BECOMES_DIRECTORY)  \
    X(TEMP_REMOVED)            \
    X(TEMP_MOVED)              \
    X(FILE_REMOVED)            \
    X(DIRECTORY_REMOVED)       \
    X(DIRECTORY_SWAPPED)       \
    X(AN_HOUR_PASSES)          \
    X(ACTOR_0_DIES)            \
    X(DISK_FAILS)              \
    X(SYNC)                    \
    X(DISK_RECOVERS)
/* clang-format on */
#define EVENT_NUMBER(name) EVENT_##name,
enum event { EVENTS(EVENT_NUMBER) EVENT_COUNT };

#define EVENT(name) (1u << EVENT_##name)
#define HOSTILE (2 * EVENT(DIRECTORY_SWAPPED) - 1)

size_t list_events(uint8_t ret[]);
void happen(unsigned event);
const char *event_text(unsigned event);

#endif
