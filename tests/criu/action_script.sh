# SPDX-License-Identifier: MIT
# The action script with the real criu: the metadata comes and goes with the images, and each of the
# two commands fails where its half of the script fails.
. "${0%/*}/sandbox.sh"
need strace
compile_counter
make_action_script
script=$scratch/action-script

# criu_does COMMAND DIR ARGUMENT...: a criu command with the action script. What both say is in
# DIR/COMMAND.log.
criu_does()
{
    command=$1
    images=$2
    shift 2
    criu "$command" --images-dir "$images" --log-file "$command.log" -v4 \
        --action-script "$script" "$@" 2>/dev/null
}

# trace_script: from now on, the calls of the action script that order what is on disk are recorded.
trace_script()
{
    cat >traced-script <<END
#!/bin/sh
exec strace -f -A -o "$scratch/calls" -e trace=unlink,unlinkat,fsync,syncfs,rename,renameat "$script"
END
    chmod +x traced-script
    script=$scratch/traced-script
}

# expect_order: the old metadata goes for good, then come the images, then the new metadata.
expect_order()
{
    order=$(sed -n 's/^[0-9]* *\([a-z]*\)(.*/\1/p' calls | paste -s -d ' ')
    case $order in
    "unlinkat fsync syncfs fsync renameat fsync"*) ;;
    *) cat calls; fail "the calls of the action script are: $order" ;;
    esac
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

mkdir unsaved used web-1
./counter numbers "a b" "" "line 1
line 2" &
pid=$!
expect_progress numbers 0

# Neither metadata that cannot be removed before the dump nor a save that fails after it costs the
# process, and the metadata of an earlier checkpoint does not remain beside the new images.
mkdir unsaved/metadata.json
! criu_does dump unsaved --tree "$pid" || fail "criu dump does not fail"
grep -q "^rm: .*metadata.json" unsaved/dump.log || fail "criu dump fails for another reason"
[ ! -e unsaved/inventory.img ] || fail "it dumps although the old metadata cannot be removed"
expect_progress numbers "$(count numbers)"
ckmeta save --id old --pid 1 used -- old
ln -s elsewhere used/metadata.json.tmp
fails "symbolic link" dump used --tree "$pid"
[ -e used/inventory.img ] || fail "it saves before the images are written"
[ ! -e used/metadata.json ] || fail "the old metadata remains"
expect_progress numbers "$(count numbers)"

cp "/proc/$pid/cmdline" cmdline
ckmeta save --id old --pid 1 web-1 -- old
trace_script
succeeds dump web-1 --tree "$pid"
! wait "$pid" || fail "the dumped process ended by itself"
[ -e web-1/inventory.img ] || fail "there are no images beside the metadata"
ckmeta load -0 web-1 command | cmp - cmdline || fail "the command is another one"
[ "$(ckmeta load web-1 container_id)" = web-1 ] || fail "the ID is another one"
[ "$(ckmeta load web-1 original_pid)" = "$pid" ] || fail "the process ID is another one"
criu --version | grep -qFx "Version: $(ckmeta load web-1 version)" || fail "the version is another one"
expect_order
dumped=$(count numbers)

mv web-1/metadata.json whole
is_refused web-1 "No such file or directory"
head -c 100 whole >web-1/metadata.json
is_refused web-1 "line "

mv whole web-1/metadata.json
succeeds restore web-1 --restore-detached
expect_command web-1 "$pid"
expect_progress numbers "$dumped"
