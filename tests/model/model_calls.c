/* SPDX-License-Identifier: MIT */
#include "model_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model_system.h"
#include "model_world.h"

/* How a call fails, beside an errno: it is done all the same, or does less than it was asked to. */
enum { DONE = 0x1000, SHORT = 0x2000, NOTHING = 0x3000 };

static const int faults[CALL_KINDS][6] = {
    [CALL_OPEN_DIRECTORY] = {EINTR, EIO},
    [CALL_CREATE] = {EINTR, ENOSPC, EEXIST, DONE | EINTR, DONE | EPERM},
    [CALL_OPEN_FILE] = {EINTR, EIO, ENOENT, ESTALE},
    [CALL_DUP_ABOVE] = {EMFILE},
    [CALL_CLOSE] = {EINTR, EIO},
    [CALL_LSTAT] = {EIO, ENOENT, ESTALE},
    [CALL_FSTAT] = {EIO, ESTALE},
    [CALL_FCHMOD] = {EIO, EPERM, NOTHING},
    [CALL_READ] = {EINTR, EIO, ESTALE, SHORT},
    [CALL_WRITE] = {EINTR, ENOSPC, SHORT},
    [CALL_FSYNC] = {EINTR, EIO, EINVAL},
    [CALL_RENAME] = {EINTR, EIO, DONE | EINTR, DONE | EIO, DONE | ENOENT},
    [CALL_UNLINK] = {EIO, EPERM, DONE | EIO, DONE | ENOENT},
    [CALL_GETRANDOM] = {EINTR, ENOSYS, SHORT},
    [CALL_GETDENTS] = {EIO, NOTHING},
    [CALL_FREMOVEXATTR] = {EINTR, EIO, EOPNOTSUPP},
};

unsigned max_faults;

unsigned model_count_ways(size_t actor, const struct request *request)
{
    unsigned count = 0;

    if (world.faults >= max_faults || world.actors[actor].kind == NUCLEUS)
        return 1;
    while (faults[request->kind][count] != 0)
        count++;
    return count + 1;
}

/* ---- Descriptors ---- */

static int lowest_fd(void)
{
    return scenario->is_stdio_closed ? 0 : 3;
}

struct fd *model_fd(size_t actor, int fd)
{
    static struct fd of_caller;
    const int number = fd - lowest_fd();

    of_caller = (struct fd){.is_open = true, .is_directory = true};
    if (fd == CALLER_FD)
        return &of_caller;
    if (number < 0 || number >= FDS || !world.actors[actor].fds[number].is_open)
        return NULL;
    return &world.actors[actor].fds[number];
}

/* Returns the lowest free descriptor from min on. */
static int new_fd(size_t actor, bool is_directory, int slot, int min)
{
    for (int i = 0; i < FDS; i++) {
        struct fd *own = &world.actors[actor].fds[i];

        if (own->is_open || i + lowest_fd() < min)
            continue;
        memset(own, 0, sizeof *own);
        own->is_open = true;
        own->is_directory = is_directory;
        own->slot = (int8_t)slot;
        world.inodes[is_directory ? 0 : slot].opens += !is_directory;
        return i + lowest_fd();
    }
    abort();
}

int model_resolve(size_t actor, const struct request *request)
{
    const struct fd *directory = model_fd(actor, request->fd);
    const bool is_elsewhere =
        request->fd == AT_FDCWD ? world.is_swapped : directory && directory->is_elsewhere;

    return is_elsewhere ? NO_NAME : request->name;
}

/* ---- What a step does ---- */

/* A call that is being made: the answer is the errno, or 0 and a result. */
struct call {
    size_t actor;
    const struct request *request;
    struct actor *own;
    struct fd *fd;       /* NULL if it is about a name */
    struct inode *inode; /* at the name, or of the descriptor; NULL if there is none */
    int name;
    int fault;
    struct answer answer;
};

static void fill_stat(struct call *call)
{
    static const mode_t types[] = {[DT_REG] = S_IFREG,
                                   [DT_DIR] = S_IFDIR,
                                   [DT_LNK] = S_IFLNK,
                                   [DT_FIFO] = S_IFIFO,
                                   [DT_CHR] = S_IFCHR};
    struct stat info = {0};

    info.st_dev = call->inode->owner == NEIGHBOUR ? 2 : 1; /* a bind mount */
    info.st_ino = call->inode->number;
    info.st_mode = types[call->inode->type] | call->inode->mode;
    info.st_uid = call->inode->uid;
    info.st_size = call->inode->size;
    info.st_nlink = call->inode->links;
    info.st_ctime = call->inode->ctime;
    model_pack_stat(&call->answer, &info);
}

