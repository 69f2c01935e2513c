# SPDX-License-Identifier: MIT
# cpack -G RPM creates two packages that declare their license and their requirements, with the right modes.
. "${0%/*}/package.sh"
need rpmbuild rpm gzip
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "packages are tested only in native builds"

(umask 077; pack RPM) # The umask has no effect.
contains() # PACKAGE TAG LINE
{
    rpm -qp --qf "[%{$2}\n]" packages/"$1"-"$VERSION"-*.rpm 2>/dev/null | grep -q "$3" ||
        fail "$2 of $1 does not contain $3"
}
for package in ckmeta nucleus-checkpoint-devel; do
    contains $package LICENSE '^MIT$'
    contains $package DESCRIPTION 'metadata\.json'
    rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]' \
        packages/$package-"$VERSION"-*.rpm | grep -v -e '^drwxr-xr-x root/root ' \
        -e '^-rw-r--r-- root/root ' -e '^-rwxr-xr-x root/root /usr/bin/ckmeta$' \
        -e '^lrwxrwxrwx root/root /usr/lib/\.build-id/' >modes || true
    expect_same "the modes in $package" /dev/null modes
done
contains ckmeta REQUIRES 'libcjson\.so'
contains ckmeta FILENAMES '^/usr/bin/ckmeta$'
contains nucleus-checkpoint-devel REQUIRES '^cjson-devel$'
contains nucleus-checkpoint-devel REQUIRES '^pkgconfig$'
contains nucleus-checkpoint-devel FILENAMES '^/usr/include/nucleus/checkpoint\.h$'
