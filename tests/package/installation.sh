# SPDX-License-Identifier: MIT
# The project builds and installs without its tests, and the installation can be moved.
. "${0%/*}/package.sh"

rm -rf "$build" "$prefix"
configure -S "$SOURCE" -B "$build" -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
quietly "$CMAKE" --build "$build"
quietly "$CMAKE" --install "$build" --prefix "$scratch/prefix"

list_files prefix >installed-files
expect_same "the installed files" "$tests/installed-files" installed-files
if grep -rIl -e "$scratch" -e "$SOURCE" prefix; then
    fail "these files contain directories of the build"
fi
[ "$(run prefix/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta reports another version"

mv prefix "$prefix"
