# SPDX-License-Identifier: MIT
# The project builds and installs without its tests, and its installation does not know where it is.
. "${0%/*}/package.sh"

rm -rf "$build" "$prefix"
configure -S "$SOURCE" -B "$build" -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
"$CMAKE" --build "$build" >build.log 2>&1 || { cat build.log; fail "it does not build"; }
"$CMAKE" --install "$build" --prefix "$scratch/prefix" >install.log ||
    fail "it does not install"

list_files prefix >installed-files
expect_same "the installed files" "$tests/installed-files" installed-files
if grep -rIl -e "$scratch" -e "$SOURCE" prefix; then
    fail "these files name directories that stay behind"
fi
[ "$(run prefix/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta --version"

mv prefix "$prefix"
