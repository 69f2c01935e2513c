/* SPDX-License-Identifier: MIT */
/* Events, which are not steps of actors: hostile acts, passing time, death, disk failures. */
#pragma once

/* Each event has the name that it affects, and the type of the object that replaces it, or 0. TEMP
 * is the temporary file of actor 0, GUESS is its next name, and FIXED is metadata.json.tmp. A
 * hostile neighbour causes the events up to DIRECTORY_SWAPPED. */
/* clang-format off */
#define EVENTS(X)                                   \
    X(FIXED_BECOMES_LINK, FIXED_NAME, S_IFLNK)      \
    X(FIXED_BECOMES_DIRECTORY, FIXED_NAME, S_IFDIR) \
    X(FIXED_BECOMES_FIFO, FIXED_NAME, S_IFIFO)      \
    X(FIXED_BECOMES_DEVICE, FIXED_NAME, S_IFCHR)    \
    X(FIXED_BECOMES_FILE, FIXED_NAME, S_IFREG)      \
    X(TEMP_BECOMES_FILE, TEMP, S_IFREG)             \
    X(TEMP_BECOMES_LINK, TEMP, S_IFLNK)             \
    X(TEMP_BECOMES_FIFO, TEMP, S_IFIFO)             \
    X(TEMP_BECOMES_DEVICE, TEMP, S_IFCHR)           \
    X(TEMP_BECOMES_DIRECTORY, TEMP, S_IFDIR)        \
    X(GUESS_BECOMES_FILE, GUESS, S_IFREG)           \
    X(FILE_BECOMES_LINK, FILE_NAME, S_IFLNK)        \
    X(FILE_BECOMES_FIFO, FILE_NAME, S_IFIFO)        \
    X(FILE_BECOMES_DEVICE, FILE_NAME, S_IFCHR)      \
    X(FILE_BECOMES_DIRECTORY, FILE_NAME, S_IFDIR)   \
    X(TEMP_REMOVED, TEMP, 0)                        \
    X(TEMP_MOVED, TEMP, 0)                          \
    X(FILE_REMOVED, FILE_NAME, 0)                   \
    X(DIRECTORY_REMOVED, NO_NAME, 0)                \
    X(DIRECTORY_SWAPPED, NO_NAME, 0)                \
    X(AN_HOUR_PASSES, NO_NAME, 0)                   \
    X(ACTOR_0_DIES, NO_NAME, 0)                     \
    X(DISK_FAILS, NO_NAME, 0)                       \
    X(SYNC, NO_NAME, 0)                             \
    X(DISK_RECOVERS, NO_NAME, 0)
/* clang-format on */
#define EVENT_NUMBER(name, place, type) EVENT_##name,
enum event { EVENTS(EVENT_NUMBER) };

#define EVENT(name) (1u << EVENT_##name)
#define HOSTILE (2 * EVENT(DIRECTORY_SWAPPED) - 1)
