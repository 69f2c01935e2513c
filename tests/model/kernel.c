/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "explorer.h"
#include "model_calls.h"
#include "model_world.h"
#include "support.h"

static int directory;                   /* the one that paths and CALLER_FD refer to */
static int descriptors[FIRST_FD + FDS]; /* those of the kernel, by their number in the model */
static size_t steps;

/* The object of another user belongs to this one, also in the model, if only root could make it. */
static void make_object(const char *path, struct inode *inode)
{
    int fd;

    if (S_ISLNK(inode->mode))
        assert_int_equal(symlinkat("nowhere", directory, path), 0);
    else if (S_ISDIR(inode->mode))
        assert_int_equal(mkdirat(directory, path, MODE), 0);
    else
        assert_int_equal(mknodat(directory, path, inode->mode, 0), 0);
    if (!S_ISREG(inode->mode))
        return;
    fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, &inode->text, inode->size), inode->size);
    if (inode->owner == NEIGHBOUR && fchown(fd, OTHER_USER, (gid_t)-1) < 0) {
        print_message("not compared with the kernel: the file of another user, which needs root\n");
        inode->owner = EARLIER_SAVER;
    }
    (void)close(fd);
}

/* Stores a descriptor that the kernel opened under the number that the model gave it. Returns this
 * number, or fd if the call failed in the kernel or in the model. */
static int renumber(int fd, const struct answer *expected)
{
    if (fd < 0 || expected->result < 0)
        return fd;
    descriptors[expected->result] = fd;
    return expected->result;
}

/* Fills in the result of a stat. The device, the inode number and the time are those of the model,
 * and so are the links and size of anything but a file, and the permissions of a symbolic link. */
static int fill_info(int result, const struct stat *info, const struct answer *expected,
                     struct answer *answer)
{
    answer->info = expected->info;
    answer->info.uid = info->st_uid == geteuid() ? OUR_USER : OTHER_USER;
    answer->info.mode = S_ISLNK(info->st_mode) ? S_IFLNK | MODE : info->st_mode;
    if (S_ISREG(info->st_mode)) {
        answer->info.links = (uint8_t)info->st_nlink;
        answer->info.size = (uint8_t)info->st_size;
    }
    return result;
}

/* Reads the rest of a listing. The order of the names is the model's. */
static int list_names(int fd, struct answer *answer)
{
    DIR *dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 0));

    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir));)
        for (int name = FILE_NAME; name < NAMES; name++)
            if (strcmp(entry->d_name, name_text(name)) == 0)
                answer->data[0] |= (uint64_t)1 << name;
    (void)closedir(dir);
    return answer->data[0] != 0;
}

/* A file system without modes is simulated. */
static long make_call(const struct request *request, const struct answer *expected,
                      struct answer *answer)
{
    const bool is_outside = request->fd < 0 || request->fd == CALLER_FD;
    const int fd = is_outside ? directory : descriptors[request->fd];
    const char *name = request->name != NO_NAME ? name_text(request->name) : ".";
    const mode_t mode = scenario->forced_mode != 0 ? scenario->forced_mode : request->mode;
    struct stat info = {0};

    switch (request->kind) {
    case CALL_OPEN_DIRECTORY:
    case CALL_CREATE:
    case CALL_OPEN_FILE:
        return renumber(openat(fd, name, (int)request->flags, mode), expected);
    case CALL_DUP_ABOVE:
        return renumber(fcntl(fd, F_DUPFD_CLOEXEC, (int)request->mode), expected);
    case CALL_CLOSE:
        return close(fd);
    case CALL_STAT:
        return fill_info(fstatat(fd, name, &info, (int)request->flags), &info, expected, answer);
    case CALL_FSTAT:
        return fill_info(fstat(fd, &info), &info, expected, answer);
    case CALL_FCHMOD:
        errno = EPERM;
        return scenario->forced_mode != 0 ? -1 : fchmod(fd, mode);
    case CALL_READ:
        return read(fd, answer->data, request->size);
    case CALL_WRITE:
        return write(fd, &request->data, request->size);
    case CALL_FSYNC:
        return fsync(fd);
    case CALL_RENAME:
        return renameat(fd, name, fd, "metadata.json");
    case CALL_UNLINK:
        return unlinkat(fd, name, 0);
    case CALL_GETDENTS:
        return list_names(fd, answer);
    case CALL_FREMOVEXATTR:
        return fremovexattr(fd, "user.nucleus-checkpoint");
    default: /* random numbers are the model's */
        *answer = *expected;
        return answer->result;
    }
}

/* Makes a step in the model and in the kernel. Fails the test if the answers differ. */
static struct answer compare_step(size_t actor, const struct request *request, unsigned way)
{
    struct answer expected = {0}, answer = {0};

    if (request->kind == CALL_END)
        return expected;
    steps++;
    expected = model_perform(actor, request, way);
    answer.result = (int32_t)make_call(request, &expected, &answer);
    if (answer.result < 0)
        answer = (struct answer){.result = -1, .os_error = errno};
    /* tmpfs of older kernels has no such attributes. */
    if (request->kind == CALL_FREMOVEXATTR && answer.os_error == EOPNOTSUPP)
        answer.os_error = ENODATA;
    if (memcmp(&answer, &expected, sizeof answer) != 0) {
        print_message("the answers of the model and the kernel differ:\n");
        describe_step(actor, request, &expected);
        describe_step(actor, request, &answer);
        fail();
    }
    return expected;
}

/* Like compare_step(), for a step that is not in the code of actor 0 but uses its descriptors. */
static struct answer compare(struct request request)
{
    return compare_step(0, &request, 0);
}

/* Compares the object that the actor left at the name with the one in the model, and removes it. */
static void compare_object(int8_t name)
{
    const struct inode *inode = world_at(name);

    (void)compare((struct request){
        .kind = CALL_STAT, .name = name, .fd = CALLER_FD, .flags = AT_SYMLINK_NOFOLLOW});
    if (!inode)
        return;
    if (S_ISREG(inode->mode)) {
        const int fd =
            compare((struct request){.kind = CALL_OPEN_FILE, .name = name, .fd = CALLER_FD}).result;

        (void)compare((struct request){.kind = CALL_READ, .size = 2 * TEXT, .fd = fd});
        (void)compare((struct request){.kind = CALL_CLOSE, .fd = fd});
    }
    assert_int_equal(unlinkat(directory, name_text(name), S_ISDIR(inode->mode) ? AT_REMOVEDIR : 0),
                     0);
}

void compare_with_kernel(void)
{
    const char *base = getenv("TMPDIR");
    char path[PATH_MAX];
    mode_t mask;

    (void)snprintf(path, sizeof path, "%s/nucleus-test-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(path));
    directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int name = FILE_NAME; name < NAMES; name++)
        if (world_at(name))
            make_object(name_text(name), world_at(name));
    steps = 0;
    mask = umask(scenario->umask);
    explorer_run_alone(0, compare_step);
    (void)umask(mask);
    assert_true(steps >= 3);
    for (int8_t name = FILE_NAME; name < NAMES; name++)
        compare_object(name);
    (void)close(directory);
    assert_int_equal(rmdir(path), 0);
}
