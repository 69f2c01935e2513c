# SPDX-License-Identifier: MIT
# cpack -G RPM creates two packages that declare their license and their requirements.
. "${0%/*}/package.sh"
need rpmbuild rpm gzip
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "packages are tested only in native builds"

pack RPM
contains() # PACKAGE TAG LINE
{
    rpm -qp --qf "[%{$2}\n]" packages/"$1"-"$VERSION"-*.rpm 2>/dev/null | grep -q "$3" ||
        fail "$2 of $1 does not contain $3"
}
for package in ckmeta nucleus-checkpoint-devel; do
    contains $package LICENSE '^MIT$'
    contains $package DESCRIPTION 'metadata\.json'
done
contains ckmeta REQUIRES 'libcjson\.so'
contains ckmeta FILENAMES '^/usr/bin/ckmeta$'
contains nucleus-checkpoint-devel REQUIRES '^cjson-devel$'
contains nucleus-checkpoint-devel FILENAMES '^/usr/include/nucleus/checkpoint\.h$'
