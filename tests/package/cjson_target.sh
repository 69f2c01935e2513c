# SPDX-License-Identifier: MIT
# A project can provide cJSON as a target, so that pkg-config is not needed.
. "${0%/*}/package.sh"
copy_cjson_header
cjson=$(pkg-config --variable=libdir libcjson)/libcjson.so
PKG_CONFIG_LIBDIR=$scratch PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH

for way in find_package add_subdirectory; do
    set -- "$tests/consumer" "-DWAY=$way" -DLANGUAGE=C "-DVERSION=$VERSION" "-DCMAKE_PREFIX_PATH=$prefix"
    build_project "$@" "-DCJSON_FILE=$cjson" "-DCJSON_DIR=$scratch/vendored"
    check_consumer build/consumer
    grep -rqF vendored/cJSON.h build || [ $way = find_package ] ||
        fail "the header of the target is not used"
    ! (build_project "$@" -DNUCLEUS_CJSON_TARGET=nowhere) >/dev/null 2>&1 ||
        fail "a target that does not exist is accepted"
    grep -q "there is no target 'nowhere'" log || { cat log; fail "the missing target is not named"; }
done
