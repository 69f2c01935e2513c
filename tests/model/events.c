/* SPDX-License-Identifier: MIT */
#include "events.h"

#include <stdbool.h>
#include <string.h>

#include "explorer.h"
#include "model_world.h"

/* Objects that a neighbour puts somewhere. */
static const struct {
    int name; /* NO_NAME: of the temporary file; STRANGE_NAME: the one that is tried next */
    int type;
} objects[] = {
    [EVENT_FIXED_BECOMES_LINK] = {FIXED_NAME, DT_LNK},
    [EVENT_FIXED_BECOMES_DIRECTORY] = {FIXED_NAME, DT_DIR},
    [EVENT_FIXED_BECOMES_FIFO] = {FIXED_NAME, DT_FIFO},
    [EVENT_FIXED_BECOMES_FILE] = {FIXED_NAME, DT_REG},
    [EVENT_TEMP_BECOMES_FILE] = {NO_NAME, DT_REG},
    [EVENT_TEMP_BECOMES_LINK] = {NO_NAME, DT_LNK},
    [EVENT_TEMP_BECOMES_DIRECTORY] = {NO_NAME, DT_DIR},
    [EVENT_GUESS_BECOMES_FILE] = {STRANGE_NAME, DT_REG},
    [EVENT_FILE_BECOMES_LINK] = {FILE_NAME, DT_LNK},
    [EVENT_FILE_BECOMES_FIFO] = {FILE_NAME, DT_FIFO},
    [EVENT_FILE_BECOMES_DEVICE] = {FILE_NAME, DT_CHR},
    [EVENT_FILE_BECOMES_DIRECTORY] = {FILE_NAME, DT_DIR},
};

const char *event_text(unsigned event)
{
#define EVENT_TEXT(name) #name,
    static const char *const texts[] = {EVENTS(EVENT_TEXT)};

    return texts[event];
}

/* Returns the temporary file of actor 0, or NO_NAME. */
static int temp_name(void)
{
    const struct actor *saver = &world.actors[0];

    return saver->kind == SAVER && saver->temp > 0 && world.dir[saver->temp] >= 0 ? saver->temp
                                                                                  : NO_NAME;
}

static int name_of(unsigned event)
{
    if (objects[event].name == NO_NAME)
        return temp_name();
    return objects[event].name >= 0 ? objects[event].name : FIRST_TEMP + world.actors[0].randoms;
}

static bool is_possible(unsigned event)
{
    switch (event) {
    case EVENT_TEMP_BECOMES_FILE:
    case EVENT_TEMP_BECOMES_LINK:
    case EVENT_TEMP_BECOMES_DIRECTORY:
    case EVENT_TEMP_REMOVED:
    case EVENT_TEMP_MOVED:
        return temp_name() >= 0;
    case EVENT_GUESS_BECOMES_FILE:
        return world.dir[name_of(event)] < 0;
    case EVENT_FILE_REMOVED:
        return world.dir[FILE_NAME] >= 0;
    case EVENT_DIRECTORY_SWAPPED: /* a link that is there before a save is followed */
        return !world.is_swapped &&
               (world.actors[0].kind != SAVER || world.actors[0].fds[0].is_open);
    case EVENT_ACTOR_0_DIES:
        return !world.actors[0].is_done;
    case EVENT_DISK_FAILS:
        return !world.is_disk_failed;
    case EVENT_DISK_RECOVERS:
        return world.is_disk_failed && !world.is_fault_over;
    case EVENT_SYNC:
        return !world.is_failure_met;
    default:
        return true;
    }
}

size_t list_events(uint8_t ret[])
{
    size_t count = 0;

    for (unsigned event = 0; event < EVENT_COUNT; event++)
        if ((scenario->which >> event & 1) != 0 && world.events < scenario->events &&
            !world.is_removed && is_possible(event))
            ret[count++] = (uint8_t)event;
    return count;
}

static void sync_all(void)
{
    if (world.is_disk_failed) {
        world.is_failure_met = true;
        return;
    }
    for (int i = 0; i < SLOTS; i++)
        world.inodes[i].is_synced = world.inodes[i].type != 0;
    world_flush_directory();
}

static void move_temp(void)
{
    const int temp = temp_name();

    world.inodes[world.dir[temp]].is_stolen = true;
    (void)world_rename(temp, FILE_NAME);
}

static void remove_directory(void)
{
    for (int name = 0; name < NAMES; name++)
        world_unlink(name);
    world.is_removed = true;
}

static void put_object(unsigned event)
{
    /* A save that is acknowledged from now on may have published the neighbour's file. */
    world.is_floorless |= objects[event].name != FIXED_NAME && event != EVENT_GUESS_BECOMES_FILE;
    world_put(name_of(event), objects[event].type, NEIGHBOUR, 0);
}

void happen(unsigned event)
{
    world.events++;
    if (event < EVENT_TEMP_REMOVED)
        put_object(event);
    else if (event == EVENT_TEMP_REMOVED)
        world_unlink(temp_name());
    else if (event == EVENT_TEMP_MOVED)
        move_temp();
    else if (event == EVENT_FILE_REMOVED)
        world_unlink(FILE_NAME);
    else if (event == EVENT_DIRECTORY_REMOVED)
        remove_directory();
    else if (event == EVENT_DIRECTORY_SWAPPED)
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
        explorer_stop_actor(0);
    }
    world.is_floorless |= event == EVENT_FILE_REMOVED || event == EVENT_DIRECTORY_REMOVED;
    world_forget();
}