static int open_directory(struct call *call)
{
    if (world.is_removed && call->request->fd == AT_FDCWD)
        return ENOENT;
    call->answer.result = new_fd(call->actor, true, 0, 0);
    model_fd(call->actor, call->answer.result)->is_elsewhere =
        model_resolve(call->actor, &(struct request){.fd = call->request->fd, .name = FILE_NAME}) ==
        NO_NAME;
    return 0;
}

static int create(struct call *call)
{
    const bool is_exclusive = (call->request->flags & O_EXCL) != 0 && plant != PLANT_EXCL;
    int slot;

    call->own->temp = (uint8_t)call->name;
    if (call->inode && is_exclusive)
        return EEXIST;
    if (world.is_removed || call->name < 0)
        return ENOENT;
    slot = world.dir[call->name];
    if (!call->inode) {
        slot = world_new_inode(DT_REG, (int)call->actor, (int)call->request->mode);
        world_link(call->name, slot);
    }
    /* Nobody hears of the descriptor when the answer is an error. */
    if (call->fault == 0)
        call->answer.result = new_fd(call->actor, false, slot, 0);
    return 0;
}

static int open_file(struct call *call)
{
    if (!call->inode)
        return ENOENT;
    if (call->inode->type == DT_LNK && (call->request->flags & O_NOFOLLOW) != 0)
        return ELOOP;
    call->answer.result = new_fd(call->actor, false, world.dir[call->name], 0);
    return 0;
}

static int dup_above(struct call *call)
{
    call->answer.result = new_fd(call->actor, call->fd->is_directory, call->fd->slot, 3);
    return 0;
}

static int close_fd(struct call *call)
{
    if (!call->fd->is_directory)
        call->inode->opens--;
    memset(call->fd, 0, sizeof *call->fd);
    return 0;
}

static int stat_name(struct call *call)
{
    /* A load must find at least what was there when it began. */
    if (call->own->kind == LOADER && call->own->floor == 0 && world_at(FILE_NAME))
        call->own->floor = world_at(FILE_NAME)->publication;
    /* No link leads anywhere. */
    if (!call->inode || (call->request->kind == CALL_STAT && call->inode->type == DT_LNK))
        return ENOENT;
    fill_stat(call);
    return 0;
}

static int stat_fd(struct call *call)
{
    fill_stat(call);
    return 0;
}

static int change_mode(struct call *call)
{
    if (scenario->forced_mode)
        return EPERM;
    if (call->fault == NOTHING)
        return 0;
    call->inode->mode = (uint16_t)call->request->mode;
    call->inode->is_synced = false;
    call->inode->ctime = world.now;
    return 0;
}

static int read_file(struct call *call)
{
    const size_t left = (size_t)(call->inode->size - call->fd->at);
    size_t count = left < call->request->size ? left : call->request->size;

    if (call->fault == SHORT && count > 1)
        count /= 2;
    memcpy(call->answer.data, (const char *)&call->inode->text + call->fd->at, count);
    call->fd->at = (uint8_t)(call->fd->at + count);
    call->answer.result = (int32_t)count;
    return 0;
}

/* Half a file at once, at most. */
static int write_file(struct call *call)
{
    size_t count = call->request->size < TEXT / 2 ? call->request->size : TEXT / 2;

    count = call->fault == SHORT ? 1 : count;
    memcpy((char *)&call->inode->text + call->fd->at, &call->request->data, count);
    call->fd->at = (uint8_t)(call->fd->at + count);
    if (call->inode->size < call->fd->at)
        call->inode->size = call->fd->at;
    call->inode->is_synced = false;
    call->answer.result = (int32_t)count;
    return 0;
}

static int flush(struct call *call)
{
    const bool is_told = call->fd->is_directory ? !world.is_failure_met
                                                : !world.is_fault_over || !call->inode->is_synced;

    if (world.is_disk_failed && is_told) {
        world.is_failure_met = true;
        call->fd->is_flush_lost = true;
        return EIO;
    }
    if (world.is_disk_failed)
        return 0;
    if (call->fd->is_directory != scenario->is_fuse && plant != PLANT_DIRECTORY_FSYNC)
        world_flush_directory();
    if (!call->fd->is_directory && plant != PLANT_FILE_FSYNC)
        call->inode->is_synced = true;
    return 0;
}

static int rename_name(struct call *call)
{
    int os_error;

    if (world.is_removed || call->name < 0)
        return ENOENT;
    if (plant == PLANT_LATE_RENAME && world_at(FILE_NAME)) {
        world_unlink(FILE_NAME);
        return EINTR;
    }
    os_error = world_rename(call->name, call->request->new_name);
    if (os_error == 0 && call->request->new_name == FILE_NAME) {
        call->own->is_published = true;
        call->own->publication = world.publications;
    }
    return os_error;
}

