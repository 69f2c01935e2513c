# SPDX-License-Identifier: MIT
# The tests and the library, optimized together at link time. If that drops wrappers, the tests say so
# themselves, so that nobody looks for an error in the component.
. "${0%/*}/../../package/package.sh"

echo 'int main(void) { return 0; }' >empty.c
# shellcheck disable=SC2086
"$CC" $MACHINE_FLAGS -O2 -flto -o empty empty.c 2>log || skip "$CC cannot link with -flto here"
# shellcheck disable=SC2046,SC2086
"$CC" $MACHINE_FLAGS $DEFINITIONS -O2 -flto -std=c11 -I"$SOURCE/include" -I"$SOURCE/src" \
    -o tests "$SOURCE"/src/*.c "$tests"/*.c $WRAPPERS $(pkg-config --cflags --libs cmocka libcjson)
if run ./tests >output 2>&1; then
    echo "no wrapper was dropped here"
elif ! grep -q 'wrappers not reached: 0x.*-flto' output; then
    cat output
    fail "it is not said that wrappers were dropped"
fi
