#!/bin/sh
# SPDX-License-Identifier: MIT
# power_cut_through.sh CKMETA LAYER FILESYSTEM
#
# Saves through a layer above a file system. What the disk holds right after the save, as after a
# power cut, is the new file. LAYER is "overlayfs", or "bindfs" for a FUSE file system that cannot
# flush directories, which the kernel reports as success.
. "${0%/*}/mounts.sh"
ckmeta=$1
layer=$2
filesystem=$3

make_image "$work/image" "$filesystem"
mount_image "$work/image" "$work/below" "$filesystem"
mkdir "$work/below/checkpoint" "$work/below/work" "$work/lower" "$work/seen"
"$ckmeta" save --id old --pid 1 "$work/below/checkpoint" -- sleep 1
sync --file-system "$work/below"
case $layer in
bindfs)
    need bindfs
    [ -c /dev/fuse ] || skip "there is no /dev/fuse here"
    bindfs "$work/below/checkpoint" "$work/seen"
    ;;
overlayfs)
    layers=lowerdir=$work/lower,upperdir=$work/below/checkpoint,workdir=$work/below/work
    mount -t overlay -o "$layers" overlay "$work/seen"
    ;;
esac 2>"$work/log" || skip "$(cat "$work/log")"

"$ckmeta" save --id new --pid 1 "$work/seen" -- sleep 1
cp --sparse=always "$work/image" "$work/copy"
unmount "$work/seen"
unmount "$work/below"
mount_image "$work/copy" "$work/below" "$filesystem"
expect_saved "$work/below/checkpoint" new
