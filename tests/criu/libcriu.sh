# SPDX-License-Identifier: MIT
# If a save in the notification of libcriu fails, the process continues. If a save after criu_dump() has
# returned fails, the process is lost.
. "${0%/*}/sandbox.sh"
need pkg-config
pkg-config --exists criu || skip "the header of libcriu is not installed here"
compile_counter
# shellcheck disable=SC2046
"$CC" -o dump -I"$SOURCE/include" "$tests/dump.c" "$ARCHIVE" \
    $(pkg-config --cflags --libs criu libcjson) || fail "dump.c does not compile"

start() # FILE
{
    ./counter "$1" &
    pid=$!
    expect_progress "$1" 0
}

dump() # STATUS DIR WHEN
{
    got=0
    ./dump "$2" "$pid" "$3" 2>err || got=$?
    [ "$got" = "$1" ] ||
        { tail -n 40 "$2/dump.log"; fail "$3: dump exits with $got: $(cat err)"; }
}

mkdir saved kept lost
for directory in kept lost; do
    ln -s elsewhere $directory/metadata.json.tmp
done

start first
dump 1 kept notification
grep -q "cannot save" err || fail "the save does not fail"
expect_progress first "$(count first)"
dump 0 saved notification
expect_end "$pid"
[ "$(ckmeta load saved original_pid)" = "$pid" ] || fail "the saved process ID is wrong"

start second
dump 3 lost return
expect_end "$pid"
