/* SPDX-License-Identifier: MIT */
#include "events.h"

#include <stdio.h>
#include <sys/stat.h>

#include "explorer.h"
#include "model_world.h"

enum { TEMP = NAMES, GUESS };

static const struct {
    const char *text;
    int place;
    mode_t type;
} events[] = {
#define EVENT_ROW(name, place, type) {#name, place, type},
    EVENTS(EVENT_ROW)};

void describe_event(unsigned event)
{
    (void)printf("  -- %s\n", events[event].text);
}

static int name_of(unsigned event)
{
    const struct actor *saver = &world.actors[0];

    switch (events[event].place) {
    case TEMP:
        return saver->kind == SAVER ? saver->temp : NO_NAME;
    case GUESS:
        return FIRST_TEMP + saver->randoms;
    default:
        return events[event].place;
    }
}

bool is_possible(unsigned event)
{
    bool is_there;

    if ((scenario->possible >> event & 1) == 0 || world.events == scenario->events ||
        world.is_removed)
        return false;
    is_there = world_at(name_of(event)) != NULL;
    switch (event) {
    case EVENT_GUESS_BECOMES_FILE:
        return !is_there;
    case EVENT_FILE_REMOVED:
        return is_there;
    case EVENT_DIRECTORY_SWAPPED: /* a save follows a link that exists when it begins */
        return !world.is_swapped &&
               (world.actors[0].kind != SAVER || world.actors[0].fds[0].slot != 0);
    case EVENT_ACTOR_0_DIES:
        return world.actors[0].position != 0;
    case EVENT_DISK_FAILS:
        return !world.is_disk_failed;
    case EVENT_DISK_RECOVERS:
        return world.is_disk_failed && !world.is_fault_over;
    case EVENT_SYNC:
        return !world.is_failure_met;
    default:
        return events[event].place != TEMP || is_there;
    }
}

static void sync_all(void)
{
    if (world.is_disk_failed) {
        world.is_failure_met = true;
        return;
    }
    for (int i = 0; i < SLOTS; i++)
        world.inodes[i].is_synced = world.inodes[i].mode != 0;
    world_flush_directory();
}

void happen(unsigned event)
{
    const int name = name_of(event);

    world.events++;
    /* An acknowledged save may be lost if the neighbour removes or replaces its file. */
    world.is_floorless |=
        event == EVENT_FILE_REMOVED || event == EVENT_DIRECTORY_REMOVED ||
        (events[event].type != 0 && name != FIXED_NAME && event != EVENT_GUESS_BECOMES_FILE);
    if (events[event].type != 0)
        world_put(name, events[event].type, NEIGHBOUR, 0);
    else if (event == EVENT_TEMP_REMOVED || event == EVENT_FILE_REMOVED)
        world_unlink(name);
    else if (event == EVENT_TEMP_MOVED) {
        world_at(name)->is_stolen = true;
        (void)world_rename(name, FILE_NAME);
    } else if (event == EVENT_DIRECTORY_REMOVED) {
        for (int removed = FILE_NAME; removed < NAMES; removed++)
            world_unlink(removed);
        world.is_removed = true;
    } else if (event == EVENT_DIRECTORY_SWAPPED)
        world.is_swapped = true;
    else if (event == EVENT_AN_HOUR_PASSES)
        world.now += HOUR + 1;
    else if (event == EVENT_DISK_FAILS)
        world.is_disk_failed = true;
    else if (event == EVENT_DISK_RECOVERS)
        world.is_fault_over = true;
    else if (event == EVENT_SYNC)
        sync_all();
    else {
        world_end_actor(0);
        world.actors[0].is_dead = true;
    }
    world_forget();
}
