/* SPDX-License-Identifier: MIT */
/* Checks the guarantees of the library at each call, in each state, when an actor is done, at the
 * end, and after each power cut. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "events.h"
#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"
#include "nucleus/checkpoint.h"

static bool is_hostile(void)
{
    return (scenario->possible & HOSTILE) != 0;
}

/* Returns true if nothing happened that explains a failure. */
static bool is_quiet(void)
{
    return world.faults == 0 && !is_hostile() && !world.is_disk_failed;
}

/* Returns true if every save fails in this scenario, even without a fault. */
static bool is_refused(void)
{
    return S_ISLNK(scenario->fixed) || S_ISDIR(scenario->fixed) || scenario->forced_mode != 0;
}

static const char *owner_text(const struct inode *inode)
{
    if (!inode)
        return "nobody";
    if (inode->owner >= NEIGHBOUR)
        return inode->owner == NEIGHBOUR ? "a neighbour" : "an earlier saver";
    return world.actors[inode->owner].kind == SAVER ? "a saver" : "nucleus";
}

/* Returns true if a save, not a neighbour, created and published the file. */
static bool is_saved(const struct inode *inode)
{
    return inode && inode->owner != NEIGHBOUR && !inode->is_stolen;
}

/* ---- At each call of the library ---- */

static void check_descriptor(const struct request *request, const struct fd *fd)
{
    const bool is_moved = request->kind == CALL_CLOSE || request->kind == CALL_DUP_ABOVE;
    const bool is_directory_opened = request->kind == CALL_OPEN_DIRECTORY;

    report_if(request->fd >= 0 && !fd, "a descriptor that is not open is used");
    report_if(request->fd >= 0 && request->fd <= 2 && !is_moved, "a descriptor below 3 is used");
    report_if(request->fd == CALLER_FD && request->name == NO_NAME && !is_directory_opened,
              "the caller's descriptor is used or closed");
}

static void check_rename(const struct call *call)
{
    const struct inode *inode = call->inode;

    report_if(call->request->name != call->own->temp || call->request->new_name != FILE_NAME,
              "an unexpected name is renamed");
    if (!inode || inode->owner != call->actor)
        return;
    report_if((inode->mode & 07177) != 0, "a file that others can open is published");
    report_if(!is_complete(inode), "an incomplete file is published");
}

static void check_removal(const struct call *call)
{
    const struct inode *inode = call->inode;
    const bool is_ours = inode && S_ISREG(inode->mode) && inode->owner != NEIGHBOUR;

    report_if(call->request->name < FIRST_TEMP, "%s is removed", name_text(call->request->name));
    if (!inode || call->request->name == call->own->temp)
        return;
    report_if(!is_ours, "a file that is not ours is removed");
    report_if(is_ours && world.now - inode->ctime <= HOUR, "a recent file of %s is removed",
              owner_text(inode));
}

void check_call(const struct call *call)
{
    const struct request *request = call->request;
    const struct inode *inode = call->inode;
    const enum call_kind kind = request->kind;
    const mode_t type = inode ? inode->mode & S_IFMT : 0;

    if (request->name == STRANGE_NAME || request->new_name == STRANGE_NAME) {
        report_if(true, "an unexpected path is used");
        return;
    }
    report_if(call->own->kind == SAVER && request->fd == AT_FDCWD && request->name != NO_NAME,
              "a save does not use the directory that it opened");
    check_descriptor(request, call->fd);
    report_if(kind == CALL_CREATE && (request->mode & ~(uint32_t)MODE) != 0,
              "a file that others can open is created");
    report_if(kind == CALL_OPEN_FILE && type == S_IFLNK && (request->flags & O_NOFOLLOW) == 0,
              "a symbolic link is followed");
    report_if(kind == CALL_OPEN_FILE && type == S_IFIFO && (request->flags & O_NONBLOCK) == 0,
              "a load waits for the writer of a FIFO");
    report_if(kind == CALL_READ && inode && type != S_IFREG, "something other than a file is read");
    report_if((kind == CALL_WRITE || kind == CALL_FCHMOD) && inode && inode->owner != call->actor,
              "the file of %s is changed", owner_text(inode));
    report_if(kind == CALL_FSYNC && call->fd && call->fd->is_flush_lost,
              "a flush is repeated after an error");
    if (kind == CALL_RENAME)
        check_rename(call);
    if (kind == CALL_UNLINK)
        check_removal(call);
}

/* ---- When an actor is done: see act() for its report ---- */

static void check_saver(size_t actor, const struct request *report)
{
    const struct actor *saver = &world.actors[actor];
    const bool is_reported =
        report->mode == NUCLEUS_OK || report->mode == NUCLEUS_ERROR_NOT_DURABLE;
    const struct inode *inode = world_at(FILE_NAME);
    const bool is_seen = inode && inode->owner == actor && world.cached[saver->temp] == 0;

    /* A neighbour may have renamed a file whose save failed. */
    report_if(is_reported && saver->publication == 0 && world.last_of[actor] == 0,
              "a save reports success but did not replace the file");
    report_if(!is_reported && saver->publication > 0 &&
                  (report->flags == 0 || (is_seen && !is_hostile())),
              "a save reports failure but replaced the file");
    report_if(report->mode != NUCLEUS_OK && is_quiet() && !is_refused(),
              "a save fails without a reason");
    for (int name = FIRST_TEMP; name < NAMES; name++)
        report_if(world_at(name) && world_at(name)->owner == actor &&
                      (report->data >> name & 1) == 0,
                  "a save leaves its temporary file without reporting it");
    if (report->mode == NUCLEUS_OK && saver->publication > world.floor)
        world.floor = saver->publication;
}

