/* SPDX-License-Identifier: MIT */
#include "model_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "explorer.h"
#include "model_world.h"

unsigned max_faults;
bool is_merged;

/* ---- Descriptors ---- */

static int lowest_fd(void)
{
    return scenario->is_stdio_closed ? 0 : 3;
}

/* Returns the file that the actor has open as fd, or NULL. */
static struct fd *find_fd(size_t actor, int fd)
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

/* ---- Effects: each returns the result of the call, or a negative errno ---- */

/* Faults other than an errno: the call is performed nevertheless, in part, or not at all. */
enum { DONE = 0x1000, SHORT = 0x2000, NOTHING = 0x3000 };

/* Opens the lowest free descriptor that is at least min. */
static int open_fd(struct call *call, bool is_directory, int slot, int min)
{
    for (int i = 0; i < FDS; i++) {
        if (call->own->fds[i].is_open || i + lowest_fd() < min)
            continue;
        call->own->fds[i] =
            (struct fd){.is_open = true, .is_directory = is_directory, .slot = (int8_t)slot};
        world.inodes[slot].opens += !is_directory;
        call->own->fds[i].is_elsewhere = is_directory && call->is_elsewhere;
        return i + lowest_fd();
    }
    abort();
}

static int open_directory(struct call *call)
{
    if (world.is_removed && call->request->fd == AT_FDCWD)
        return -ENOENT;
    return open_fd(call, true, 0, 0);
}

static int create(struct call *call)
{
    const bool is_exclusive =
        (call->request->flags & O_EXCL) != 0 && scenario->planted != PLANTED_EXCL;
    const mode_t forced = scenario->forced_mode;
    const mode_t mode = forced != 0 ? forced : call->request->mode & ~scenario->umask;

    call->own->temp = (uint8_t)call->name;
    if (call->inode && is_exclusive)
        return -EEXIST;
    if (world.is_removed || call->name == NO_NAME)
        return -ENOENT;
    if (!call->inode)
        (void)world_create(call->name, S_IFREG | mode, (int)call->actor);
    /* If the answer is an error, no descriptor is open. */
    return call->fault == 0 ? open_fd(call, false, world.dir[call->name], 0) : 0;
}

static int open_file(struct call *call)
{
    if (!call->inode)
        return -ENOENT;
    if (S_ISLNK(call->inode->mode) && (call->request->flags & O_NOFOLLOW) != 0)
        return -ELOOP;
    return open_fd(call, false, world.dir[call->name], 0);
}

static int dup_above(struct call *call)
{
    return open_fd(call, call->fd->is_directory, call->fd->slot, 3);
}

static int close_fd(struct call *call)
{
    if (!call->fd->is_directory)
        call->inode->opens--;
    memset(call->fd, 0, sizeof *call->fd);
    return 0;
}

static int stat_inode(struct call *call)
{
    const struct inode *inode = call->inode;

    call->answer.info =
        (struct file_info){.device = inode->owner == NEIGHBOUR ? 2 : 1, /* a bind mount */
                           .number = inode->number,
                           .links = inode->links,
                           .size = inode->size,
                           .mode = inode->mode,
                           .uid = inode->uid,
                           .ctime = inode->ctime};
    return 0;
}

static int stat_name(struct call *call)
{
    /* A load must find at least the file that was there when it began. */
    if (call->own->kind == LOADER && call->own->floor == 0 && world_at(FILE_NAME))
        call->own->floor = world_at(FILE_NAME)->publication;
    /* All links are dangling. */
    if (!call->inode || (call->request->kind == CALL_STAT && S_ISLNK(call->inode->mode)))
        return -ENOENT;
    return stat_inode(call);
}

static int change_mode(struct call *call)
{
    if (scenario->forced_mode)
        return -EPERM;
    if (call->fault == NOTHING)
        return 0;
    call->inode->mode = (uint16_t)((call->inode->mode & S_IFMT) | call->request->mode);
    call->inode->is_synced = false;
    call->inode->ctime = world.now;
    return 0;
}

static int read_file(struct call *call)
{
    const size_t left = (size_t)(call->inode->size - call->fd->offset);
    size_t count = left < call->request->size ? left : call->request->size;

    if (call->fault == SHORT && count > 1)
        count /= 2;
    memcpy(call->answer.data, (const char *)&call->inode->text + call->fd->offset, count);
    call->fd->offset = (uint8_t)(call->fd->offset + count);
    return (int)count;
}

