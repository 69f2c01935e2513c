/* SPDX-License-Identifier: MIT */
/* A directory with a default ACL that opens new files to others, or denies them to their owner. */
#include "test.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* system.posix_acl_default (linux/posix_acl_xattr.h), little endian: version 2, then tag,
 * permissions and ID of user::, user:65537:, group::, mask:: and other::. */
static const unsigned char acl_template[] =
    "\2\0\0\0"
    "\x01\0\7\0\xff\xff\xff\xff\x02\0\7\0\1\0\1\0\x04\0\7\0\xff\xff\xff\xff"
    "\x10\0\7\0\xff\xff\xff\xff\x20\0\7\0\xff\xff\xff\xff";
enum { OWNER_PERMISSIONS = 6 };

static const struct {
    const char *name;
    unsigned char owner;
} acls[] = {{"all for everyone", 7}, {"nothing for the owner", 0}};

TEST_EACH_IN(empty_directory, acls, the_mode_is_0600_regardless_of_the_default_acl)
{
    unsigned char acl[sizeof acl_template - 1];
    struct nucleus_error err;
    struct stat info;

    memcpy(acl, acl_template, sizeof acl);
    acl[OWNER_PERMISSIONS] = row->owner;
    if (setxattr(".", "system.posix_acl_default", acl, sizeof acl, 0) != 0)
        skip_test("this file system has no default ACLs");
    assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
    assert_int_equal(stat("metadata.json", &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}
