# SPDX-License-Identifier: MIT
# A project that is built with Meson uses this one as a CMake subproject: only the library is built, and
# neither Meson nor CMake warns.
. "${0%/*}/package.sh"
[ -z "$EMULATOR" ] || skip "Meson is tested only in native builds"
need meson ninja pkg-config

mkdir -p project/subprojects
ln -s "$SOURCE" project/subprojects/libnucleus-checkpoint
cp "$tests/consumer/main.c" project
cat >project/meson.build <<'END'
project('consumer', 'c', default_options: ['c_std=c11', 'warning_level=3', 'werror=true'])
cmake = import('cmake')
checkpoint = cmake.subproject('libnucleus-checkpoint')
executable('consumer', 'main.c', dependencies: checkpoint.dependency('nucleus-checkpoint'))
END
build_with_meson project
! grep -e WARNING -e 'CMake .*Warning' setup || fail "Meson or CMake warns"
grep -q 'has 1 build targets' setup || { cat setup; fail "more than the library is built"; }
check_consumer build/consumer
