#!/bin/sh
# SPDX-License-Identifier: MIT
# power_cut_images.sh PROGRAM CKMETA FILESYSTEM [file|directory]
#
# Saves three times on a file system in an image, and copies the image after each step. Each copy is
# what a power failure at that moment would leave. In it, a reader must find the complete old or new
# file, and the new one after the save has returned. PROGRAM is paused_save. The last argument names a
# flush to leave out, so that a save must be lost.
. "${0%/*}/../system/mounts.sh"
program=$1
ckmeta=$2
filesystem=$3
unflushed=${4-}

# mount_quiet IMAGE: mounts IMAGE so that its file system does not flush by itself for minutes.
mount_quiet()
{
    mount_image "$1" "$work/disk" "$filesystem"
    [ "$filesystem" = xfs ] || mount -o remount,commit=300 "$work/disk"
}

# btrfs may remember a removed device, and then refuse another one with its UUID.
unmount_disk()
{
    device=$(findmnt --noheadings --output SOURCE "$work/disk")
    unmount "$work/disk"
    [ "$filesystem" != btrfs ] || btrfs device scan --forget "$device" 2>/dev/null || true
}

# Prints the name of the save that is on the disk, "none", or an error.
read_name()
{
    status=0
    name=$("$ckmeta" load "$work/disk/checkpoint" container_id 2>&1) || status=$?
    if [ "$status" -eq 3 ]; then
        name=none
    elif [ "$status" -eq 0 ] && [ "$("$ckmeta" load "$work/disk/checkpoint" version)" != "$name" ]; then
        name="$name mixed with another"
    fi
    echo "$name"
}

# The second flush of the file may also flush its new name, so it is left out with that of the directory.
case $unflushed in
file) skipped='fsync temp' ;;
directory) skipped='fsync directory,fsync file' ;;
*) skipped= ;;
esac

mkdir "$work/copies"
make_image "$work/image" "$filesystem"
mount_quiet "$work/image"
mkdir "$work/disk/checkpoint"
sync --file-system "$work/disk"
old=none
for new in first second third; do
    size=5
    [ "$new" != second ] || size=300000
    copy="cp --sparse=always '$work/image' '$work/copies/$old-$new'"
    "$program" "$work/disk/checkpoint" "$new" "$size" "$copy-during-\$(ls '$work/copies' | wc -l)" \
        'openat temp,write,fsync,renameat,unlinkat' "$skipped" || fail "a save failed"
    sh -c "$copy-after"
    old=$new
done
unmount_disk

count=0
losses=0
for copy in "$work/copies"/*; do
    (mount_quiet "$copy") || fail "cannot mount $copy"
    found=$(read_name)
    unmount_disk
    rm "$copy"
    IFS=- read -r old new when <<EOT
${copy##*/}
EOT
    count=$((count + 1))
    if [ "$found" != "$new" ] && { [ "$when" = after ] || [ "$found" != "$old" ]; }; then
        losses=$((losses + 1))
        echo "$when, save of '$new' over '$old': found $found"
    fi
done

echo "$losses losses in $count copies of $filesystem"
[ "$count" -gt 9 ] || fail "the saves made too few calls"
if [ -z "$unflushed" ]; then
    [ "$losses" -eq 0 ] || fail "a save was lost or torn"
else
    [ "$losses" -gt 0 ] || fail "nothing was lost, although the $unflushed was not flushed"
fi
