# SPDX-License-Identifier: MIT
# A project that has cJSON as a target hands it in; pkg-config is not asked.
. "${0%/*}/package.sh"
take_cjson
echo 'int main(void) { return 0; }' >empty.c
compile "$CC" -o empty empty.c -Wl,--no-as-needed $(pkg-config --libs libcjson) -Wl,-Map=map
cjson=$(sed -n 's/^LOAD \(.*libcjson\.so.*\)/\1/p' map)
PKG_CONFIG_LIBDIR=$scratch PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH

for way in find_package add_subdirectory; do
    build_project "$tests/consumer" "-DWAY=$way" -DLANGUAGE=C "-DCMAKE_PREFIX_PATH=$prefix" \
        "-DVERSION=$VERSION" "-DCJSON_FILE=$cjson" "-DCJSON_DIR=$scratch/vendored"
    check_consumer build/consumer
done
grep -rqF vendored/cJSON.h build ||
    fail "the header of the target is not used"

# A target that does not exist is named.
for way in find_package add_subdirectory; do
    rm -rf build
    if (configure -S "$tests/consumer" -B build "-DWAY=$way" -DLANGUAGE=C -DVERSION=$VERSION \
        "-DCMAKE_PREFIX_PATH=$prefix" "-DNUCLEUS_SOURCE=$SOURCE" \
        -DNUCLEUS_CJSON_TARGET=nowhere) >/dev/null 2>&1; then
        fail "a target that does not exist is taken"
    fi
    grep -q "there is no target 'nowhere'" configure.log || { cat configure.log; fail "no reason"; }
done
