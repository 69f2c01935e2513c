# SPDX-License-Identifier: MIT
# A configuration that cannot have the effect that its user expects is answered with a warning or an error
# that names it.
. "${0%/*}/package.sh"

configure -S "$SOURCE" -B shared -DBUILD_TESTING=OFF -DBUILD_SHARED_LIBS=ON
grep -q 'BUILD_SHARED_LIBS has no effect' configure.log || fail "BUILD_SHARED_LIBS is ignored silently"
configure -S "$SOURCE" -B static -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr/local
if grep 'CMake .*Warning.* at ' configure.log; then
    fail "the default configuration causes a warning"
fi

# A package for Debian goes below /usr, where the directory for libraries is another one.
"$CMAKE" --build static >build.log 2>&1 || { cat build.log; fail "it does not build"; }
if (cd static && "${CMAKE%/*}/cpack" -G DEB) >cpack.log 2>&1; then
    fail "cpack packs for /usr what was configured for /usr/local"
fi
grep -q 'Configure with -DCMAKE_INSTALL_PREFIX=/usr$' cpack.log ||
    { cat cpack.log; fail "the prefix is not named"; }
