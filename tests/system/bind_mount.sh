#!/bin/sh
# SPDX-License-Identifier: MIT
# bind_mount.sh CKMETA: a metadata.json that is a mount point is neither replaced nor changed.
. "${0%/*}/mounts.sh"
ckmeta=$1
file=$work/checkpoint/metadata.json

mkdir "$work/checkpoint"
"$ckmeta" save --id old --pid 1 "$work/checkpoint" -- sleep 1
mount --bind "$file" "$file" 2>"$work/log" || skip "$(cat "$work/log")"
if "$ckmeta" save --id new --pid 1 "$work/checkpoint" -- sleep 1 2>"$work/message"; then
    fail "a mount point was replaced"
fi
grep -q "cannot rename temporary file: Device or resource busy$" "$work/message" ||
    fail "$(cat "$work/message")"
expect_saved "$work/checkpoint" old
[ "$(ls -A "$work/checkpoint")" = metadata.json ] || fail "a file remains: $(ls -A "$work/checkpoint")"
