#!/bin/sh
# SPDX-License-Identifier: MIT
# bindfs.sh CKMETA
# Saves and loads at the same time, through a FUSE file system that looks up a name more than once
# for each open. No save and no load may fail.
. "${0%/*}/../script.sh"
ckmeta=$1
: "${SAVES:=150}" "${LOADS:=400}"

need bindfs
command -v fusermount3 >/dev/null || command -v fusermount >/dev/null || skip "fusermount is not installed"
[ -c /dev/fuse ] || skip "/dev/fuse does not exist"

work=$(mktemp -d)
mkdir "$work/real" "$work/seen"
clean_up()
{
    umount "$work/seen" 2>/dev/null || fusermount3 -u "$work/seen" 2>/dev/null ||
        fusermount -u "$work/seen" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
bindfs "$work/real" "$work/seen" 2>"$work/log" || skip "bindfs cannot mount: $(cat "$work/log")"

# repeat COUNT COMMAND...: runs COMMAND COUNT times, and logs what fails to the file "failures".
repeat()
{
    count=$1
    shift
    while [ "$count" -gt 0 ]; do
        "$@" >/dev/null 2>>"$work/failures" || echo "failed: $*" >>"$work/failures"
        count=$((count - 1))
    done
}

"$ckmeta" save --id first --pid 1 "$work/seen" -- sleep 1
: >"$work/failures"
for saver in 1 2 3; do
    repeat "$SAVES" "$ckmeta" save --id "saver-$saver" --pid "$saver" "$work/seen" -- sleep "$saver" &
done
repeat "$LOADS" "$ckmeta" load "$work/seen" &
repeat "$LOADS" "$ckmeta" load "$work/seen" &
wait
[ ! -s "$work/failures" ] || { sort "$work/failures" | uniq -c; exit 1; }
[ "$(ls -A "$work/real")" = metadata.json ] || { echo "unexpected files:"; ls -A "$work/real"; exit 1; }
