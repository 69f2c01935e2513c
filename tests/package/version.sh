# SPDX-License-Identifier: MIT
# find_package accepts only requests for compatible versions, and reports a missing cJSON.
. "${0%/*}/package.sh"

major=${VERSION%%.*}
minor=${VERSION#*.}
minor=${minor%.*}
others="$major.$minor.99 $major.$((minor + 1)) $((major + 1)).0"
[ "$minor" = 0 ] || others="$others $major.$((minor - 1))"

mkdir project
cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES NONE)
find_package(nucleus-checkpoint ${WANTED} CONFIG)
message(STATUS "found: ${nucleus-checkpoint_FOUND}")
END

is_found() # VERSION
{
    rm -rf answers
    "$CMAKE" -G "$GENERATOR" -S project -B answers "-DWANTED=$1" \
        "-Dnucleus-checkpoint_DIR=$(dirname "$(find "$prefix" -name '*-config.cmake')")" \
        >answer 2>&1
    grep -q '^-- found: 1$' answer
}

for version in "" "$major.$minor" "$VERSION"; do
    is_found "$version" || { cat answer; fail "version '$version' is not found"; }
done
for version in $others; do
    ! is_found "$version" || fail "version '$version' is found"
done

PKG_CONFIG_LIBDIR=$scratch PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH
! is_found "" || fail "the library is found without cJSON"
grep -q 'pkg-config finds no libcjson >= 1.7.13' answer || { cat answer; fail "cJSON is not named"; }