/* Writes at most half a file at once. */
static int write_file(struct call *call)
{
    size_t count = call->request->size < TEXT / 2 ? call->request->size : TEXT / 2;

    count = call->fault == SHORT ? 1 : count;
    memcpy((char *)&call->inode->text + call->fd->offset, &call->request->data, count);
    call->fd->offset = (uint8_t)(call->fd->offset + count);
    if (call->inode->size < call->fd->offset)
        call->inode->size = call->fd->offset;
    call->inode->is_synced = false;
    return (int)count;
}

static int flush(struct call *call)
{
    const bool is_directory = call->fd->is_directory;
    const bool is_told =
        is_directory ? !world.is_failure_met : !world.is_fault_over || !call->inode->is_synced;

    if (world.is_disk_failed && is_told) {
        world.is_failure_met = true;
        call->fd->is_flush_lost = true;
        return -EIO;
    }
    if (world.is_disk_failed)
        return 0;
    if (is_directory != scenario->is_fuse && scenario->planted != PLANTED_DIRECTORY_FSYNC)
        world_flush_directory();
    if (!is_directory && scenario->planted != PLANTED_FILE_FSYNC)
        call->inode->is_synced = true;
    return 0;
}

static int rename_name(struct call *call)
{
    int os_error;

    if (world.is_removed || call->name == NO_NAME)
        return -ENOENT;
    if (scenario->planted == PLANTED_LATE_RENAME && world_at(FILE_NAME)) {
        world_unlink(FILE_NAME);
        return -EINTR;
    }
    os_error = world_rename(call->name, call->request->new_name);
    if (os_error == 0 && call->request->new_name == FILE_NAME)
        call->own->publication = world.publications;
    return -os_error;
}

static int unlink_name(struct call *call)
{
    if (!call->inode)
        return -ENOENT;
    if (S_ISDIR(call->inode->mode))
        return -EISDIR;
    world_unlink(call->name);
    return 0;
}

/* Each actor has separate numbers; the first of actor 0 is 0. */
static int get_random(struct call *call)
{
    if (scenario->planted != PLANTED_RANDOM)
        call->answer.data[0] = call->actor * TRIES + call->own->randoms;
    call->own->randoms = (uint8_t)((call->own->randoms + 1) % TRIES);
    return call->fault == SHORT ? 4 : call->request->size;
}

/* The first listing returns all names as a set, the next ones are empty. */
static int list_names(struct call *call)
{
    if (world.is_removed)
        return -ENOENT;
    if (call->fd->is_listed || call->fault == NOTHING || scenario->planted == PLANTED_EMPTY_LIST)
        return 0;
    call->fd->is_listed = true;
    for (int name = FILE_NAME; name < NAMES; name++)
        if (world_at(name))
            call->answer.data[0] |= (uint64_t)1 << name;
    return call->answer.data[0] != 0;
}

/* The attribute does not exist. */
static int remove_attribute(struct call *call)
{
    (void)call;
    return world.is_disk_failed ? -EIO : -ENODATA;
}

/* ---- Kinds of calls ---- */

static const struct {
    const char *text;
    int (*effect)(struct call *call);
    int faults[6];
} kinds[CALL_KINDS] = {
    [CALL_END] = {.text = "returns"},
    [CALL_OPEN_DIRECTORY] = {"open dir", open_directory, {EINTR, EIO}},
    [CALL_CREATE] = {"create", create, {EINTR, ENOSPC, EEXIST, DONE | EINTR, DONE | EPERM}},
    [CALL_OPEN_FILE] = {"open", open_file, {EINTR, EIO, ENOENT, ESTALE}},
    [CALL_DUP_ABOVE] = {"dup above", dup_above, {EMFILE}},
    [CALL_CLOSE] = {"close", close_fd, {EINTR, EIO}},
    [CALL_STAT] = {"stat", stat_name, {0}},
    [CALL_LSTAT] = {"lstat", stat_name, {EIO, ENOENT, ESTALE}},
    [CALL_FSTAT] = {"fstat", stat_inode, {EIO, ESTALE}},
    [CALL_FCHMOD] = {"fchmod", change_mode, {EIO, EPERM, NOTHING}},
    [CALL_READ] = {"read", read_file, {EINTR, EIO, ESTALE, SHORT}},
    [CALL_WRITE] = {"write", write_file, {EINTR, ENOSPC, SHORT}},
    [CALL_FSYNC] = {"fsync", flush, {EINTR, EIO, EINVAL}},
    [CALL_RENAME] = {"rename", rename_name, {EINTR, EIO, DONE | EINTR, DONE | EIO, DONE | ENOENT}},
    [CALL_UNLINK] = {"unlink", unlink_name, {EIO, EPERM, DONE | EIO, DONE | ENOENT}},
    [CALL_GETRANDOM] = {"random", get_random, {EINTR, ENOSYS, SHORT}},
    [CALL_GETDENTS] = {"list", list_names, {EIO, NOTHING}},
    [CALL_FREMOVEXATTR] = {"rm xattr", remove_attribute, {EINTR, EIO, EROFS, EOPNOTSUPP, ENOSPC}},
};

