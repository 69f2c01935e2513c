# SPDX-License-Identifier: MIT
# The project builds and installs without its tests, and the installation can be moved.
. "${0%/*}/package.sh"

rm -rf "$build" "$prefix"
configure -S "$SOURCE" -B "$build" -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
quietly "$CMAKE" --build "$build"
quietly "$CMAKE" --install "$build" --prefix "$scratch/prefix"

# manual_names.sh checks which pages are installed.
list_files prefix | grep -v '^share/man/' >files
expect_same "the installed files" - files <<'END'
bin/ckmeta
include/nucleus/checkpoint.h
lib/cmake/nucleus-checkpoint/nucleus-checkpoint-config-version.cmake
lib/cmake/nucleus-checkpoint/nucleus-checkpoint-config.cmake
lib/cmake/nucleus-checkpoint/nucleus-checkpoint-targets-relwithdebinfo.cmake
lib/cmake/nucleus-checkpoint/nucleus-checkpoint-targets.cmake
lib/libnucleus-checkpoint.a
lib/pkgconfig/nucleus-checkpoint.pc
share/bash-completion/completions/ckmeta
share/fish/vendor_completions.d/ckmeta.fish
share/zsh/site-functions/_ckmeta
END
! grep -rIl -e "$scratch" -e "$SOURCE" prefix || fail "these files contain directories of the build"
[ "$(run prefix/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta reports another version"

mv prefix "$prefix"
