# SPDX-License-Identifier: MIT
# The action script with the real criu: the metadata comes and goes with the images, and each of the
# two commands fails where its half of the script fails.
. "${0%/*}/sandbox.sh"
compile_counter

# criu_does COMMAND DIR ARGUMENT...: a criu command with the action script. What both say is in
# DIR/COMMAND.log.
criu_does()
{
    command=$1
    images=$2
    shift 2
    criu "$command" --images-dir "$images" --log-file "$command.log" -v4 \
        --action-script "$tests/action-script" "$@" 2>/dev/null
}

# succeeds COMMAND DIR ARGUMENT...
succeeds()
{
    criu_does "$@" || { tail -n 40 "$2/$1.log"; fail "criu $1 fails"; }
}

# fails MESSAGE COMMAND DIR ARGUMENT...: because ckmeta fails with that message.
fails()
{
    message=$1
    shift
    ! criu_does "$@" || fail "criu $1 does not fail"
    grep -q "^ckmeta: .*$message" "$2/$1.log" ||
        { tail -n 40 "$2/$1.log"; fail "criu $1 fails for another reason than '$message'"; }
}

# is_refused DIR MESSAGE: nothing is restored from there.
is_refused()
{
    before=$(count numbers)
    fails "$2" restore "$1" --restore-detached
    [ ! -e "/proc/$pid" ] || fail "criu restore fails, but there is a process"
    [ "$(count numbers)" = "$before" ] || fail "criu restore fails, but something ran"
}

mkdir unsaved web-1
./counter numbers "a b" "" "line 1
line 2" &
pid=$!
expect_progress numbers 0

# A directory of that name is in the way of the new file.
mkdir unsaved/metadata.json
fails "Is a directory" dump unsaved --tree "$pid"
expect_progress numbers "$(count numbers)"

cp "/proc/$pid/cmdline" cmdline
succeeds dump web-1 --tree "$pid"
! wait "$pid" || fail "the dumped process ended by itself"
[ -e web-1/inventory.img ] || fail "there are no images beside the metadata"
ckmeta load -0 web-1 command | cmp - cmdline || fail "the command is another one"
[ "$(ckmeta load web-1 container_id)" = web-1 ] || fail "the ID is another one"
[ "$(ckmeta load web-1 original_pid)" = "$pid" ] || fail "the process ID is another one"
dumped=$(count numbers)

mv web-1/metadata.json whole
is_refused web-1 "No such file or directory"
head -c 100 whole >web-1/metadata.json
is_refused web-1 "line "

mv whole web-1/metadata.json
succeeds restore web-1 --restore-detached
expect_command web-1 "$pid"
expect_progress numbers "$dumped"
