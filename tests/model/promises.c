/* SPDX-License-Identifier: MIT */
#include "promises.h"

#include <fcntl.h>
#include <string.h>

#include "actors.h"
#include "events.h"
#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"
#include "nucleus/checkpoint.h"

enum { MAX_SUBSET = 10 /* changes of names, of which all subsets are tried */ };

struct crash_counts crash_counts;

static bool is_hostile(void)
{
    return (scenario->which & HOSTILE) != 0;
}

/* Returns true if nothing happened that explains a failure. */
static bool is_quiet(void)
{
    return world.faults == 0 && !is_hostile() && !world.is_disk_failed;
}

static const char *owner_text(int owner)
{
    static const char *const texts[] = {"nobody", "a saver", "a loader", "nucleus"};

    if (owner >= NEIGHBOUR)
        return owner == NEIGHBOUR ? "a neighbour" : "an earlier saver";
    return texts[world.actors[owner].kind];
}

/* ---- At each call of the library ---- */

static void check_descriptor(size_t actor, const struct request *request)
{
    const bool is_moved = request->kind == CALL_CLOSE || request->kind == CALL_DUP_ABOVE;

    if (request->fd == CALLER_FD && request->name == NO_NAME &&
        request->kind != CALL_OPEN_DIRECTORY)
        explorer_found("the caller's descriptor is used or closed");
    if (request->fd >= 0 && !model_fd(actor, request->fd))
        explorer_found("a descriptor is used that is not open");
    if (request->fd >= 0 && request->fd <= 2 && !is_moved)
        explorer_found("a descriptor below 3 is used");
}

static void check_file_call(size_t actor, const struct request *request)
{
    const struct fd *fd = model_fd(actor, request->fd);
    const struct inode *inode = fd && !fd->is_directory ? &world.inodes[fd->slot] : NULL;

    if (request->kind == CALL_FSYNC && fd && fd->is_flush_lost)
        explorer_found("a flush is repeated after an error");
    if (!inode)
        return;
    if (request->kind == CALL_READ && inode->type != DT_REG)
        explorer_found("something is read that is not a file");
    if ((request->kind == CALL_WRITE || request->kind == CALL_FCHMOD) && inode->owner != actor)
        explorer_found("the file of %s is changed", owner_text(inode->owner));
}

static void check_opening(const struct request *request, const struct inode *inode)
{
    if (request->kind == CALL_CREATE && (request->mode & ~(uint32_t)MODE) != 0)
        explorer_found("a file is created that others can open");
    if (request->kind != CALL_OPEN_FILE || !inode)
        return;
    if (inode->type == DT_LNK && (request->flags & O_NOFOLLOW) == 0)
        explorer_found("a symbolic link is followed");
    if (inode->type == DT_FIFO && (request->flags & O_NONBLOCK) == 0)
        explorer_found("a load waits for the writer of a FIFO");
}

static void check_rename(size_t actor, const struct request *request, const struct inode *inode)
{
    if (request->name != world.actors[actor].temp || request->new_name != FILE_NAME)
        explorer_found("strange names are renamed");
    if (!inode || inode->owner != actor)
        return;
    if ((inode->mode & ~MODE) != 0)
        explorer_found("a file is published that others can open");
    if (!is_whole(inode))
        explorer_found("an incomplete file is published");
}

static void check_removal(size_t actor, const struct request *request, const struct inode *inode)
{
    if (request->name < FIRST_TEMP)
        explorer_found("%s is removed", name_text(request->name));
    if (!inode || request->name == world.actors[actor].temp)
        return;
    if (inode->type != DT_REG || inode->uid != OUR_USER)
        explorer_found("what is not ours is removed");
    else if (world.now - inode->ctime <= HOUR)
        explorer_found("the young file of %s is removed", owner_text(inode->owner));
}

