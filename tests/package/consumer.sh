# SPDX-License-Identifier: MIT
# consumer.sh WAY LANGUAGE: another project, written in LANGUAGE, finds the library in the given WAY. Its
# program builds without warnings and works.
. "${0%/*}/package.sh"
way=$1
language=$2
[ "$language" = C ] || command -v "$CXX" >/dev/null || skip "no C++ compiler is installed"

build_with_cmake() # ARGUMENT...
{
    build_project "$tests/consumer" "-DWAY=$way" "-DLANGUAGE=$language" \
        "-DCMAKE_PREFIX_PATH=$prefix" "-DVERSION=$VERSION" "$@"
}

case $way-$language in
pkg_config-C) use_by_hand "$prefix" "$CC" -std=c11 ;;
pkg_config-CXX) use_by_hand "$prefix" "$CXX" -std=c++17 -x c++ ;;
*)
    build_with_cmake
    check_consumer build/consumer
    ;;
esac

# As part of another project, the library changes no settings, and adds no tools, tests or install rules.
case $way in
add_subdirectory | FetchContent)
    ! grep -E '^(BUILD_TESTING|CMAKE_BUILD_TYPE|CMAKE_INSTALL_LIBDIR):.*=.' build/CMakeCache.txt ||
        fail "settings of the parent were changed"
    [ "$(find build -name 'ckmeta*' -o -name 'test-*')" = "" ] || fail "tools or tests were built"
    quietly "$CMAKE" --install build --prefix installed
    [ "$(list_files installed)" = bin/consumer ] || fail "the library has install rules"

    build_with_cmake -DBUILD_TESTING=ON "-DCMAKE_C_FLAGS=$MACHINE_FLAGS -D_GNU_SOURCE -Werror"
    grep -q '^BUILD_TESTING:.*=ON$' build/CMakeCache.txt || fail "BUILD_TESTING was changed"
    (cd build && "${CMAKE%/*}/ctest" -N) | grep -qx 'Total Tests: 0' || fail "the library has tests"
    ;;
esac
