# SPDX-License-Identifier: MIT
# With the action script of ckmeta(1), criu saves the metadata together with the images and restores
# nothing without metadata. criu fails if the script fails.
. "${0%/*}/sandbox.sh"
need strace
compile_counter
make_action_script
script=$scratch/action-script

# run_criu COMMAND DIR ARGUMENT...: runs criu with the action script. Both log to DIR/COMMAND.log.
run_criu()
{
    command=$1
    images=$2
    shift 2
    criu "$command" --images-dir "$images" --log-file "$command.log" -v4 \
        --action-script "$script" "$@" 2>/dev/null
}

succeeds() # COMMAND DIR ARGUMENT...
{
    run_criu "$@" || { tail -n 40 "$2/$1.log"; fail "criu $1 fails"; }
}

fails() # MESSAGE COMMAND DIR ARGUMENT...
{
    message=$1
    shift
    ! run_criu "$@" || fail "criu $1 does not fail"
    grep -q "^$message" "$2/$1.log" ||
        { tail -n 40 "$2/$1.log"; fail "criu $1 fails, but not with '$message'"; }
}

# is_refused DIR MESSAGE: checks that a restore fails with MESSAGE before the process runs.
is_refused()
{
    before=$(count numbers)
    fails "$2" restore "$1" --restore-detached
    [ ! -e "/proc/$pid" ] || fail "criu restore fails, but leaves a process"
    [ "$(count numbers)" = "$before" ] || fail "criu restore fails, but the process has run"
}

mkdir unsaved used web-1
./counter numbers "a b" "" "line 1
line 2" &
pid=$!
expect_progress numbers 0

# If the old metadata cannot be removed, or the save fails, the process continues. The metadata of an
# earlier checkpoint does not remain beside new images.
mkdir unsaved/metadata.json
fails "rm: .*metadata.json" dump unsaved --tree "$pid"
[ ! -e unsaved/inventory.img ] || fail "criu dumps although the old metadata cannot be removed"
expect_progress numbers "$(count numbers)"
ckmeta save --id old --pid 1 used -- old
ln -s elsewhere used/metadata.json.tmp
fails "ckmeta: .*symbolic link" dump used --tree "$pid"
[ -e used/inventory.img ] || fail "the script saves before the images are written"
[ ! -e used/metadata.json ] || fail "the old metadata remains"
expect_progress numbers "$(count numbers)"

# The old metadata is durably removed first; then the images and finally the new metadata are flushed.
cp "/proc/$pid/cmdline" cmdline
ckmeta save --id old --pid 1 web-1 -- old
cat >traced-script <<END
#!/bin/sh
exec strace -f -A -o "$scratch/calls" -e trace=unlink,unlinkat,fsync,syncfs,rename,renameat "$script"
END
chmod +x traced-script
script=$scratch/traced-script
succeeds dump web-1 --tree "$pid"
! wait "$pid" || fail "the dumped process ended by itself"
[ -e web-1/inventory.img ] || fail "the dump has written no images"
ckmeta load -0 web-1 command | cmp - cmdline || fail "the saved command is wrong"
[ "$(ckmeta load web-1 container_id)" = web-1 ] || fail "the saved ID is wrong"
[ "$(ckmeta load web-1 original_pid)" = "$pid" ] || fail "the saved process ID is wrong"
criu --version | grep -qFx "Version: $(ckmeta load web-1 version)" || fail "the saved version is wrong"
order=$(sed -n 's/^[0-9]* *\([a-z]*\)(.*/\1/p' calls | paste -s -d ' ')
case $order in
"unlinkat fsync syncfs fsync renameat fsync"*) ;;
*) cat calls; fail "the calls of the action script are: $order" ;;
esac
dumped=$(count numbers)

mv web-1/metadata.json complete
is_refused web-1 "ckmeta: .*No such file or directory"
head -c 100 complete >web-1/metadata.json
is_refused web-1 "ckmeta: .*line "

mv complete web-1/metadata.json
succeeds restore web-1 --restore-detached
expect_command web-1 "$pid"
expect_progress numbers "$dumped"
