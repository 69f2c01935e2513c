# SPDX-License-Identifier: MIT
# The library, the program and the packages do not depend on the directory, the time, the time zone, the
# locale or the umask of the build.
. "${0%/*}/package.sh"
need dpkg-deb dpkg-shlibdeps gzip
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "packages are tested only in native builds"

build_copy() # DIR SUMS
{
    mkdir -p "$1"
    for part in CMakeLists.txt LICENSE include src tools; do
        cp -r "$SOURCE/$part" "$1"
    done
    configure -S "$1" -B "$1/build" -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
    cd "$1/build"
    quietly "$CMAKE" --build .
    quietly "${CMAKE%/*}/cpack" -G 'DEB;TGZ'
    sha256sum src/libnucleus-checkpoint.a ckmeta ./*.deb ./*.tar.gz >"$scratch/$2"
}

# In Turkish, the capital of i is not I. localedef needs the sources of the package "locales".
locale=tr_TR.UTF-8
if ! localedef -i tr_TR -f UTF-8 "$scratch/$locale" >log 2>&1; then
    locale=C
    echo "$name: localedef fails, so the second locale is only C: $(cat log)"
fi
(umask 022; build_copy first first-sums)
(umask 077; TZ=Pacific/Apia LC_ALL=$locale LOCPATH=$scratch; export TZ LC_ALL LOCPATH
    build_copy "second/of another length" second-sums)
[ "$(wc -l <first-sums)" = 5 ] || { cat first-sums; fail "there are no packages"; }
expect_same "the checksums" first-sums second-sums
