/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"

enum { MAX_FDS = 8 };

static struct {
    int directory;
    int fds[MAX_FDS]; /* by the numbers that the model gives; -1 if free */
    size_t steps;
} kernel;

static void make_object(int name, const struct inode *inode)
{
    const char *path = name_text(name);
    int fd;

    if (S_ISLNK(inode->mode))
        assert_int_equal(symlinkat("nowhere", kernel.directory, path), 0);
    else if (S_ISDIR(inode->mode))
        assert_int_equal(mkdirat(kernel.directory, path, MODE), 0);
    else
        assert_int_equal(mknodat(kernel.directory, path, inode->mode, 0), 0);
    if (!S_ISREG(inode->mode))
        return;
    fd = openat(kernel.directory, path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, &inode->text, inode->size), inode->size);
    (void)close(fd);
    if (inode->uid != OUR_USER)
        assert_int_equal(fchownat(kernel.directory, path, OTHER_USER, (gid_t)-1, 0), 0);
}

/* Gives a descriptor the number that the model gives it. */
static int number_fd(int fd, int min)
{
    int number = scenario->is_stdio_closed || min > 3 ? min : 3;

    while (kernel.fds[number] >= 0)
        number++;
    if (fd >= 0)
        kernel.fds[number] = fd;
    return fd >= 0 ? number : -1;
}

static int close_fd(int number)
{
    const int fd = kernel.fds[number];

    kernel.fds[number] = -1;
    return close(fd);
}

static int fill_info(int result, const struct stat *info, struct answer *answer)
{
    if (result == 0)
        answer->info = (struct file_info){
            .links = (uint8_t)info->st_nlink,
            .size = (uint8_t)info->st_size,
            .mode = (uint16_t)info->st_mode,
            .uid = info->st_uid == geteuid() ? OUR_USER : OTHER_USER,
        };
    return result;
}

static int list_names(int fd, struct answer *answer)
{
    alignas(struct dirent64) char entries[4096];
    ssize_t size;

    while ((size = getdents64(fd, entries, sizeof entries)) > 0) {
        const struct dirent64 *entry;

        for (ssize_t at = 0; at < size; at += entry->d_reclen) {
            entry = (const struct dirent64 *)(const void *)(entries + at);
            for (int name = 0; name < NAMES; name++)
                if (strcmp(entry->d_name, name_text(name)) == 0)
                    answer->data[0] |= (uint64_t)1 << name;
        }
    }
    return size < 0 ? -1 : answer->data[0] != 0;
}

/* Makes the call in the directory: paths and the caller's descriptor lead there. */
static long make_call(const struct request *request, struct answer *answer)
{
    const bool is_own_fd = request->fd >= 0 && request->fd < MAX_FDS;
    const int fd = is_own_fd ? kernel.fds[request->fd] : kernel.directory;
    const char *name = request->name != NO_NAME ? name_text(request->name) : ".";
    struct stat info;

    switch (request->kind) {
    case CALL_OPEN_DIRECTORY:
    case CALL_CREATE:
    case CALL_OPEN_FILE:
        return number_fd(openat(fd, name, (int)request->flags, request->mode), 0);
    case CALL_DUP_ABOVE:
        return number_fd(fcntl(fd, F_DUPFD_CLOEXEC, 3), (int)request->mode);
    case CALL_CLOSE:
        return close_fd(request->fd);
    case CALL_STAT:
        return fill_info(fstatat(fd, name, &info, 0), &info, answer);
    case CALL_LSTAT:
        return fill_info(fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW), &info, answer);
    case CALL_FSTAT:
        return fill_info(fstat(fd, &info), &info, answer);
    case CALL_FCHMOD:
        return fchmod(fd, request->mode);
    case CALL_READ:
        return read(fd, answer->data, request->size);
    case CALL_WRITE: /* like the model, at most half a file at once */
        return write(fd, &request->data, request->size < TEXT / 2 ? request->size : TEXT / 2);
    case CALL_FSYNC:
        return fsync(fd);
    case CALL_FREMOVEXATTR:
        return fremovexattr(fd, "user.nucleus-checkpoint");
    case CALL_RENAME:
        return renameat(fd, name, fd, "metadata.json");
    case CALL_UNLINK:
        return unlinkat(fd, name, 0);
    case CALL_GETDENTS:
        return list_names(fd, answer);
    default:
        fail_msg("the kernel has no call for '%s'", call_text(request->kind));
        return -1;
    }
}

