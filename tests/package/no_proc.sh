# SPDX-License-Identifier: MIT
# ckmeta works without /proc, which is an empty directory in the mount namespace of this test.
. "${0%/*}/package.sh"
need unshare

mkdir checkpoint empty
unshare --map-root-user --mount mount --bind empty /proc 2>refusal ||
    skip "cannot create a mount namespace: $(cat refusal)"
cat >without_proc.sh <<'END'
mount --bind empty /proc
[ ! -e /proc/self ]
"$@" save --id 4f1c --pid 13789 checkpoint -- /bin/sleep 60
"$@" load checkpoint original_pid
END
# shellcheck disable=SC2086
pid=$(unshare --map-root-user --mount sh -e without_proc.sh $EMULATOR "$prefix/bin/ckmeta")
[ "$pid" = 13789 ] || fail "ckmeta loads the process ID '$pid'"
