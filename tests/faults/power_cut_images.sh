#!/bin/sh
# SPDX-License-Identifier: MIT
#
# power_cut_images.sh PROGRAM CKMETA FILESYSTEM [file|directory]
#
# Saves on a real filesystem, ext4, xfs or btrfs, in an image; mounts what the disk held at each
# step, as after a power cut, and reads. A reader finds the old file or the new one, whole; after
# the save returned only the new one. With a last word, saves without flushing the file or the
# directory, and succeeds only if that loses something.
set -eu

program=$1
ckmeta=$2
filesystem=$3
unflushed=${4-}
PATH=$PATH:/usr/sbin:/sbin

skip() {
    echo "skipped: $1"
    exit 77
}

fail() {
    echo "failed: $1"
    exit 1
}

[ "$(id -u)" -eq 0 ] || skip "only root can mount"
for tool in "mkfs.$filesystem" unshare; do
    command -v "$tool" >/dev/null || skip "there is no $tool"
done

# Its own mount namespace: however this ends, its mounts end with it, and so do the loop devices.
if [ -z "${POWER_CUT_NAMESPACE-}" ]; then
    unshare --mount true 2>/dev/null || skip "no mount namespace can be made"
    POWER_CUT_NAMESPACE=own exec unshare --mount sh "$0" "$@"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/nucleus-images-XXXXXX")
image=$work/image
disk=$work/disk
copies=$work/copies

finish() {
    umount "$disk" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
mkdir "$disk" "$copies"

# Small; and nothing but a save flushes anything within the next minutes.
case $filesystem in
ext4)
    size=32M
    make='-q -F -E lazy_itable_init=0,lazy_journal_init=0'
    options=loop,commit=300
    ;;
xfs)
    size=320M
    make=-q
    options=loop
    ;;
btrfs)
    size=160M
    make=-q
    options=loop,commit=300
    ;;
*)
    fail "unknown filesystem $filesystem"
    ;;
esac

# btrfs may remember a device after it is gone, and then takes no other one of the same UUID.
unmount() {
    device=$(findmnt --noheadings --output SOURCE "$disk")
    umount "$disk"
    if [ "$filesystem" = btrfs ]; then
        btrfs device scan --forget "$device" 2>/dev/null || true
    fi
}

# The name of the save that the disk holds, "none", or why it is none of them.
read_name() {
    status=0
    name=$("$ckmeta" load "$disk/checkpoint" container_id 2>&1) || status=$?
    if [ "$status" -eq 0 ] && [ "$("$ckmeta" load "$disk/checkpoint" version)" != "$name" ]; then
        name="$name mixed with another"
    elif [ "$status" -eq 3 ]; then
        name=none
    fi
    echo "$name"
}

truncate -s "$size" "$image"
# shellcheck disable=SC2086 # several options
"mkfs.$filesystem" $make "$image" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
mount -t "$filesystem" -o "$options" "$image" "$disk" 2>"$work/log" || skip "$(cat "$work/log")"
mkdir "$disk/checkpoint"
sync -f "$disk"
# shellcheck disable=SC2086 # a word or none
"$program" "$image" "$copies" "$disk/checkpoint" $unflushed || fail "the saves"
unmount

count=0
losses=0
for copy in "$copies"/*; do
    mount -t "$filesystem" -o "$options" "$copy" "$disk" || fail "cannot mount $copy"
    found=$(read_name)
    unmount
    rm "$copy"
    IFS=- read -r number old new when <<EOT
${copy##*/}
EOT
    count=$((count + 1))
    if [ "$found" = "$new" ] || { [ "$when" = during ] && [ "$found" = "$old" ]; }; then
        continue
    fi
    losses=$((losses + 1))
    echo "copy $number, $when the save of '$new' over '$old': $found"
done

echo "$losses losses in $count copies of $filesystem"
[ "$count" -gt 9 ] || fail "the saves made too few calls to be looked at"
if [ -z "$unflushed" ]; then
    [ "$losses" -eq 0 ] || fail "a save was lost or torn"
else
    [ "$losses" -gt 0 ] || fail "nothing was lost, though the $unflushed was not flushed"
fi
