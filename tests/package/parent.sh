# SPDX-License-Identifier: MIT
# With NUCLEUS_INSTALL, a parent project installs this library together with its own static library,
# with cJSON from pkg-config or as a target of the parent.
. "${0%/*}/package.sh"

build_project "$tests/parent"
quietly "$CMAKE" --install build --prefix "$scratch/first"
! grep -rq -e -Wconversion build || fail "the parent is built with the warnings of this project"
mv first moved
copy_cjson_header
build_project "$tests/parent" -DCJSON_FILE=/nowhere/libcjson.a "-DCJSON_DIR=$scratch/vendored"
quietly "$CMAKE" --install build --prefix "$scratch/second"
! grep -rI -e nowhere -e their-cjson second ||
    fail "the installation contains the cJSON of the parent"

{
    list_files "$prefix" | grep -v -e '^bin/' -e '^share/' |
        sed 's/-relwithdebinfo\.cmake$/-noconfig.cmake/'
    printf 'lib/%s\n' libruntime.a cmake/runtime/runtime-config.cmake \
        cmake/runtime/runtime-targets-noconfig.cmake cmake/runtime/runtime-targets.cmake
} | sort >expected
for installation in moved second; do
    list_files $installation >files
    expect_same "the files in $installation" expected files
    build_project "$tests/parent/user" "-DCMAKE_PREFIX_PATH=$scratch/$installation"
    check_consumer build/consumer
done
