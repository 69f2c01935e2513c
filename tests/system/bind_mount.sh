#!/bin/sh
# SPDX-License-Identifier: MIT
# bind_mount.sh CKMETA: a metadata.json that is a mount point is neither replaced nor changed.
. "${0%/*}/mounts.sh"
ckmeta=$1
file=$work/metadata.json

save "$work" old
mount --bind "$file" "$file" 2>"$work/log" || skip "$(cat "$work/log")"
rm "$work/log"
! message=$(save "$work" new 2>&1) || fail "a mount point was replaced"
case $message in
*"cannot rename temporary file: Device or resource busy") ;;
*) fail "$message" ;;
esac
expect_saved "$work" old
[ "$(ls -A "$work")" = metadata.json ] || fail "a file remains: $(ls -A "$work")"
