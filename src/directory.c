/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include <errno.h>

#include "fd_io.h"
#include "system.h"

/* From linux/magic.h, which musl does not install, and the sources of the file systems. */
static const uint32_t local_magics[] = {
    0x0000ef53, /* ext2, ext3, ext4 */
    0x58465342, /* XFS */
    0x9123683e, /* Btrfs */
    0xf2f52010, /* F2FS */
    0xca451a4e, /* bcachefs */
    0x2fc12fc1, /* ZFS */
    0x01021994, /* tmpfs */
    0x858458f6, /* ramfs */
    0x794c7630, /* overlayfs */
    0x73717368, /* SquashFS */
    0xe0f5e1e2, /* EROFS */
    0x00009660, /* ISO 9660 */
    0x00004d44, /* FAT */
    0x00009fa0, /* proc */
    0x62656572, /* sysfs */
    0x63677270, /* cgroup v2 */
};

enum nucleus_status nucleus_directory_open(int dirfd, const char *path, int flags, int *ret_fd,
                                           struct nucleus_error *err)
{
    *ret_fd = nucleus_open(dirfd, path, flags | O_DIRECTORY | O_CLOEXEC);
    return *ret_fd < 0 ? nucleus_fail_lookup(err) : NUCLEUS_OK;
}

bool nucleus_directory_is_local(int dirfd)
{
    struct statfs info;

    if (nucleus_system_fstatfs(dirfd, &info) < 0)
        return false;
    for (size_t i = 0; i < sizeof local_magics / sizeof local_magics[0]; i++) {
        if ((uint32_t)info.f_type == local_magics[i])
            return true;
    }
    return false;
}
