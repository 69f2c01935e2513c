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
    return scenario->is_stdio_closed ? 0 : FIRST_FD;
}

/* Returns the file or directory that the actor has open as fd, or NULL. */
static struct fd *find_fd(size_t actor, int fd)
{
    static struct fd of_caller;
    const int number = fd - lowest_fd();

    of_caller = (struct fd){.slot = OUR_DIRECTORY};
    if (fd == CALLER_FD)
        return &of_caller;
    if (number < 0 || number >= FDS || world.actors[actor].fds[number].slot == 0)
        return NULL;
    return &world.actors[actor].fds[number];
}

/* Opens the lowest free descriptor that is at least min. slot is that of a file or a directory. */
static int open_fd(struct call *call, int slot, int min)
{
    struct fd *fds = call->own->fds;

    for (int i = 0; i < FDS; i++) {
        if (fds[i].slot == 0 && i + lowest_fd() >= min) {
            fds[i].slot = (int8_t)slot;
            return i + lowest_fd();
        }
    }
    abort();
}

/* ---- Effects: each returns the result of the call, or a negative errno ---- */

/* Faults other than an errno: the call is performed but reports the errno that DONE is combined
 * with, is performed in part, or reports success without being performed. With UNSEEN, the lookups
 * of the saver are also answered as if it had not been performed. */
enum { DONE = 0x1000, SHORT = 0x2000, NOTHING = 0x3000, UNSEEN = 0x4000 | DONE };

static int open_directory(struct call *call)
{
    if (world.is_removed && call->request->fd == AT_FDCWD)
        return -ENOENT;
    return open_fd(call, call->directory, 0);
}

static int create(struct call *call)
{
    const bool is_exclusive =
        (call->request->flags & O_EXCL) != 0 && scenario->planted != PLANTED_EXCL;
    const mode_t forced = scenario->forced_mode;
    const mode_t mode = forced != 0 ? forced : call->request->mode & ~scenario->umask;

    if (call->inode && is_exclusive)
        return -EEXIST;
    if (world.is_removed || call->name == NO_NAME)
        return -ENOENT;
    if (!call->inode)
        (void)world_create(call->name, S_IFREG | mode, (int)call->actor);
    /* If the answer is an error, no descriptor is open. */
    return call->fault == 0 ? open_fd(call, world.dir[call->name], 0) : 0;
}

static int open_file(struct call *call)
{
    if (!call->inode)
        return -ENOENT;
    if (S_ISLNK(call->inode->mode) && (call->request->flags & O_NOFOLLOW) != 0)
        return -ELOOP;
    return open_fd(call, world.dir[call->name], 0);
}

static int dup_above(struct call *call)
{
    return open_fd(call, call->fd->slot, (int)call->request->mode);
}

static int close_fd(struct call *call)
{
    memset(call->fd, 0, sizeof *call->fd);
    return 0;
}

static int stat_inode(struct call *call)
{
    const struct inode *inode = call->inode;
    const bool is_followed = (call->request->flags & AT_SYMLINK_NOFOLLOW) == 0;

    /* A load must find at least the file that was there when it began. */
    if (call->own->kind == LOADER && call->own->floor == 0 && world_at(FILE_NAME))
        call->own->floor = world_at(FILE_NAME)->publication;
    if (!inode || (S_ISLNK(inode->mode) && is_followed)) /* all links are dangling */
        return -ENOENT;
    call->answer.info = (struct file_info){.mode = inode->mode,
                                           .uid = inode->owner == NEIGHBOUR ? OTHER_USER : OUR_USER,
                                           .ctime = inode->ctime,
                                           .device = inode->owner == NEIGHBOUR ? 2 : 1,
                                           .number = (uint8_t)inode->number,
                                           .size = inode->size};
    call->answer.info.links = memchr(world.dir, (int)(inode - world.inodes), NAMES) != NULL;
    return 0;
}

