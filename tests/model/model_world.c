/* SPDX-License-Identifier: MIT */
#include "model_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct world world;
const struct scenario *scenario;

const char *name_text(int name)
{
    static const char *const texts[] = {"", "metadata.json", "metadata.json.tmp"};
    static char text[40];

    if (name < FIRST_TEMP)
        return texts[name > 0 ? name : NO_NAME];
    (void)snprintf(text, sizeof text, ".metadata.json.tmp.%016x", (unsigned)(name - FIRST_TEMP));
    return text;
}

struct inode *world_at(int name)
{
    return name >= 0 && world.dir[name] > 0 ? &world.inodes[world.dir[name]] : NULL;
}

/* Marks the inodes that have a name or are open. */
static void mark_alive(bool ret[SLOTS])
{
    for (int name = FILE_NAME; name < NAMES; name++)
        ret[world.dir[name]] = true;
    for (size_t actor = 0; actor <= ACTORS; actor++)
        for (int i = 0; i < FDS; i++)
            if (world.actors[actor].fds[i].slot > 0)
                ret[world.actors[actor].fds[i].slot] = true;
}

void world_forget(void)
{
    bool is_used[SLOTS] = {false}; /* also true if only the disk refers to it */

    mark_alive(is_used);
    for (int name = FILE_NAME; name < NAMES; name++)
        is_used[world.disk[name]] = is_used[world.cached[name]] = true;
    for (int i = 0; i < world.op_count; i++)
        is_used[world.ops[i].slot] = true;
    for (int i = 0; i < SLOTS; i++)
        if (!is_used[i])
            memset(&world.inodes[i], 0, sizeof world.inodes[i]);
}

/* Inode numbers are reused as soon as possible. In a scenario without events, the slot depends only
 * on the owner, and the number on the slot: this saves states, and no actor can observe it. The
 * objects of a neighbour have separate numbers. */
static int new_number(int slot, int owner)
{
    bool is_alive[SLOTS] = {false}, is_taken[SLOTS + 1] = {false};
    int number = 1;

    if (scenario->is_without_inodes)
        return 0;
    if (scenario->events == 0)
        return slot;
    mark_alive(is_alive);
    for (int i = 1; i < SLOTS; i++)
        if (is_alive[i] && (world.inodes[i].owner == NEIGHBOUR) == (owner == NEIGHBOUR))
            is_taken[world.inodes[i].number] = true;
    while (is_taken[number])
        number++;
    return number;
}

void apply(struct op op, int8_t names[NAMES])
{
    names[op.from] = 0;
    names[op.to] = op.slot;
    names[NO_NAME] = 0;
}

static void change_names(int from, int to, int slot)
{
    const struct op op = {(int8_t)from, (int8_t)to, (int8_t)slot};

    if (world.op_count == OPS)
        abort();
    world.ops[world.op_count++] = op;
    apply(op, world.dir);
}

struct inode *world_create(int name, mode_t mode, int owner)
{
    int slot = 1 + 3 * (owner < NEIGHBOUR ? owner : NEIGHBOUR);

    for (int i = 0; world.inodes[slot].mode != 0; i++) {
        slot = slot < SLOTS - 1 ? slot + 1 : 1;
        if (i == SLOTS)
            abort();
    }
    world.inodes[slot] = (struct inode){.number = (uint16_t)new_number(slot, owner),
                                        .mode = mode,
                                        .owner = (uint8_t)owner,
                                        .ctime = world.now};
    world_unlink(name);
    change_names(NO_NAME, name, slot);
    return &world.inodes[slot];
}

void world_unlink(int name)
{
    if (world_at(name))
        change_names(name, NO_NAME, world.dir[name]);
}

/* From now on, readers find the file. */
static void publish(struct inode *inode)
{
    inode->publication = ++world.publications;
    world.last_of[inode->owner] = world.publications;
}

int world_rename(int from, int to)
{
    struct inode *inode = world_at(from), *target = world_at(to);

    if (!inode)
        return ENOENT;
    if (target && S_ISDIR(target->mode) != S_ISDIR(inode->mode))
        return S_ISDIR(target->mode) ? EISDIR : ENOTDIR;
    inode->ctime = world.now;
    change_names(from, to, world.dir[from]);
    if (to == FILE_NAME)
        publish(inode);
    return 0;
}

void world_put(int name, mode_t type, int owner, int age)
{
    struct inode *inode = world_create(name, type | MODE, owner);

    inode->ctime = world.now - age;
    inode->is_synced = true;
    inode->size = TEXT;
    memset(&inode->text, FIRST_BYTE + owner, TEXT);
    if (name == FILE_NAME)
        publish(inode);
}

void world_flush_directory(void)
{
    memcpy(world.disk, world.dir, sizeof world.disk);
    memset(world.ops, 0, sizeof world.ops);
    world.op_count = 0;
}

void world_end_actor(size_t actor)
{
    world.actors[actor] = (struct actor){.kind = world.actors[actor].kind};
    world_forget();
}

void world_restart(const int8_t image[NAMES])
{
    memcpy(world.dir, image, sizeof world.dir);
    world_flush_directory();
    for (size_t actor = 0; actor <= ACTORS; actor++)
        world_end_actor(actor);
    world.is_disk_failed = world.is_failure_met = world.is_fault_over = false;
    world.now += 2 * HOUR + 1;
}

bool is_complete(const struct inode *inode)
{
    const unsigned char *bytes = (const unsigned char *)&inode->text;

    return inode->size == TEXT && memcmp(bytes, bytes + 1, TEXT - 1) == 0;
}

void world_begin(const struct scenario *new_scenario)
{
    scenario = new_scenario;
    memset(&world, 0, sizeof world);
    world.now = SECONDS;
    if (!scenario->is_first)
        world_put(FILE_NAME, S_IFREG, EARLIER_SAVER, 0);
    world.floor = world.publications;
    if (scenario->fixed != 0)
        world_put(FIXED_NAME, scenario->fixed, EARLIER_SAVER, 2 * HOUR);
    if (scenario->temps & OLD_TEMP)
        world_put(FIRST_LEFTOVER, S_IFREG, EARLIER_SAVER, 2 * HOUR);
    if (scenario->temps & FOREIGN_TEMP)
        world_put(FIRST_LEFTOVER, S_IFREG, NEIGHBOUR, 2 * HOUR);
    if (scenario->temps & YOUNG_TEMP)
        world_put(FIRST_LEFTOVER + 1, S_IFREG, EARLIER_SAVER, HOUR);
    if (scenario->temps & TAKEN_TEMP)
        world_put(FIRST_TEMP, S_IFREG, EARLIER_SAVER, HOUR);
    world_flush_directory();
    for (size_t i = 0; scenario->actors[i] != '\0'; i++)
        world.actors[i].kind = (uint8_t)scenario->actors[i];
    world.actors[NEXT_SAVER].kind = SAVER;
}
