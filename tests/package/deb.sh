# SPDX-License-Identifier: MIT
# cpack -G DEB creates two packages that comply with Debian's policy, declare their dependencies, and work.
. "${0%/*}/package.sh"
need dpkg-architecture dpkg-deb dpkg-parsechangelog dpkg-shlibdeps gzip lintian readelf
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "packages are tested only in native builds"

(umask 077; pack DEB) # The umask has no effect.
command=$(echo packages/ckmeta_*.deb)
library=$(echo packages/libnucleus-checkpoint-dev_*.deb)
for deb in "$command" "$library"; do
    lintian --fail-on error "$deb" || fail "lintian finds errors"
    [ "$(dpkg-deb -f "$deb" Version)" = "$VERSION" ] || fail "the version of $deb is not $VERSION"
    dpkg-deb -c "$deb" | grep -v -e '^drwxr-xr-x root/root' -e '^-rw-r--r-- root/root' \
        -e '^-rwxr-xr-x root/root .* \./usr/bin/ckmeta$' >modes || true
    expect_same "the modes in $deb" /dev/null modes
    dpkg-deb -x "$deb" unpacked
done

expect_depends() # DEB PACKAGES: checks that DEB depends on exactly PACKAGES, in any version
{
    depends=$(dpkg-deb -f "$1" Depends | sed 's/ ([^)]*)//g')
    [ "$depends" = "$2" ] || fail "$1 depends on '$depends', not '$2'"
}
expect_depends "$command" "libc6, libcjson1"
expect_depends "$library" libcjson-dev
dpkg-deb -f "$library" Recommends | grep -qx 'pkgconf | pkg-config' || fail "pkgconf is not recommended"
dpkg-deb -c "$library" | grep -q "\./usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)/pkgconfig/" ||
    fail "the .pc file is not in the multiarch directory"

list_files unpacked/usr >files
{
    list_files "$prefix" | sed '/share\/man/s/$/.gz/; s,zsh/site-functions,zsh/vendor-completions,'
    printf 'share/doc/%s/changelog.gz\n' ckmeta libnucleus-checkpoint-dev
    printf 'share/doc/%s/copyright\n' ckmeta libnucleus-checkpoint-dev
} | sort >expected
expect_same "the packed files" expected files
! grep -rl -e "$SOURCE" -e "$build" unpacked || fail "these files contain directories of the build"
gzip -dc unpacked/usr/share/man/man1/ckmeta.1.gz | cmp - "$SOURCE/tools/man/ckmeta.1" ||
    fail "the packed ckmeta.1 is different"
gzip -dc unpacked/usr/share/doc/ckmeta/changelog.gz >changelog
cmp changelog "$SOURCE/tools/package/changelog" || fail "the packed changelog is different"
[ "$(dpkg-parsechangelog -l changelog -S Version)" = "$VERSION" ] ||
    fail "the newest version in the changelog is not $VERSION"
[ "$(unpacked/usr/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta reports another version"
readelf -d unpacked/usr/bin/ckmeta | grep -q 'NOW' || fail "ckmeta is bound lazily"
readelf -sW unpacked/usr/bin/ckmeta | grep -q '_chk@' || fail "ckmeta is not fortified"
use_by_hand unpacked "$CC" -std=c11
