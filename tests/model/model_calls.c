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

int model_resolve(size_t actor, const struct request *request)
{
    const struct fd *directory = model_fd(actor, request->fd);
    const bool is_elsewhere =
        request->fd == AT_FDCWD ? world.is_swapped : directory && directory->is_elsewhere;

    return is_elsewhere ? NO_NAME : request->name;
}

/* ---- Effects ---- */

/* A call that is being made. Its effect returns an errno, or 0 with the answer filled in. */
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

/* How a call fails, beside an errno: it is performed all the same, or only in part. */
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
        call->answer.result = i + lowest_fd();
        return 0;
    }
    abort();
}

static int open_directory(struct call *call)
{
    const struct request file = {.fd = call->request->fd, .name = FILE_NAME};
    const bool is_elsewhere = model_resolve(call->actor, &file) == NO_NAME;

    if (world.is_removed && call->request->fd == AT_FDCWD)
        return ENOENT;
    (void)open_fd(call, true, 0, 0);
    model_fd(call->actor, call->answer.result)->is_elsewhere = is_elsewhere;
    return 0;
}

static int create(struct call *call)
{
    const bool is_exclusive = (call->request->flags & O_EXCL) != 0 && scenario->plant != PLANT_EXCL;

    call->own->temp = (uint8_t)call->name;
    if (call->inode && is_exclusive)
        return EEXIST;
    if (world.is_removed || call->name == NO_NAME)
        return ENOENT;
    if (!call->inode)
        world_link(call->name,
                   world_new_inode(S_IFREG | (mode_t)call->request->mode, (int)call->actor));
    /* If the answer is an error, no descriptor is open. */
    return call->fault == 0 ? open_fd(call, false, world.dir[call->name], 0) : 0;
}

static int open_file(struct call *call)
{
    if (!call->inode)
        return ENOENT;
    if (S_ISLNK(call->inode->mode) && (call->request->flags & O_NOFOLLOW) != 0)
        return ELOOP;
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

static int stat_fd(struct call *call)
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
        return ENOENT;
    return stat_fd(call);
}

static int change_mode(struct call *call)
{
    if (scenario->forced_mode)
        return EPERM;
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
    call->answer.result = (int32_t)count;
    return 0;
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
    call->answer.result = (int32_t)count;
    return 0;
}

static int flush(struct call *call)
{
    const bool is_directory = call->fd->is_directory;
    const bool is_told =
        is_directory ? !world.is_failure_met : !world.is_fault_over || !call->inode->is_synced;

    if (world.is_disk_failed && is_told) {
        world.is_failure_met = true;
        call->fd->is_flush_lost = true;
        return EIO;
    }
    if (world.is_disk_failed)
        return 0;
    if (is_directory != scenario->is_fuse && scenario->plant != PLANT_DIRECTORY_FSYNC)
        world_flush_directory();
    if (!is_directory && scenario->plant != PLANT_FILE_FSYNC)
        call->inode->is_synced = true;
    return 0;
}

