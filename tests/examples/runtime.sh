# SPDX-License-Identifier: MIT
# runtime.sh DIR RUNTIME...: the example starts the container's command anew from what it saved, and
# keeps out of a directory that is not its own.
set -eu
work=$1
shift

fail()
{
    echo "runtime.sh: $*" >&2
    exit 1
}

rm -rf "$work"
mkdir -p "$work/elsewhere"

# shellcheck disable=SC2016
words=$("$@" "$work" db /bin/sh -c 'printf "<%s>" "$@"' sh "a b" "") || fail "it does not restore"
[ "$words" = "<a b><>" ] || fail "the command gets $words"
grep -q '"container_id": "db"' "$work/db/metadata.json" || fail "it saves something else"
"$@" "$work" db /bin/true || fail "it does not checkpoint twice"

ln -s elsewhere "$work/link"
! "$@" "$work" link /bin/true 2>/dev/null || fail "it follows a symbolic link"
[ -z "$(ls -A "$work/elsewhere")" ] || fail "it saves behind a symbolic link"
