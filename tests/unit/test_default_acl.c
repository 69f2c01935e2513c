/* SPDX-License-Identifier: MIT */
/* A default ACL that denies the owner access to new files and grants it to others. */
#include "test.h"

#include <sys/stat.h>
#include <sys/xattr.h>

/* system.posix_acl_default (linux/posix_acl_xattr.h), little endian: version 2, then tag,
 * permissions and ID of user::, user:65537:, group::, mask:: and other::. */
static const unsigned char acl[] = "\2\0\0\0"
                                   "\x01\0\0\0\xff\xff\xff\xff\x02\0\7\0\1\0\1\0"
                                   "\x04\0\7\0\xff\xff\xff\xff\x10\0\7\0\xff\xff\xff\xff"
                                   "\x20\0\7\0\xff\xff\xff\xff";

TEST_IN(empty_directory, the_mode_is_0600_regardless_of_the_default_acl)
{
    struct nucleus_error err;
    struct stat info;

    if (setxattr(".", "system.posix_acl_default", acl, sizeof acl - 1, 0) != 0)
        skip_test("this file system has no default ACLs");
    assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
    assert_int_equal(stat("metadata.json", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}