static int rename_name(struct call *call)
{
    int os_error;

    if (world.is_removed || call->name == NO_NAME)
        return ENOENT;
    if (scenario->plant == PLANT_LATE_RENAME && world_at(FILE_NAME)) {
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
    if (S_ISDIR(call->inode->mode))
        return EISDIR;
    world_unlink(call->name);
    return 0;
}

/* Each actor has its own numbers, the first of actor 0 is 0. */
static int get_random(struct call *call)
{
    if (scenario->plant != PLANT_RANDOM)
        call->answer.data[0] = call->actor * TRIES + call->own->randoms;
    call->own->randoms = (uint8_t)((call->own->randoms + 1) % TRIES);
    call->answer.result = call->fault == SHORT ? 4 : call->request->size;
    return 0;
}

/* Returns the names as a set, but none after the first time. */
static int list_names(struct call *call)
{
    if (world.is_removed)
        return ENOENT;
    if (call->fd->is_listed || call->fault == NOTHING || scenario->plant == PLANT_EMPTY_LIST)
        return 0;
    call->fd->is_listed = true;
    for (int i = 0; i < NAMES; i++)
        if (world_at(i))
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

/* ---- Kinds of calls ---- */

/* A step that no other actor can notice, always or if nothing happens beside the steps: it is about
 * a descriptor alone, or a file that has one writer and is not renamed yet. */
enum privacy { NOTICED, PRIVATE_WITHOUT_EVENTS, PRIVATE };

static const struct {
    const char *text;
    enum privacy privacy;
    int (*effect)(struct call *call);
    int faults[6];
} kinds[CALL_KINDS] = {
    [CALL_END] = {.text = "returns"},
    [CALL_OPEN_DIRECTORY] = {"open dir", PRIVATE_WITHOUT_EVENTS, open_directory, {EINTR, EIO}},
    [CALL_CREATE] = {"create",
                     NOTICED,
                     create,
                     {EINTR, ENOSPC, EEXIST, DONE | EINTR, DONE | EPERM}},
    [CALL_OPEN_FILE] = {"open", NOTICED, open_file, {EINTR, EIO, ENOENT, ESTALE}},
    [CALL_DUP_ABOVE] = {"dup above", PRIVATE, dup_above, {EMFILE}},
    [CALL_CLOSE] = {"close", PRIVATE_WITHOUT_EVENTS, close_fd, {EINTR, EIO}},
    [CALL_STAT] = {"stat", NOTICED, stat_name, {0}},
    [CALL_LSTAT] = {"lstat", NOTICED, stat_name, {EIO, ENOENT, ESTALE}},
    [CALL_FSTAT] = {"fstat", PRIVATE_WITHOUT_EVENTS, stat_fd, {EIO, ESTALE}},
    [CALL_FCHMOD] = {"fchmod", PRIVATE_WITHOUT_EVENTS, change_mode, {EIO, EPERM, NOTHING}},
    [CALL_READ] = {"read", NOTICED, read_file, {EINTR, EIO, ESTALE, SHORT}},
    [CALL_WRITE] = {"write", PRIVATE_WITHOUT_EVENTS, write_file, {EINTR, ENOSPC, SHORT}},
    [CALL_FSYNC] = {"fsync", NOTICED, flush, {EINTR, EIO, EINVAL}},
    [CALL_RENAME] = {"rename",
                     NOTICED,
                     rename_name,
                     {EINTR, EIO, DONE | EINTR, DONE | EIO, DONE | ENOENT}},
    [CALL_UNLINK] = {"unlink", NOTICED, unlink_name, {EIO, EPERM, DONE | EIO, DONE | ENOENT}},
    [CALL_GETRANDOM] = {"random", PRIVATE, get_random, {EINTR, ENOSYS, SHORT}},
    [CALL_GETDENTS] = {"list", NOTICED, list_names, {EIO, NOTHING}},
    [CALL_FREMOVEXATTR] = {"rm xattr", NOTICED, remove_attribute, {EINTR, EIO, EOPNOTSUPP}},
};

const char *call_text(unsigned kind)
{
    return kinds[kind].text;
}

bool is_private(size_t actor, const struct request *request)
{
    const enum privacy privacy = kinds[request->kind].privacy;

    return privacy == PRIVATE || (privacy == PRIVATE_WITHOUT_EVENTS && is_merged &&
                                  scenario->events == 0 && world.actors[actor].kind != NUCLEUS);
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

/* Other effects of a failing call. */
static void fail(struct call *call)
{
    const int os_error = call->fault & 0xfff;

    if (call->request->kind == CALL_CREATE)
        call->own->temp = (uint8_t)call->name;
    if (call->request->kind == CALL_CLOSE) /* the descriptor is closed in any case */
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
    const enum call_kind kind = call->request->kind;
    const int injected = call->fault & 0xfff;
    int os_error = 0;

    if (!call->fd && call->request->name == NO_NAME && kind != CALL_GETRANDOM &&
        kind != CALL_OPEN_DIRECTORY)
        return EBADF;
    if (injected == 0 || (call->fault & DONE) != 0)
        os_error = kinds[kind].effect(call);
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
        .fault = way > 0 ? kinds[request->kind].faults[way - 1] : 0,
    };
    int os_error;

    if (!call.fd)
        call.inode = world_at(call.name);
    else if (!call.fd->is_directory)
        call.inode = &world.inodes[call.fd->slot];
    world.faults = (uint8_t)(world.faults + (way > 0));
    os_error = make(&call);
    if (os_error != 0)
        return (struct answer){.result = -1, .os_error = os_error};
    return call.answer;
}

/* ---- Descriptions ---- */

void describe_step(size_t actor, const struct request *request, const struct answer *answer)
{
    const enum call_kind kind = request->kind;
    char object[48] = "", result[64];

    if (request->name > NO_NAME)
        (void)snprintf(object, sizeof object, "%s", name_text(request->name));
    else if (request->fd >= 0)
        (void)snprintf(object, sizeof object, "descriptor %d", (int)request->fd);
    if (kind == CALL_END)
        (void)snprintf(result, sizeof result, "status %u", (unsigned)request->mode);
    else if (answer->result < 0)
        (void)snprintf(result, sizeof result, "%s", strerror(answer->os_error));
    else if (kind == CALL_STAT || kind == CALL_LSTAT || kind == CALL_FSTAT)
        (void)snprintf(result, sizeof result, "inode %d, mode %o, %d bytes", answer->info.number,
                       answer->info.mode, answer->info.size);
    else
        (void)snprintf(result, sizeof result, "%d", (int)answer->result);
    (void)printf("  %c%zu %-9s %-36s = %s\n", world.actors[actor].kind, actor, kinds[kind].text,
                 object, result);
}
