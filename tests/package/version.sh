# SPDX-License-Identifier: MIT
# The CMake package answers to the versions that it is compatible with, and misses cJSON in words.
. "${0%/*}/package.sh"

major=${VERSION%%.*}
minor=${VERSION#*.}
minor=${minor%.*}
others="$major.$minor.99 $major.$((minor + 1)) $((major + 1)).0"
if [ "$minor" -gt 0 ]; then
    others="$others $major.$((minor - 1))"
fi

mkdir project
cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES NONE)
find_package(nucleus-checkpoint ${WANTED} CONFIG)
message(STATUS "found: ${nucleus-checkpoint_FOUND}")
END

# found VERSION: what CMake says then, in the file "answer".
found()
{
    rm -rf answers
    "$CMAKE" -G "$GENERATOR" -S project -B answers "-DWANTED=$1" \
        "-Dnucleus-checkpoint_DIR=$(dirname "$(find "$prefix" -name '*-config.cmake')")" \
        >answer 2>&1
    grep -q '^-- found: 1$' answer
}

for version in "" "$major.$minor" "$VERSION"; do
    found "$version" || { cat answer; fail "version '$version' is not found"; }
done
for version in $others; do
    ! found "$version" || fail "version '$version' is found"
done

PKG_CONFIG_LIBDIR=$scratch PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH
! found "" || fail "found without cJSON"
grep -q 'pkg-config finds no libcjson >= 1.7.13' answer || { cat answer; fail "cJSON is not named"; }
