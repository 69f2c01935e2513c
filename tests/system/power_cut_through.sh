#!/bin/sh
# SPDX-License-Identifier: MIT
# power_cut_through.sh CKMETA LAYER FILESYSTEM
#
# Saves through a layer on top of a file system. A copy of the disk right after the save, as after a
# power cut, must contain the new file. LAYER is "overlayfs" or "bindfs", a FUSE file system that
# cannot flush directories, although the kernel reports success.
. "${0%/*}/mounts.sh"
ckmeta=$1
layer=$2
filesystem=$3
lower=$work/lower

make_image "$work/image" "$filesystem"
mount_image "$work/image" "$lower" "$filesystem"
mkdir "$lower/checkpoint" "$lower/work" "$work/empty" "$work/upper"
save "$lower/checkpoint" old
sync --file-system "$lower"
if [ "$layer" = bindfs ]; then
    need bindfs
    [ -c /dev/fuse ] || skip "/dev/fuse is missing"
    bindfs "$lower/checkpoint" "$work/upper"
else
    mount -t overlay overlay "$work/upper" \
        -o "lowerdir=$work/empty,upperdir=$lower/checkpoint,workdir=$lower/work"
fi 2>"$work/log" || skip "$(cat "$work/log")"

save "$work/upper" new
cp --sparse=always "$work/image" "$work/copy"
unmount "$work/upper"
unmount "$lower"
(mount_image "$work/copy" "$lower" "$filesystem") || fail "cannot mount the copy"
expect_saved "$lower/checkpoint" new
