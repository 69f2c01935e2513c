/* SPDX-License-Identifier: MIT */
/* A rename that says ENOENT is believed only if the very file that was written stands there: the
 * same inode of the same device. */
#include "support.h"

#include <errno.h>
#include <string.h>

#include "system.h"

static struct stat temp;   /* of the temporary file */
static dev_t other_device; /* added to the device that the target seems to be on */
static ino_t other_inode;  /* and to its inode */

int __real_nucleus_system_fstat(int fd, struct stat *ret);
int __wrap_nucleus_system_fstat(int fd, struct stat *ret);
int __real_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_renameat(int dirfd, const char *from, const char *to);

int __wrap_nucleus_system_fstat(int fd, struct stat *ret)
{
    int result = __real_nucleus_system_fstat(fd, ret);

    temp = *ret;
    return result;
}

int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    if (strcmp(path, "metadata.json") != 0)
        return __real_nucleus_system_fstatat(dirfd, path, ret);
    *ret = temp;
    ret->st_dev += other_device;
    ret->st_ino += other_inode;
    return 0;
}

int __wrap_nucleus_system_renameat(int dirfd, const char *from, const char *to)
{
    (void)dirfd;
    (void)from;
    (void)to;
    errno = ENOENT;
    return -1;
}

static void only_the_same_inode_of_the_same_device_is_ours(void **state)
{
    static const struct {
        dev_t device;
        ino_t inode;
        enum nucleus_status status;
    } rows[] = {{0, 0, NUCLEUS_OK}, {1, 0, NUCLEUS_ERROR_IO}, {0, 1, NUCLEUS_ERROR_IO}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nucleus_error err;

        other_device = rows[i].device;
        other_inode = rows[i].inode;
        assert_status(save_sample("a", *state, &err), rows[i].status, &err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_same_inode_of_the_same_device_is_ours,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
