# SPDX-License-Identifier: MIT
# A program links entirely statically, by hand and with CMake. Debian has no libcjson.a; here it consists
# of functions that abort, because cJSON only decodes strings with escapes, which consumer/main.c has not.
. "${0%/*}/package.sh"
use_pkg_config "$prefix"
[ -x "$NM" ] || skip "there is no nm here"
echo 'int main(void) { return 0; }' >empty.c
"$CC" $MACHINE_FLAGS -static -o empty empty.c 2>refusal || skip "no static libc: $(cat refusal)"

echo '#include <stdlib.h>' >cJSON.c
"$NM" -u "$(find "$prefix" -name libnucleus-checkpoint.a)" |
    sed -n 's/^ *U \(cJSON_.*\)/void \1(void); void \1(void) { abort(); }/p' | sort -u >>cJSON.c
grep -q cJSON_ cJSON.c || fail "the archive does not call cJSON"
"$CC" $MACHINE_FLAGS -O2 -c cJSON.c
ar rcs libcjson.a cJSON.o

# shellcheck disable=SC2046
compile "$CC" -std=c11 -static -o by-hand "$tests/consumer/main.c" -L. \
    $(pkg-config --static --cflags --libs nucleus-checkpoint)
copy_cjson_header
build_project "$tests/consumer" -DWAY=find_package -DLANGUAGE=C "-DCMAKE_PREFIX_PATH=$prefix" \
    "-DVERSION=$VERSION" "-DCJSON_FILE=$scratch/libcjson.a" "-DCJSON_DIR=$scratch/vendored" \
    "-DCMAKE_EXE_LINKER_FLAGS=-static"

for program in ./by-hand build/consumer; do
    check_consumer $program
    [ -z "$("$NM" -D "$program" 2>/dev/null)" ] || fail "$program is not static"
done
