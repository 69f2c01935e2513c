# SPDX-License-Identifier: MIT
# Whoever links the archive gets no name but nucleus_...
. "${0%/*}/package.sh"
[ -x "$NM" ] || skip "there is no nm here"

archive=$(find "$prefix" -name libnucleus-checkpoint.a)
"$NM" -g --defined-only "$archive" | sed -n 's/^[0-9a-f]* [A-Zu] //p' | sort >names
grep -qx nucleus_metadata_save names || fail "nm shows no names"
# gcc puts the last ones into position-independent code for 32-bit x86.
if grep -v -e '^nucleus_' -e '^__x86\.get_pc_thunk\.' names; then
    fail "names of others"
fi
