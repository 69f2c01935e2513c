#!/bin/sh
# SPDX-License-Identifier: MIT
# failing_disk.sh PROGRAM CKMETA FILESYSTEM FAULT [MKFS-OPTION...]
#
# The disk fails between the rename and the flush of the directory, and the sync of another process
# consumes the error. The save is lost, so it must report that it is not durable. PROGRAM is paused_save.
#
# FAULT is "dies", or "recovers" for a disk that accepts writes again before the directory is flushed,
# such as a thin pool that was full for a moment.
. "${0%/*}/mounts.sh"
program=$1
ckmeta=$2
filesystem=$3
fault=$4
shift 4

# The disk is a file on an outer file system. "dies" shuts that down; "recovers" fills it.
outer=$work/outer
disk=$outer/disk
mounted=$work/mounted
if [ "$fault" = dies ]; then
    need xfs_io
    truncate -s 400M "$work/image"
    mkfs.ext4 -q -F "$work/image"
    mount_image "$work/image" "$outer" ext4
    fallocate --length "$(image_size "$filesystem")" "$disk"
    break="xfs_io -x -c shutdown '$outer'"
    mend=:
else
    mkdir "$outer"
    mount -t tmpfs -o size=48M tmpfs "$outer"
    break="dd if=/dev/zero 'of=$outer/filling' bs=64k 2>/dev/null || :"
    mend="rm '$outer/filling'"
fi
make_image "$disk" "$filesystem" "$@"
mount_image "$disk" "$mounted" "$filesystem"
mkdir "$mounted/checkpoint"
save "$mounted/checkpoint" old
sync --file-system "$mounted" "$outer"
# From now on, writes to blocks of zeros, such as those of the journal, must allocate space.
[ "$fault" = dies ] || fallocate --dig-holes "$disk"

sync_other="touch '$mounted/other'; ! sync '$mounted/other' 2>/dev/null"
"$program" "$mounted/checkpoint" new 5 "$break; $sync_other && $mend" renameat '' 2>"$work/message" || true
grep -q 'flushed to disk' "$work/message" ||
    fail "the save does not report that it is not durable: $(cat "$work/message")"

# The machine restarts. Without the fault, the new file would be found.
unmount "$mounted"
if [ "$fault" = dies ]; then
    unmount "$outer"
    (mount_image "$work/image" "$outer" ext4) || fail "cannot mount the outer file system again"
fi
(mount_image "$disk" "$mounted" "$filesystem") || fail "cannot mount the disk again"
expect_saved "$mounted/checkpoint" old
