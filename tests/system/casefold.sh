#!/bin/sh
# SPDX-License-Identifier: MIT
# casefold.sh CKMETA: in a directory that ignores case, a METADATA.JSON.TMP that is a link or a
# directory is refused like a metadata.json.tmp.
. "${0%/*}/mounts.sh"
ckmeta=$1
need chattr
[ -e /sys/fs/ext4/features/casefold ] || skip "ext4 of this kernel has no directories that ignore case"

make_image "$work/image" ext4 -O casefold
mount_image "$work/image" "$work/mounted" ext4
mkdir "$work/mounted/checkpoint"
chattr +F "$work/mounted/checkpoint" 2>"$work/log" || skip "$(cat "$work/log")"
cd "$work/mounted/checkpoint"

# refuse REASON
refuse()
{
    if "$ckmeta" save --id new --pid 1 . -- sleep 1 2>message; then
        fail "a METADATA.JSON.TMP that $1 is accepted"
    fi
    grep -q "^ckmeta: cannot save './metadata.json': 'metadata.json.tmp' $1$" message ||
        fail "$(cat message)"
    [ ! -e metadata.json ] || fail "metadata.json exists, though METADATA.JSON.TMP $1"
    rm -r METADATA.JSON.TMP message
}

ln -s target METADATA.JSON.TMP
refuse "is a symbolic link"
mkdir METADATA.JSON.TMP
refuse "is a directory"
: >METADATA.JSON.TMP
"$ckmeta" save --id new --pid 1 . -- sleep 1
expect_saved . new
