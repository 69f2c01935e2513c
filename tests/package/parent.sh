# SPDX-License-Identifier: MIT
# A parent that installs a static library of its own installs this one with it: NUCLEUS_INSTALL.
. "${0%/*}/package.sh"

build_project "$tests/parent"
"$CMAKE" --install build --prefix "$scratch/first" >install.log || fail "it does not install"
mv first moved

list_files moved >files
grep -v -e '^bin/' -e '^share/' "$tests/installed-files" |
    sed 's/-relwithdebinfo\.cmake$/-noconfig.cmake/' >expected
printf 'lib/%s\n' libruntime.a cmake/runtime/runtime-config.cmake \
    cmake/runtime/runtime-targets-noconfig.cmake cmake/runtime/runtime-targets.cmake >>expected
sort -o expected expected
expect_same "the installed files" expected files

build_project "$tests/parent/user" "-DCMAKE_PREFIX_PATH=$scratch/moved"
check_consumer build/consumer

# With cJSON as a target of the parent, too.
take_cjson
build_project "$tests/parent" -DCJSON_FILE=/nowhere/libcjson.a "-DCJSON_DIR=$scratch/vendored"
"$CMAKE" --install build --prefix "$scratch/second" >install.log || fail "it does not install"
list_files second >files
expect_same "the files installed with a target for cJSON" expected files
if grep -rI -e nowhere -e their-cjson second; then
    fail "the installation names the parent's cJSON"
fi
build_project "$tests/parent/user" "-DCMAKE_PREFIX_PATH=$scratch/second"
check_consumer build/consumer
