# SPDX-License-Identifier: MIT
# The archive defines only names that begin with nucleus_.
. "${0%/*}/package.sh"
[ -x "$NM" ] || skip "nm is not installed"

"$NM" -g --defined-only "$(find "$prefix" -name libnucleus-checkpoint.a)" |
    sed -n 's/^[0-9a-f]* [A-Zu] //p' >names
grep -qx nucleus_metadata_save names || fail "nm shows no names"
# gcc defines the thunks in position-independent code for 32-bit x86.
! grep -v -e '^nucleus_' -e '^__x86\.get_pc_thunk\.' names || fail "the archive defines other names"