static int unlink_name(struct call *call)
{
    if (!call->inode)
        return ENOENT;
    if (call->inode->type == DT_DIR)
        return EISDIR;
    world_unlink(call->name);
    return 0;
}

/* Each actor has its own numbers, the first of actor 0 is 0. */
static int get_random(struct call *call)
{
    const unsigned nth = plant == PLANT_RANDOM ? 0 : call->own->randoms % TRIES;

    call->answer.data[0] = plant == PLANT_RANDOM ? 0 : call->actor * TRIES + nth;
    call->own->randoms = (uint8_t)((call->own->randoms + 1) % TRIES);
    call->answer.result = call->fault == SHORT ? 4 : call->request->size;
    return 0;
}

/* The names, as a set; the second time, and after it, there are none. */
static int list_names(struct call *call)
{
    if (world.is_removed)
        return ENOENT;
    if (call->fd->is_listed || call->fault == NOTHING || plant == PLANT_EMPTY_LIST)
        return 0;
    call->fd->is_listed = true;
    for (int i = 0; i < NAMES; i++)
        if (world.dir[i] >= 0)
            call->answer.data[0] |= (uint64_t)1 << i;
    call->answer.result = call->answer.data[0] != 0;
    return 0;
}

/* The attribute does not exist. */
static int remove_attribute(struct call *call)
{
    (void)call;
    return world.is_disk_failed ? EIO : ENODATA;
}

static int (*const functions[CALL_KINDS])(struct call *call) = {
    [CALL_OPEN_DIRECTORY] = open_directory,
    [CALL_CREATE] = create,
    [CALL_OPEN_FILE] = open_file,
    [CALL_DUP_ABOVE] = dup_above,
    [CALL_CLOSE] = close_fd,
    [CALL_STAT] = stat_name,
    [CALL_LSTAT] = stat_name,
    [CALL_FSTAT] = stat_fd,
    [CALL_FCHMOD] = change_mode,
    [CALL_READ] = read_file,
    [CALL_WRITE] = write_file,
    [CALL_FSYNC] = flush,
    [CALL_RENAME] = rename_name,
    [CALL_UNLINK] = unlink_name,
    [CALL_GETRANDOM] = get_random,
    [CALL_GETDENTS] = list_names,
    [CALL_FREMOVEXATTR] = remove_attribute,
};

/* Other effects of a failing call. */
static void fail(struct call *call)
{
    const int os_error = call->fault & 0xfff;

    if (call->request->kind == CALL_CREATE)
        call->own->temp = (uint8_t)call->name;
    if (call->request->kind == CALL_CLOSE) /* the descriptor is gone in any case */
        (void)close_fd(call);
    /* Documented: without attributes, no call reports a fault that is over. */
    if (call->request->kind == CALL_FREMOVEXATTR && os_error == EOPNOTSUPP)
        world.is_floorless |= world.is_fault_over;
    if (call->request->kind != CALL_FSYNC || os_error == EINTR)
        return;
    call->fd->is_flush_lost = true;
    if (!call->fd->is_directory)
        call->inode->is_lost |= !call->inode->is_synced;
    else if (os_error == EINVAL) /* the file system has no such flush, and needs none */
        world_flush_directory();
}

/* Returns the errno that the call ends with, or 0. */
static int make(struct call *call)
{
    const bool has_fd = call->fd || call->request->name != NO_NAME ||
                        call->request->kind == CALL_GETRANDOM ||
                        call->request->kind == CALL_OPEN_DIRECTORY;
    const int injected = call->fault & 0xfff;
    int os_error = 0;

    if (!has_fd)
        return EBADF;
    if (injected == 0 || (call->fault & DONE) != 0)
        os_error = functions[call->request->kind](call);
    else
        fail(call);
    return os_error != 0 ? os_error : injected;
}

struct answer model_perform(size_t actor, const struct request *request, unsigned way)
{
    struct call call = {
        .actor = actor,
        .request = request,
        .own = &world.actors[actor],
        .fd = request->name == NO_NAME ? model_fd(actor, request->fd) : NULL,
        .name = model_resolve(actor, request),
        .fault = way > 0 ? faults[request->kind][way - 1] : 0,
    };
    int os_error;

    if (call.fd && !call.fd->is_directory)
        call.inode = &world.inodes[call.fd->slot];
    if (!call.fd)
        call.inode = world_at(call.name);
    world.faults = (uint8_t)(world.faults + (way > 0));
    os_error = make(&call);
    if (os_error != 0)
        call.answer = (struct answer){.result = -1, .os_error = os_error};
    return call.answer;
}
