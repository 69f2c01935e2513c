#!/bin/sh
# SPDX-License-Identifier: MIT
# casefold.sh CKMETA: in a case-insensitive directory, a METADATA.JSON.TMP that is a symbolic link or a
# directory is refused like a metadata.json.tmp.
. "${0%/*}/mounts.sh"
ckmeta=$1
need chattr
[ -e /sys/fs/ext4/features/casefold ] || skip "the kernel's ext4 does not support case-insensitive directories"

make_image "$work/image" ext4 -O casefold
mount_image "$work/image" "$work/mounted" ext4
mkdir "$work/mounted/checkpoint"
chattr +F "$work/mounted/checkpoint" 2>"$work/log" || skip "$(cat "$work/log")"
cd "$work/mounted/checkpoint"

# expect_refused REASON
expect_refused()
{
    ! message=$(save . new 2>&1) || fail "a METADATA.JSON.TMP that $1 is accepted"
    [ "$message" = "ckmeta: cannot save './metadata.json': 'metadata.json.tmp' $1" ] || fail "$message"
    [ "$(ls -A)" = METADATA.JSON.TMP ] || fail "the directory contains $(ls -A)"
    rm -r METADATA.JSON.TMP
}

ln -s target METADATA.JSON.TMP
expect_refused "is a symbolic link"
mkdir METADATA.JSON.TMP
expect_refused "is a directory"
: >METADATA.JSON.TMP
save . new
expect_saved . new