static bool is_same(const struct request *request, const struct answer *a, const struct answer *b)
{
    const bool is_stat =
        request->kind == CALL_STAT || request->kind == CALL_LSTAT || request->kind == CALL_FSTAT;

    if (!is_stat || a->result < 0)
        return memcmp(a, b, sizeof *a) == 0;
    /* Inode numbers and times differ; of other objects than files, only the type is modelled. */
    if (!S_ISREG(a->info.mode))
        return b->result == 0 && (a->info.mode & S_IFMT) == (b->info.mode & S_IFMT);
    return b->result == 0 && a->info.mode == b->info.mode && a->info.size == b->info.size &&
           a->info.links == b->info.links && a->info.uid == b->info.uid;
}

static struct answer compare_step(size_t actor, const struct request *request)
{
    struct answer expected = {0}, answer = {0};

    if (request->kind == CALL_END)
        return expected;
    kernel.steps++;
    expected = model_perform(actor, request, 0);
    if (request->kind == CALL_GETRANDOM)
        return expected;
    answer.result = (int32_t)make_call(request, &answer);
    if (answer.result < 0)
        answer = (struct answer){.result = -1, .os_error = errno};
    /* tmpfs of older kernels has no such attributes. */
    if (request->kind == CALL_FREMOVEXATTR && answer.os_error == EOPNOTSUPP)
        answer.os_error = ENODATA;
    if (!is_same(request, &expected, &answer)) {
        print_message("the model and the kernel answer:\n");
        describe_step(actor, request, &expected);
        describe_step(actor, request, &answer);
        fail();
    }
    return expected;
}

static void compare_object(int name, const struct inode *inode)
{
    struct stat info;
    uint64_t text = 0;
    int fd;

    if (fstatat(kernel.directory, name_text(name), &info, AT_SYMLINK_NOFOLLOW) < 0) {
        assert_null(inode);
        return;
    }
    assert_non_null(inode);
    assert_int_equal(info.st_mode & S_IFMT, inode->mode & S_IFMT);
    if (S_ISREG(inode->mode)) {
        fd = openat(kernel.directory, name_text(name), O_RDONLY | O_CLOEXEC);
        assert_int_equal(read(fd, &text, sizeof text), inode->size);
        (void)close(fd);
        assert_true(text == inode->text);
        assert_int_equal(info.st_mode, inode->mode);
    }
}

void compare_with_kernel(void)
{
    char directory[] = "/tmp/nucleus-test-XXXXXX";
    mode_t mask;

    if ((scenario->temps & FOREIGN_TEMP) != 0 && geteuid() != 0) {
        print_message("only root can compare this with the kernel\n");
        skip();
    }
    memset(&kernel, 0, sizeof kernel);
    memset(kernel.fds, -1, sizeof kernel.fds);
    assert_non_null(mkdtemp(directory));
    kernel.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int name = 0; name < NAMES; name++)
        if (world_at(name))
            make_object(name, world_at(name));
    mask = umask(scenario->umask);
    explorer_run_alone(0, compare_step);
    (void)umask(mask);
    assert_true(kernel.steps >= 3);
    for (int name = 0; name < NAMES; name++) {
        compare_object(name, world_at(name));
        (void)unlinkat(kernel.directory, name_text(name),
                       S_ISDIR(scenario->fixed) && name == FIXED_NAME ? AT_REMOVEDIR : 0);
    }
    (void)close(kernel.directory);
    assert_int_equal(rmdir(directory), 0);
}
