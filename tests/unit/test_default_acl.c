/* SPDX-License-Identifier: MIT */
/* A directory whose default ACL gives new files away, or takes the owner's rights. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* system.posix_acl_default as Linux stores it (uapi/linux/posix_acl_xattr.h), little endian:
 * version 2, then tag, permissions and ID of each entry. */
enum { USER_OBJ = 0x01, USER = 0x02, GROUP_OBJ = 0x04, MASK = 0x10, OTHER = 0x20 };

struct entry {
    unsigned char tag, permissions;
};

static size_t encode_acl(unsigned char *out, unsigned char owner)
{
    const struct entry entries[] = {
        {USER_OBJ, owner}, {USER, 7}, {GROUP_OBJ, 7}, {MASK, 7}, {OTHER, 7}};
    size_t used = 4;

    memset(out, 0, 4);
    out[0] = 2;
    for (size_t i = 0; i < COUNT(entries); i++, used += 8) {
        const unsigned char named = entries[i].tag == USER ? 0x01 : 0xff; /* uid 65537, or none */

        memset(out + used, named, 8);
        out[used] = entries[i].tag;
        out[used + 1] = 0;
        out[used + 2] = entries[i].permissions;
        out[used + 3] = 0;
        if (entries[i].tag == USER)
            memcpy(out + used + 4, "\x01\x00\x01\x00", 4);
    }
    return used;
}

static int set_acl(const char *dir, unsigned char owner)
{
    unsigned char acl[64];
    size_t size = encode_acl(acl, owner);

    return setxattr(dir, "system.posix_acl_default", acl, size, 0);
}

static void the_mode_is_0600_whatever_the_default_acl(void **state)
{
    static const unsigned char owners[] = {7, 0};

    (void)state;
    for (size_t i = 0; i < COUNT(owners); i++) {
        struct nucleus_error err;
        struct stat info;

        assert_int_equal(set_acl(".", owners[i]), 0);
        assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
        assert_int_equal(stat("metadata.json", &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
    }
}

static bool has_acls(void)
{
    void *dir;
    bool has;

    (void)make_directory(&dir);
    has = set_acl(dir, 7) == 0;
    if (!has)
        (void)printf("skipped: no default ACL can be set here: %s\n", strerror(errno));
    (void)remove_directory(&dir);
    return has;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(the_mode_is_0600_whatever_the_default_acl),
    };

    return has_acls() ? cmocka_run_group_tests(tests, NULL, NULL) : TEST_SKIPPED;
}
