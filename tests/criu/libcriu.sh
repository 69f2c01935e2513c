# SPDX-License-Identifier: MIT
# A host that saves in the notification of libcriu keeps the process if the save fails; a host that
# saves once criu_dump() has returned loses it.
. "${0%/*}/sandbox.sh"
need pkg-config
pkg-config --exists criu || skip "the header of libcriu is not installed here"
compile_counter
# shellcheck disable=SC2046
"$CC" -o dump -I"$SOURCE/include" "$tests/dump.c" "$ARCHIVE" \
    $(pkg-config --cflags --libs criu libcjson) || fail "it does not compile"

start() # NAME
{
    ./counter "$1" &
    pid=$!
    expect_progress "$1" 0
}

# dump STATUS DIR WHEN
dump()
{
    got=0
    ./dump "$2" "$pid" "$3" 2>err || got=$?
    [ "$got" = "$1" ] ||
        { tail -n 40 "$2/dump.log"; fail "the dump with a save in the $3 exits with $got: $(cat err)"; }
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
[ "$(ckmeta load saved original_pid)" = "$pid" ] || fail "the process ID is another one"

start second
dump 3 lost return
expect_end "$pid"
