#!/bin/sh
# SPDX-License-Identifier: MIT
# power_cut_through_bindfs.sh CKMETA FILESYSTEM
#
# Saves through a FUSE file system that cannot flush directories. The kernel reports that as success.
# What the disk holds right after the save, as after a power cut, is the new file.
. "${0%/*}/mounts.sh"
ckmeta=$1
filesystem=$2
need bindfs
[ -c /dev/fuse ] || skip "there is no /dev/fuse here"

make_image "$work/image" "$filesystem"
mount_image "$work/image" "$work/below" "$filesystem"
mkdir "$work/below/checkpoint" "$work/seen"
"$ckmeta" save --id old --pid 1 "$work/below/checkpoint" -- sleep 1
sync --file-system "$work/below"
bindfs "$work/below/checkpoint" "$work/seen" 2>"$work/log" || skip "bindfs: $(cat "$work/log")"

"$ckmeta" save --id new --pid 1 "$work/seen" -- sleep 1
cp --sparse=always "$work/image" "$work/copy"
umount "$work/seen" "$work/below"
mount_image "$work/copy" "$work/below" "$filesystem"
expect_saved "$work/below/checkpoint" new
