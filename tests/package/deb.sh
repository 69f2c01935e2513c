# SPDX-License-Identifier: MIT
# cpack -G DEB: complete by Debian's policy, with what it depends on, and of use once unpacked.
. "${0%/*}/package.sh"
need dpkg-deb dpkg-parsechangelog dpkg-shlibdeps gzip lintian
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "cpack packs for this machine only"

(cd "$build" && "${CMAKE%/*}/cpack" -G DEB -B "$scratch/packages") >cpack.log 2>&1 ||
    { cat cpack.log; fail "cpack"; }
deb=$(echo packages/*.deb)
lintian --fail-on error "$deb" || fail "lintian finds errors"

for package in libc6 libcjson1 libcjson-dev; do
    dpkg-deb -f "$deb" Depends | grep -qE "(^|, )$package( |,|$)" || fail "no Depends: $package"
done
[ "$(dpkg-deb -f "$deb" Version)" = "$VERSION" ] || fail "its version is not $VERSION"

dpkg-deb -x "$deb" unpacked
list_files unpacked/usr >files
sed '/share\/man/s/$/.gz/' "$tests/installed-files" >expected
printf 'share/doc/nucleus-checkpoint/%s\n' changelog.gz copyright >>expected
sort -o expected expected
expect_same "the packed files" expected files
if grep -rl -e "$SOURCE" -e "$build" unpacked; then
    fail "these files name the directories of the build"
fi
gzip -dc unpacked/usr/share/man/man1/ckmeta.1.gz | cmp - "$SOURCE/tools/man/ckmeta.1" ||
    fail "the packed ckmeta.1"
changelog=unpacked/usr/share/doc/nucleus-checkpoint/changelog.gz
gzip -dc $changelog | cmp - "$SOURCE/tools/package/changelog" || fail "the packed changelog"
[ "$(gzip -dc $changelog | dpkg-parsechangelog -l - -S Version)" = "$VERSION" ] ||
    fail "the newest version in the changelog is not $VERSION"
[ "$(unpacked/usr/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta --version"

use_by_hand unpacked "$CC" -std=c11
