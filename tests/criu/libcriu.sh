# SPDX-License-Identifier: MIT
# A program that uses libcriu saves the metadata when it is notified. If the save fails, so does the dump,
# and the process continues.
. "${0%/*}/sandbox.sh"
need pkg-config
pkg-config --exists criu || skip "the header of libcriu is not installed"
compile_counter
# shellcheck disable=SC2046
"$CC" -o dump -I"$SOURCE/include" "$tests/dump.c" "$ARCHIVE" \
    $(pkg-config --cflags --libs criu libcjson) || fail "dump.c does not compile"

dump() # STATUS DIR
{
    got=0
    ./dump "$2" "$pid" 2>err || got=$?
    [ "$got" = "$1" ] || { tail -n 40 "$2/dump.log"; fail "dump exits with $got: $(cat err)"; }
}

mkdir saved unsaved
./counter numbers &
pid=$!
expect_progress numbers 0
ln -s elsewhere unsaved/metadata.json.tmp
dump 1 unsaved
grep -q "cannot save" err || fail "the save does not fail"
expect_progress numbers "$(count numbers)"
dump 0 saved
expect_end "$pid"
[ "$(ckmeta load saved original_pid)" = "$pid" ] || fail "the saved process ID is wrong"
