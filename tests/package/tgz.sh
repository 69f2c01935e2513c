# SPDX-License-Identifier: MIT
# cpack -G TGZ
. "${0%/*}/package.sh"

(cd "$build" && "${CMAKE%/*}/cpack" -G TGZ -B "$scratch/packages") >cpack.log 2>&1 ||
    { cat cpack.log; fail "cpack"; }
mkdir unpacked
tar -xzf packages/*.tar.gz -C unpacked --strip-components=1
list_files unpacked >files
expect_same "the packed files" "$tests/installed-files" files
[ "$(run unpacked/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta --version"
