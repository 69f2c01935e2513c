# SPDX-License-Identifier: MIT
# consumer.sh WAY LANGUAGE: a program from outside finds the library, builds without a warning, runs.
. "${0%/*}/package.sh"
way=$1
language=$2

case $language in
C) compiler=$CC standard=c11 source=main.c ;;
CXX) compiler=$CXX standard=c++11 source=main.cpp ;;
esac
command -v "$compiler" >/dev/null || skip "there is no C++ compiler here"

build_by_hand()
{
    use_pkg_config "$prefix"
    # shellcheck disable=SC2046
    compile "$compiler" "-std=$standard" -o consumer "$tests/consumer/$source" \
        $(pkg-config --cflags --libs nucleus-checkpoint)
}

build_with_cmake()
{
    configure -S "$tests/consumer" -B build "-DWAY=$way" "-DLANGUAGE=$language" \
        "-DNUCLEUS_SOURCE=$SOURCE" "-DCMAKE_PREFIX_PATH=$prefix" "-DVERSION=$VERSION" "$@"
    "$CMAKE" --build build >build.log 2>&1 || { cat build.log; fail "it does not build"; }
}

# As a part of another project, the library brings nothing of its own along.
check_parent()
{
    if grep -E '^(BUILD_TESTING|CMAKE_BUILD_TYPE):.*=.' build/CMakeCache.txt; then
        fail "settings of the parent were changed"
    fi
    [ "$(find build -name 'ckmeta*' -o -name 'test-*')" = "" ] || fail "tools or tests were built"
    "$CMAKE" --install build --prefix installed >install.log
    [ "$(list_files installed)" = bin/consumer ] || fail "the library has install rules"

    build_with_cmake -DBUILD_TESTING=ON
    grep -q '^BUILD_TESTING:.*=ON$' build/CMakeCache.txt || fail "BUILD_TESTING was changed"
    (cd build && "${CMAKE%/*}/ctest" -N) | grep -qx 'Total Tests: 0' || fail "the library has tests"
}

case $way in
pkg_config)
    build_by_hand
    program=./consumer
    ;;
*)
    build_with_cmake
    program=build/consumer
    ;;
esac
mkdir checkpoint
[ "$(run $program checkpoint)" = "$VERSION db 13789 /bin/sleep 60" ] || fail "the program fails"
case $way in
add_subdirectory | FetchContent) check_parent ;;
esac
