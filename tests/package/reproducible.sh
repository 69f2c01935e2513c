# SPDX-License-Identifier: MIT
# Two builds of the same source make the same library, program and packages, although directory, time, time
# zone, locale and umask differ.
. "${0%/*}/package.sh"
need dpkg-deb dpkg-shlibdeps gzip
[ -z "$MACHINE_FLAGS$EMULATOR" ] || skip "cpack packs for this machine only"

# build_copy DIR
build_copy()
{
    mkdir -p "$1"
    for part in CMakeLists.txt LICENSE include src tools; do
        cp -r "$SOURCE/$part" "$1"
    done
    configure -S "$1" -B "$1/build" -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
    "$CMAKE" --build "$1/build" >build.log 2>&1 || { cat build.log; fail "it does not build"; }
    for format in DEB TGZ; do
        (cd "$1/build" && "${CMAKE%/*}/cpack" -G $format) >cpack.log 2>&1 ||
            { cat cpack.log; fail "cpack -G $format"; }
    done
    (cd "$1/build" && sha256sum src/libnucleus-checkpoint.a ckmeta ./*.deb ./*.tar.gz) >"$2"
}

(umask 022; build_copy first first-sums)
(umask 077; TZ=Pacific/Apia LC_ALL=C export TZ LC_ALL; build_copy "second/of another length" second-sums)
[ "$(wc -l <first-sums)" = 5 ] || { cat first-sums; fail "there are no packages"; }
expect_same "the checksums" first-sums second-sums
