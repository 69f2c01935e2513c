# SPDX-License-Identifier: MIT
# lto.sh SOURCE DIR CC [EMULATOR...]: the tests and the library, optimized together at link time.
# If that drops wrappers, the tests say so themselves, so that nobody looks for an error in the
# component. CPPFLAGS is what src is compiled with, LDFLAGS wraps.
set -eu
source=$1
work=$2
cc=$3
shift 3
tests=$source/tests/examples/downstream

rm -rf "$work"
mkdir -p "$work"
cd "$work"
echo 'int main(void) { return 0; }' >empty.c
# shellcheck disable=SC2086
"$cc" $CFLAGS -O2 -flto -o empty empty.c 2>log ||
    { echo "lto.sh: skipped: $cc cannot link with -flto here"; exit 77; }
# shellcheck disable=SC2046,SC2086
"$cc" $CFLAGS $CPPFLAGS -O2 -flto -std=c11 -I"$source/include" -I"$source/src" \
    -o tests "$source"/src/*.c "$tests"/*.c $LDFLAGS \
    $(pkg-config --cflags --libs cmocka libcjson)
if "$@" ./tests >output 2>&1; then
    echo "no wrapper was dropped here"
elif ! grep -q 'wrappers not reached: 0x.*-flto' output; then
    cat output
    echo "lto.sh: it is not said that wrappers were dropped" >&2
    exit 1
fi