static int change_mode(struct call *call)
{
    if (scenario->forced_mode)
        return -EPERM;
    if (call->fault == NOTHING)
        return 0;
    call->inode->mode = (call->inode->mode & S_IFMT) | call->request->mode;
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

static int write_file(struct call *call)
{
    const size_t count = call->fault == SHORT ? 1 : call->request->size;

    memcpy((char *)&call->inode->text + call->fd->offset, &call->request->data, count);
    call->fd->offset = (uint8_t)(call->fd->offset + count);
    if (call->inode->size < call->fd->offset)
        call->inode->size = call->fd->offset;
    call->inode->is_synced = false;
    return (int)count;
}

/* After a flush that fails, unflushed changes may never reach the disk. However, a file system that
 * cannot flush a directory (EINVAL) is assumed to have written its names. */
static int fail_to_flush(struct call *call)
{
    call->fd->is_flush_lost = true;
    if (call->inode)
        call->inode->is_lost |= !call->inode->is_synced;
    else if (call->fault == (DONE | EINVAL))
        world_flush_directory();
    return 0;
}

static int flush(struct call *call)
{
    const bool is_told =
        call->inode ? !world.is_fault_over || !call->inode->is_synced : !world.is_failure_met;

    if (call->fault != 0)
        return fail_to_flush(call);
    if (world.is_disk_failed && is_told) {
        world.is_failure_met = true;
        call->fd->is_flush_lost = true;
        return -EIO;
    }
    if (world.is_disk_failed)
        return 0;
    if (!call->inode != scenario->is_fuse && scenario->planted != PLANTED_DIRECTORY_FSYNC)
        world_flush_directory();
    if (call->inode && scenario->planted != PLANTED_FILE_FSYNC)
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
    if ((call->fault & UNSEEN) == UNSEEN)
        memcpy(world.cached, world.dir, sizeof world.cached);
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

/* The first listing returns all names as a set; the next ones are empty. */
static int list_names(struct call *call)
{
    if (world.is_removed)
        return -ENOENT;
    if (call->fd->offset > 0 || call->fault == NOTHING || scenario->planted == PLANTED_EMPTY_LIST)
        return 0;
    call->fd->offset = 1;
    for (int name = FILE_NAME; name < NAMES; name++)
        if (world_at(name))
            call->answer.data[0] |= (uint64_t)1 << name;
    return call->answer.data[0] != 0;
}

/* The attribute does not exist. As documented, a save can miss a fault that is over if the file
 * system has no attributes, or no space to change them. */
static int remove_attribute(struct call *call)
{
    if (call->fault == 0)
        return world.is_disk_failed ? -EIO : -ENODATA;
    world.is_floorless |= world.is_fault_over;
    return 0;
}

/* ---- Kinds of calls ---- */

static const struct {
    const char *text;
    int (*effect)(struct call *call);
    int faults[8]; /* the last one is 0 */
} kinds[CALL_KINDS] = {
    [CALL_DUP_ABOVE] = {"dup above", dup_above, {EMFILE}},
    [CALL_GETRANDOM] = {"random", get_random, {EINTR, ENOSYS, SHORT}},
    [CALL_OPEN_DIRECTORY] = {"open dir", open_directory, {EINTR, EIO}},
    [CALL_CLOSE] = {"close", close_fd, {DONE | EINTR, DONE | EIO}},
    [CALL_FSTAT] = {"fstat", stat_inode, {EIO, ESTALE}},
    [CALL_FCHMOD] = {"fchmod", change_mode, {EIO, EPERM, NOTHING}},
    [CALL_WRITE] = {"write", write_file, {EINTR, ENOSPC, SHORT}},
    [CALL_CREATE] = {"create", create, {EINTR, ENOSPC, EEXIST, DONE | EINTR, DONE | EPERM}},
    [CALL_OPEN_FILE] = {"open", open_file, {EINTR, EIO, ENOENT, ESTALE}},
    [CALL_STAT] = {"stat", stat_inode, {EIO, ENOENT, ESTALE}},
    [CALL_READ] = {"read", read_file, {EINTR, EIO, ESTALE, SHORT}},
    [CALL_FSYNC] = {"fsync", flush, {EINTR, DONE | EIO, DONE | EINVAL}},
    [CALL_RENAME] = {"rename",
                     rename_name,
                     {EINTR, EIO, DONE | EINTR, DONE | EIO, DONE | ENOENT, UNSEEN | EINTR,
                      UNSEEN | EIO}},
    [CALL_UNLINK] = {"unlink", unlink_name, {EIO, EPERM, DONE | EIO, DONE | ENOENT}},
    [CALL_GETDENTS] = {"list", list_names, {EIO, NOTHING}},
    [CALL_FREMOVEXATTR] = {"rm xattr",
                           remove_attribute,
                           {EINTR, EIO, EROFS, DONE | EOPNOTSUPP, DONE | ENOSPC}},
    [CALL_END] = {.text = "returns"},
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

bool is_private(size_t actor, const struct request *request)
{
    const bool is_mergeable =
        is_merged && scenario->events == 0 && world.actors[actor].kind != NUCLEUS;

    return request->kind <= (is_mergeable ? LAST_MERGED : LAST_PRIVATE);
}

/* Performs the call unless its fault prevents that. Returns its result, or a negative errno. */
static int make(struct call *call)
{
    const enum call_kind kind = call->request->kind;
    const int os_error = call->fault & 0xfff;
    int result = 0;

    if (!call->fd && call->request->fd != AT_FDCWD)
        return -EBADF;
    if (kind == CALL_CREATE)
        call->own->temp = (uint8_t)call->name;
    if (os_error == 0 || (call->fault & DONE) != 0)
        result = kinds[kind].effect(call);
    return result >= 0 && os_error != 0 ? -os_error : result;
}

struct answer model_perform(size_t actor, const struct request *request, unsigned way)
{
    struct call call = {
        .actor = actor,
        .request = request,
        .own = &world.actors[actor],
        .fd = find_fd(actor, request->fd),
        .directory = world.is_swapped ? OTHER_DIRECTORY : OUR_DIRECTORY,
        .fault = way > 0 ? kinds[request->kind].faults[way - 1] : 0,
    };

    if (call.fd)
        call.directory = call.fd->slot;
    call.name = call.directory == OTHER_DIRECTORY ? NO_NAME : request->name;
    if (request->name == NO_NAME && call.fd && call.fd->slot > 0)
        call.inode = &world.inodes[call.fd->slot];
    else if (request->kind == CALL_STAT && world.cached[call.own->temp] != 0)
        call.inode = call.name > 0 && world.cached[call.name] != 0
                         ? &world.inodes[world.cached[call.name]]
                         : NULL;
    else
        call.inode = world_at(call.name);
    if (call.own->kind != NUCLEUS)
        check_call(&call);
    world.faults += way > 0;
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
    else if (kind == CALL_STAT || kind == CALL_FSTAT)
        (void)printf("inode %d, mode %o, %d bytes\n", answer->info.number,
                     (unsigned)answer->info.mode, answer->info.size);
    else if (kind == CALL_GETDENTS)
        (void)printf("%d, names %#llx\n", (int)answer->result, (unsigned long long)answer->data[0]);
    else if (kind == CALL_READ)
        (void)printf("\"%.*s\"\n", (int)answer->result, (const char *)answer->data);
    else
        (void)printf("%d\n", (int)answer->result);
}
