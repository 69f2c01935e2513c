# SPDX-License-Identifier: MIT
# consumer.sh WAY LANGUAGE: a program from outside finds the library, builds without a warning, runs.
. "${0%/*}/package.sh"
way=$1
language=$2

[ "$language" = C ] || command -v "$CXX" >/dev/null || skip "there is no C++ compiler here"

build_with_meson()
{
    [ -z "$EMULATOR" ] || skip "Meson is asked for programs of this machine only"
    need meson pkg-config
    mkdir project
    cp "$tests/consumer/meson.build" "$tests/consumer/main.c" project
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name nucleus-checkpoint.pc)")
    export PKG_CONFIG_PATH
    CFLAGS=$MACHINE_FLAGS LDFLAGS=$MACHINE_FLAGS CC=$CC meson setup build project >meson.log 2>&1 ||
        { cat meson.log; fail "meson setup"; }
    meson compile -C build >build.log 2>&1 || { cat build.log; fail "it does not build"; }
}

build_with_cmake()
{
    build_project "$tests/consumer" "-DWAY=$way" "-DLANGUAGE=$language" \
        "-DCMAKE_PREFIX_PATH=$prefix" "-DVERSION=$VERSION" "$@"
}

# As a part of another project, the library brings nothing of its own along.
check_parent()
{
    if grep -E '^(BUILD_TESTING|CMAKE_BUILD_TYPE|CMAKE_INSTALL_LIBDIR):.*=.' build/CMakeCache.txt; then
        fail "settings of the parent were changed"
    fi
    [ "$(find build -name 'ckmeta*' -o -name 'test-*')" = "" ] || fail "tools or tests were built"
    "$CMAKE" --install build --prefix installed >install.log
    [ "$(list_files installed)" = bin/consumer ] || fail "the library has install rules"

    build_with_cmake -DBUILD_TESTING=ON
    grep -q '^BUILD_TESTING:.*=ON$' build/CMakeCache.txt || fail "BUILD_TESTING was changed"
    (cd build && "${CMAKE%/*}/ctest" -N) | grep -qx 'Total Tests: 0' || fail "the library has tests"
}

case $way-$language in
pkg_config-C) use_by_hand "$prefix" "$CC" -std=c11 ;;
pkg_config-CXX) use_by_hand "$prefix" "$CXX" -std=c++17 -x c++ ;;
meson-*) build_with_meson ;;
*) build_with_cmake ;;
esac
[ "$way" = pkg_config ] || check_consumer build/consumer
case $way in
add_subdirectory | FetchContent) check_parent ;;
esac
# The parent may define _GNU_SOURCE for everybody.
if [ "$way $language" = "add_subdirectory C" ]; then
    build_with_cmake "-DCMAKE_C_FLAGS=$MACHINE_FLAGS -D_GNU_SOURCE -Werror"
fi
