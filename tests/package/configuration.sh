# SPDX-License-Identifier: MIT
# A configuration that cannot work as its user expects causes a warning or an error that names the setting.
. "${0%/*}/package.sh"

configure -S "$SOURCE" -B shared -DBUILD_TESTING=OFF -DBUILD_SHARED_LIBS=ON
grep -q 'BUILD_SHARED_LIBS has no effect' log || fail "BUILD_SHARED_LIBS is ignored silently"
configure -S "$SOURCE" -B static -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr/local
! grep 'CMake .*Warning.* at ' log || fail "the default configuration causes a warning"

# A Debian package is installed below /usr, where the library directory has a different name.
quietly "$CMAKE" --build static
! (cd static && "${CMAKE%/*}/cpack" -G DEB) >log 2>&1 ||
    fail "cpack creates a package for /usr from a build for /usr/local"
grep -q 'Configure with -DCMAKE_INSTALL_PREFIX=/usr$' log || { cat log; fail "the prefix is not named"; }