static void check_loader(size_t actor, const struct request *report)
{
    const uint8_t floor = world.actors[actor].floor;
    const int owner = (int)report->data - FIRST_BYTE;
    const bool is_written = owner >= 0 && owner < OWNERS;

    if (report->mode != NUCLEUS_OK) {
        report_if(is_quiet() && (report->mode != NUCLEUS_ERROR_NOT_FOUND || floor > 0),
                  "a load fails without a reason");
        return;
    }
    report_if(!is_written, "a load returns content that nobody wrote");
    report_if(is_written && (world.last_of[owner] == 0 || world.last_of[owner] < floor),
              "a load returns a file that had been replaced before it began");
}

static void check_next_saver(const struct request *report)
{
    report_if(report->mode != NUCLEUS_OK, "the next save fails");
    for (int name = FIRST_TEMP; name < NAMES && report->mode == NUCLEUS_OK; name++)
        report_if(world_at(name) && S_ISREG(world_at(name)->mode) &&
                      world_at(name)->owner != NEIGHBOUR,
                  "the next save leaves old temporary files");
}

static void check_report(size_t actor, const struct request *report)
{
    const struct actor *own = &world.actors[actor];

    for (int i = 0; i < FDS; i++)
        report_if(own->fds[i].slot != 0, "a descriptor is left open");
    if (actor == NEXT_SAVER)
        check_next_saver(report);
    else if (own->kind == SAVER)
        check_saver(actor, report);
    else if (own->kind == LOADER)
        check_loader(actor, report);
    else
        report_if(report->data != CALL_END && is_quiet(), "nucleus fails to %s",
                  call_text((unsigned)report->data));
}

struct answer perform(size_t actor, const struct request *request, unsigned way)
{
    const struct answer answer = {0};

    if (request->kind != CALL_END)
        return model_perform(actor, request, way);
    check_report(actor, request);
    world_end_actor(actor);
    return answer;
}

/* ---- After a power cut ---- */

/* Checks what a power cut may leave, and the next save. image contains the slot of each name, or
 * 0. */
static void check_image(const int8_t image[NAMES])
{
    const struct inode *inode = image[FILE_NAME] > 0 ? &world.inodes[image[FILE_NAME]] : NULL;
    uint16_t types[(NAMES + 3) / 4 * 4] = {0};
    static struct world kept;

    explored.crash_states++;
    report_if(is_saved(inode) && (!inode->is_synced || inode->is_lost),
              "after a power cut, the file of %s is torn", owner_text(inode));
    report_if(!world.is_floorless && (inode ? inode->publication : 0) < world.floor,
              "after a power cut, an acknowledged save is lost");
    if (is_hostile() || is_refused())
        return;
    for (int name = 0; name < NAMES; name++)
        types[name] = world.inodes[image[name]].mode & S_IFMT;
    if (!explorer_is_new(1, types, sizeof types))
        return;
    kept = world;
    world_restart(image);
    explorer_run_alone(NEXT_SAVER, perform);
    world = kept;
}

/* Any subset of the changes that were not flushed may be on the disk. */
static void check_power_cuts(void)
{
    for (unsigned set = 0; set < 1u << world.op_count; set++) {
        int8_t image[NAMES];

        memcpy(image, world.disk, sizeof image);
        for (int i = 0; i < world.op_count; i++)
            if (set >> i & 1)
                apply(world.ops[i], image);
        check_image(image);
    }
}

/* ---- In each state, and at the end ---- */

_Static_assert(offsetof(struct world, actors) % 8 == 0, "explorer_is_new() hashes words");

void check_state(void)
{
    const struct inode *inode = world_at(FILE_NAME);

    report_if(is_saved(inode) && !is_complete(inode), "readers find an incomplete file of %s",
              owner_text(inode));
    if (explorer_is_new(2, &world, offsetof(struct world, actors)))
        check_power_cuts();
}

void check_end(void)
{
    const struct actor *first = &world.actors[0];

    for (int name = FIXED_NAME; name < NAMES && is_quiet(); name++) {
        const struct inode *inode = world_at(name);

        report_if(inode && inode->owner < ACTORS && !world.actors[inode->owner].is_dead,
                  "a temporary file of %s is left at the end", owner_text(inode));
        report_if(inode && inode->owner == EARLIER_SAVER && name >= FIRST_TEMP &&
                      first->kind == SAVER && !first->is_dead && SECONDS - inode->ctime > HOUR,
                  "a save leaves an old temporary file");
    }
}