void check_call(size_t actor, const struct request *request)
{
    const int name = model_resolve(actor, request);
    const struct inode *inode = name >= 0 ? world_at(name) : NULL;

    if (world.actors[actor].kind == NUCLEUS)
        return;
    if (request->name == STRANGE_NAME || request->new_name == STRANGE_NAME) {
        explorer_found("a strange path is used");
        return;
    }
    if (request->fd == AT_FDCWD && request->name != NO_NAME && world.actors[actor].kind == SAVER)
        explorer_found("a save leaves the directory that it opened");
    check_descriptor(actor, request);
    if (request->name == NO_NAME)
        check_file_call(actor, request);
    check_opening(request, inode);
    if (request->kind == CALL_RENAME)
        check_rename(actor, request, inode);
    if (request->kind == CALL_UNLINK)
        check_removal(actor, request, inode);
}

/* ---- When an actor is done ---- */

static void check_temps(size_t actor, uint64_t named)
{
    for (int name = FIRST_TEMP; name < NAMES; name++) {
        const struct inode *inode = world_at(name);

        if (inode && inode->owner == actor && (named >> name & 1) == 0)
            explorer_found("a save leaves its temporary file and does not name it");
    }
}

static void check_saver(size_t actor, const struct request *report)
{
    const struct actor *saver = &world.actors[actor];
    const bool is_published = saver->is_published || world.last_of[actor] > 0;
    const bool is_reported =
        report->mode == NUCLEUS_OK || report->mode == NUCLEUS_ERROR_NOT_DURABLE;
    const bool is_refused =
        scenario->fixed == 'l' || scenario->fixed == 'd' || scenario->forced_mode != 0;

    if (is_reported && !is_published)
        explorer_found("a save is reported that did not take place");
    /* A neighbour may have put a file in place whose save failed. */
    if (!is_reported && saver->is_published && (report->flags & MAY_BE_REPLACED) == 0)
        explorer_found("a failure is reported though the file was replaced");
    if (report->mode != NUCLEUS_OK && is_quiet() && !is_refused)
        explorer_found("a save fails without a reason");
    check_temps(actor, report->data);
    if (report->mode == NUCLEUS_OK && saver->publication > world.floor)
        world.floor = saver->publication;
}

static void check_loader(size_t actor, const struct request *report)
{
    const uint8_t floor = world.actors[actor].floor;
    const int byte = (int)report->data;
    const int owner = byte == 'o' ? INITIAL : byte == 'X' ? NEIGHBOUR : byte - 'a';

    if (report->mode != NUCLEUS_OK) {
        if (is_quiet() && !(report->mode == NUCLEUS_ERROR_NOT_FOUND && floor == 0))
            explorer_found("a load fails without a reason");
        return;
    }
    if (owner < 0 || owner > INITIAL)
        explorer_found("a load returns what nobody wrote");
    else if (world.last_of[owner] == 0 || world.last_of[owner] < floor)
        explorer_found("a load returns a file that had been replaced before it began");
}

void check_report(size_t actor, const struct request *report)
{
    const struct actor *own = &world.actors[actor];

    for (int i = 0; i < FDS; i++)
        if (own->fds[i].is_open)
            explorer_found("a descriptor is left open");
    if (own->kind == SAVER)
        check_saver(actor, report);
    else if (own->kind == LOADER)
        check_loader(actor, report);
    else if (nucleus_failure(report) && is_quiet())
        explorer_found("nucleus fails to %s", nucleus_failure(report));
}

/* ---- After a power cut ---- */

/* Answers a saver that is alone. */
static struct answer answer_next_saver(size_t actor, const struct request *request)
{
    if (request->kind != CALL_END)
        return model_perform(actor, request, 0);
    if (request->mode != NUCLEUS_OK)
        explorer_found("the next save fails");
    for (int name = FIRST_TEMP; name < NAMES && request->mode == NUCLEUS_OK; name++)
        if (world_at(name) && world_at(name)->type == DT_REG && world_at(name)->uid == OUR_USER)
            explorer_found("the next save leaves old temporary files");
    return (struct answer){0};
}

/* The machine is started two hours later, with what the disk has, and somebody saves. */
static void recover(const int8_t image[NAMES])
{
    static struct world kept;

    crash_counts.recoveries++;
    kept = world;
    memcpy(world.dir, image, sizeof world.dir);
    for (int i = 0; i < SLOTS; i++)
        world.inodes[i].opens = world.inodes[i].links = 0;
    for (int i = 0; i < NAMES; i++)
        if (image[i] >= 0)
            world.inodes[image[i]].links++;
    world_flush_directory();
    world.is_disk_failed = world.is_failure_met = world.is_fault_over = false;
    world.now += 2 * HOUR + 1;
    explorer_run_alone(act, NEXT_SAVER, answer_next_saver);
    world = kept;
}

