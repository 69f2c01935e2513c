#!/bin/sh
# SPDX-License-Identifier: MIT
# failing_disk.sh PROGRAM CKMETA FILESYSTEM FAULT [MKFS-OPTION...]
#
# The disk fails between the rename and the flush of the directory, and the sync of another process
# meets the error first. The save is lost, so it must report that it is not durable.
#
# FAULT is "dies", or "recovers" for a disk that takes writes again before the directory is flushed,
# such as a thin pool that was full for a moment.
. "${0%/*}/mounts.sh"
program=$1
ckmeta=$2
filesystem=$3
fault=$4
shift 4

# The disk is a file on a file system that fails. "dies" shuts that down; "recovers" fills it.
image=$work/image
disk=$work/outer/disk
mounted=$work/mounted
mkdir "$work/outer"
if [ "$fault" = dies ]; then
    truncate -s 400M "$image"
    mkfs.ext4 -q -F "$image"
    mount_image "$image" "$work/outer" ext4
    fallocate --length "$(image_size "$filesystem")" "$disk"
    break="'$program' '$work/outer'"
    mend=:
else
    mount -t tmpfs -o size=48M tmpfs "$work/outer"
    break="dd if=/dev/zero of=$work/outer/filling bs=64k 2>/dev/null || :"
    mend="rm $work/outer/filling"
fi
make_image "$disk" "$filesystem" "$@"
mount_image "$disk" "$mounted" "$filesystem"
mkdir "$mounted/checkpoint"
"$ckmeta" save --id old --pid 1 "$mounted/checkpoint" -- sleep 1
sync --file-system "$mounted" "$work/outer"
# What is zero needs new blocks from here on: the journal, above all.
[ "$fault" = dies ] || fallocate --dig-holes "$disk"

sync_other="touch $mounted/other; ! sync $mounted/other 2>/dev/null"
status=0
"$program" "$mounted/checkpoint" new "$break; $sync_other && $mend" 2>"$work/message" || status=$?

# The machine is restarted.
unmount "$mounted"
if [ "$fault" = dies ]; then
    unmount "$work/outer"
    mount_image "$image" "$work/outer" ext4
fi
mount_image "$disk" "$mounted" "$filesystem"
expect_saved "$mounted/checkpoint" old
[ "$status" -eq 4 ] || fail "the save was lost, but exited with status $status: $(cat "$work/message")"