const char *call_text(unsigned kind)
{
    return kinds[kind].text;
}

unsigned count_ways(size_t actor, const struct request *request)
{
    unsigned count = 0;

    if (world.faults >= max_faults || world.actors[actor].kind == NUCLEUS)
        return 1;
    while (kinds[request->kind].faults[count] != 0)
        count++;
    return count + 1;
}

/* Without events, a step is private if it only concerns a descriptor, or a file that has one writer
 * and has not been renamed. */
bool is_private(size_t actor, const struct request *request)
{
    switch (request->kind) {
    case CALL_GETRANDOM:
    case CALL_DUP_ABOVE:
        return true;
    case CALL_OPEN_DIRECTORY:
    case CALL_CLOSE:
    case CALL_FSTAT:
    case CALL_FCHMOD:
    case CALL_WRITE:
        return is_merged && scenario->events == 0 && world.actors[actor].kind != NUCLEUS;
    default:
        return false;
    }
}

/* Makes a call that fails without being performed. */
static void inject(struct call *call, int os_error)
{
    const enum call_kind kind = call->request->kind;

    if (kind == CALL_CREATE)
        call->own->temp = (uint8_t)call->name;
    if (kind == CALL_CLOSE) /* the descriptor is closed in any case */
        (void)close_fd(call);
    /* As documented, a save can miss a fault that is over if the file system has no attributes, or
     * no space to change them. */
    if (kind == CALL_FREMOVEXATTR && (os_error == EOPNOTSUPP || os_error == ENOSPC))
        world.is_floorless |= world.is_fault_over;
    if (kind != CALL_FSYNC || os_error == EINTR)
        return;
    call->fd->is_flush_lost = true;
    if (!call->fd->is_directory)
        call->inode->is_lost |= !call->inode->is_synced;
    else if (os_error == EINVAL) /* the file system cannot flush a directory, and need not */
        world_flush_directory();
}

static int make(struct call *call)
{
    const enum call_kind kind = call->request->kind;
    const int os_error = call->fault & 0xfff;
    int result = 0;

    if (!call->fd && call->request->name == NO_NAME && kind != CALL_GETRANDOM &&
        kind != CALL_OPEN_DIRECTORY)
        return -EBADF;
    if (os_error == 0 || (call->fault & DONE) != 0)
        result = kinds[kind].effect(call);
    else
        inject(call, os_error);
    return result >= 0 && os_error != 0 ? -os_error : result;
}

struct answer model_perform(size_t actor, const struct request *request, unsigned way)
{
    struct call call = {
        .actor = actor,
        .request = request,
        .own = &world.actors[actor],
        .fd = find_fd(actor, request->fd),
        .fault = way > 0 ? kinds[request->kind].faults[way - 1] : 0,
    };

    call.is_elsewhere =
        call.fd ? call.fd->is_elsewhere : request->fd == AT_FDCWD && world.is_swapped;
    call.name = call.is_elsewhere ? NO_NAME : request->name;
    if (request->name == NO_NAME && call.fd && !call.fd->is_directory)
        call.inode = &world.inodes[call.fd->slot];
    else
        call.inode = world_at(call.name);
    if (call.own->kind != NUCLEUS)
        check_call(&call);
    world.faults = (uint8_t)(world.faults + (way > 0));
    call.answer.result = make(&call);
    world_forget();
    if (call.answer.result < 0)
        return (struct answer){.result = -1, .os_error = -call.answer.result};
    return call.answer;
}

void describe_step(size_t actor, const struct request *request, const struct answer *answer)
{
    const enum call_kind kind = request->kind;

    (void)printf("  %c%zu %-9s %4d %-36s = ", world.actors[actor].kind, actor, kinds[kind].text,
                 (int)request->fd, name_text(request->name));
    if (kind == CALL_END)
        (void)printf("status %u\n", (unsigned)request->mode);
    else if (answer->result < 0)
        (void)printf("%s\n", strerror(answer->os_error));
    else if (kind == CALL_STAT || kind == CALL_LSTAT || kind == CALL_FSTAT)
        (void)printf("inode %d, mode %o, %d bytes\n", answer->info.number, answer->info.mode,
                     answer->info.size);
    else
        (void)printf("%d\n", (int)answer->result);
}