static void check_image(const int8_t image[NAMES])
{
    const struct inode *inode = image[FILE_NAME] >= 0 ? &world.inodes[image[FILE_NAME]] : NULL;
    const int8_t fixed = image[FIXED_NAME];
    uint64_t kinds[(NAMES + 7) / 8] = {0};

    crash_counts.images++;
    if (inode && inode->owner != NEIGHBOUR && !inode->is_stolen &&
        (!inode->is_synced || inode->is_lost))
        explorer_found("after a power cut, the file of %s is torn", owner_text(inode->owner));
    if (!world.is_floorless && (inode ? inode->publication : 0) < world.floor)
        explorer_found("after a power cut, a save that was acknowledged is lost");
    if (is_hostile() || scenario->forced_mode != 0 ||
        (fixed >= 0 && (world.inodes[fixed].type == DT_LNK || world.inodes[fixed].type == DT_DIR)))
        return;
    for (int i = 0; i < NAMES; i++)
        ((uint8_t *)kinds)[i] = image[i] < 0 ? 0 : world.inodes[image[i]].type;
    if (explorer_is_new(explorer_hash(1, kinds, sizeof kinds)))
        recover(image);
}

/* All subsets of the changes that were not flushed may be on the disk. */
static void check_power_cuts(void)
{
    const bool is_subset = world.op_count <= MAX_SUBSET;
    const unsigned count = is_subset ? 1u << world.op_count : world.op_count + 1u;

    crash_counts.cut_off += !is_subset;
    for (unsigned i = 0; i < count; i++) {
        const unsigned set = is_subset ? i : (1u << i) - 1;
        int8_t image[NAMES];

        memcpy(image, world.disk, sizeof image);
        for (int j = 0; j < world.op_count; j++) {
            const struct op *op = &world.ops[j];

            if ((set >> j & 1) == 0)
                continue;
            if (op->from >= 0)
                image[op->from] = -1;
            if (op->to >= 0)
                image[op->to] = op->slot;
        }
        check_image(image);
    }
}

/* ---- In each state, and at the end ---- */

/* Returns a hash of all that a power cut leaves. */
static uint64_t hash_disk(void)
{
    static struct {
        struct inode inodes[SLOTS];
        struct op ops[OPS];
        int8_t disk[NAMES + 3];
        uint8_t floor[8];
    } left;

    memcpy(left.inodes, world.inodes, sizeof left.inodes);
    for (int i = 0; i < SLOTS; i++)
        left.inodes[i].opens = left.inodes[i].links = 0;
    memcpy(left.ops, world.ops, sizeof left.ops);
    memcpy(left.disk, world.disk, sizeof world.disk);
    left.floor[0] = world.floor;
    left.floor[1] = world.op_count;
    left.floor[2] = world.is_floorless;
    return explorer_hash(2, &left, sizeof left);
}

void check_state(void)
{
    const struct inode *inode = world_at(FILE_NAME);

    if (inode && inode->owner != NEIGHBOUR && !inode->is_stolen && !is_whole(inode))
        explorer_found("readers find an incomplete file of %s", owner_text(inode->owner));
    if (explorer_is_new(hash_disk()))
        check_power_cuts();
}

void check_end(void)
{
    for (int name = FIXED_NAME; name < NAMES; name++) {
        const struct inode *inode = world_at(name);

        if (!inode || !is_quiet() || (inode->owner < ACTORS && world.actors[inode->owner].is_dead))
            continue;
        if (inode->owner < ACTORS)
            explorer_found("a temporary file of %s is left at the end", owner_text(inode->owner));
        else if (name >= FIRST_TEMP && inode->uid == OUR_USER && scenario->kinds[0] == SAVER &&
                 !world.actors[0].is_dead && SECONDS - inode->ctime > HOUR)
            explorer_found("a save leaves an old temporary file");
    }
}
