# SPDX-License-Identifier: MIT
# A program can be linked statically, by hand and with CMake. Debian has no libcjson.a, so it is compiled.
. "${0%/*}/package.sh"
use_pkg_config "$prefix"
[ -x "$NM" ] || skip "nm is not installed"
echo 'int main(void) { return 0; }' >empty.c
"$CC" $MACHINE_FLAGS -static -o empty empty.c 2>refusal || skip "no static libc: $(cat refusal)"

copy_cjson_source
"$CC" $MACHINE_FLAGS -O2 -c cJSON/cJSON.c
ar rcs libcjson.a cJSON.o

# shellcheck disable=SC2046
compile "$CC" -std=c11 -static -o by-hand "$tests/consumer/main.c" -L. \
    $(pkg-config --static --cflags --libs nucleus-checkpoint)
build_project "$tests/consumer" -DWAY=find_package -DLANGUAGE=C "-DCMAKE_PREFIX_PATH=$prefix" \
    "-DVERSION=$VERSION" "-DCJSON_FILE=$scratch/libcjson.a" "-DCJSON_DIR=$scratch/cJSON" \
    "-DCMAKE_EXE_LINKER_FLAGS=-static"

for program in ./by-hand build/consumer; do
    check_consumer $program
    [ -z "$("$NM" -D "$program" 2>/dev/null)" ] || fail "$program is not static"
done
