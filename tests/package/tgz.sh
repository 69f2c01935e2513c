# SPDX-License-Identifier: MIT
# cpack -G TGZ packs the installed files.
. "${0%/*}/package.sh"

pack TGZ
mkdir unpacked
tar -xzf packages/*.tar.gz -C unpacked --strip-components=1
list_files unpacked >files
list_files "$prefix" >expected
expect_same "the packed files" expected files
[ "$(run unpacked/bin/ckmeta --version)" = "ckmeta $VERSION" ] || fail "ckmeta reports another version"
