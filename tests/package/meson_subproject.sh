# SPDX-License-Identifier: MIT
# A project that is built by Meson uses this one as a CMake subproject: only the library is built, and
# neither Meson nor CMake warns.
. "${0%/*}/package.sh"
[ -z "$EMULATOR" ] || skip "Meson is asked for programs of this machine only"
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
CFLAGS=$MACHINE_FLAGS LDFLAGS=$MACHINE_FLAGS CC=$CC meson setup build project >meson.log 2>&1 ||
    { cat meson.log; fail "meson setup"; }
if grep -e WARNING -e 'CMake .*Warning' meson.log; then
    fail "Meson or CMake warns"
fi
grep -q 'has 1 build targets' meson.log || { cat meson.log; fail "more than the library is built"; }
meson compile -C build >build.log 2>&1 || { cat build.log; fail "it does not build"; }
check_consumer build/consumer
