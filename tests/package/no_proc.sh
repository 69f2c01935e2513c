# SPDX-License-Identifier: MIT
# ckmeta needs nothing of /proc: in a namespace of its own, an empty directory stands over it.
. "${0%/*}/package.sh"
need unshare

mkdir checkpoint
cat >without_proc.sh <<'END'
set -eu
mount --bind "$1" /proc
[ ! -e /proc/self ]
shift
"$@" save --id 4f1c --pid 13789 checkpoint -- /bin/sleep 60
"$@" load checkpoint original_pid
END
mkdir empty
unshare --map-root-user --mount mount --bind empty /proc 2>refusal ||
    skip "no mount namespaces: $(cat refusal)"
# shellcheck disable=SC2086
pid=$(unshare --map-root-user --mount sh -e without_proc.sh "$scratch/empty" \
    $EMULATOR "$prefix/bin/ckmeta")
[ "$pid" = 13789 ] || fail "it loads '$pid'"
