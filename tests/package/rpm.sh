# SPDX-License-Identifier: MIT
# cpack -G RPM: each package names its license and what it needs.
. "${0%/*}/package.sh"
need rpmbuild rpm gzip
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "cpack packs for this machine only"

(cd "$build" && "${CMAKE%/*}/cpack" -G RPM -B "$scratch/packages") >cpack.log 2>&1 ||
    { cat cpack.log; fail "cpack"; }
query() # PACKAGE FORMAT
{
    rpm -qp --qf "$2" packages/"$1"-"$VERSION"-*.rpm 2>/dev/null || fail "there is no package $1"
}
for package in ckmeta nucleus-checkpoint-devel; do
    [ "$(query $package '%{LICENSE}')" = MIT ] || fail "$package: its license"
    query $package '%{DESCRIPTION}' | grep -q metadata.json || fail "$package: its description"
done
query nucleus-checkpoint-devel '[%{REQUIRES}\n]' | grep -qx cjson-devel || fail "cJSON is not required"
query ckmeta '[%{REQUIRES}\n]' | grep -q libcjson.so || fail "ckmeta requires no cJSON"
query nucleus-checkpoint-devel '[%{FILENAMES}\n]' | grep -qx /usr/include/nucleus/checkpoint.h ||
    fail "it has no header"
query ckmeta '[%{FILENAMES}\n]' | grep -qx /usr/bin/ckmeta || fail "it has no command"
