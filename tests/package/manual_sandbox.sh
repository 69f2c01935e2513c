# SPDX-License-Identifier: MIT
# The system calls and the Landlock rights that nucleus-checkpoint(7) lists for a sandbox are exactly those
# that are needed, even on errors.
# shellcheck disable=SC2046,SC2086
. "${0%/*}/package.sh"
need strace
[ -z "$EMULATOR" ] || skip "the emulator makes its own system calls"
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux*) ;;
*) skip "the names are those of x86-64" ;;
esac
strace -o trace true 2>refusal || skip "strace does not work: $(cat refusal)"
use_pkg_config "$prefix"

# compile_sandbox [-DRIGHTS=...]: compiles manual_sandbox.c.
compile_sandbox()
{
    compile "$CC" -std=gnu11 "$@" -o sandbox "$tests/manual_sandbox.c" \
        $(pkg-config --cflags --libs nucleus-checkpoint)
}

# listed ITEM MACRO: prints, one per line, the names that MACRO marks in those list items of
# nucleus-checkpoint(7) that begin with ITEM.
listed()
{
    sed -n "/^\.It $1/I,/^\.\(It\|El\)/s/^\.$2 \([^ ]*\).*/\1/p" "$SOURCE/tools/man/nucleus-checkpoint.7" |
        grep . || fail "the page does not list the $2 of $1"
}

make_directory()
{
    rm -rf directory
    mkdir directory
    cp "$SOURCE/tests/data/nucleus-0.3.8-metadata.json" directory/metadata.json
}

# Each row is an action, its exit status, and the commands that set up the case, which may set dir. The file
# system of /dev/pts is not known to be local, so a load retries a missing file there.
compile_sandbox
cp -r "$SOURCE/tests/data/cgroup" .
while read -r action expected commands; do
    make_directory
    status=0
    strace -o trace sh -c "dir=directory; $commands; exec ./sandbox $action \$dir" || status=$?
    [ "$status" = "$expected" ] || fail "$action after '$commands': status $status"
    sed -n '/^sched_yield/,$s/^\([a-z0-9_]*\)(.*/\1/p' trace |
        grep -vx -e sched_yield -e exit_group >>"$action"
done <<'END'
save 0 :
save 0 exec <&- >&- 2>&-
save 0 umask 777
save 10 trap '' XFSZ; ulimit -f 0
save 6 rm directory/metadata.json; mkdir directory/metadata.json
load 0 :
load 3 rm directory/metadata.json
load 3 rm directory/metadata.json; exec <&- >&- 2>&-
load 3 dir=/dev/pts
load 8 echo '{' >directory/metadata.json
limits 0 dir=cgroup
limits 0 dir=cgroup; exec <&- >&- 2>&-
END

# Which calls malloc(3) makes depends on the C library, as does the call that fstat(2) makes: fstat or
# newfstatat, which is needed anyway.
listed memory Li >memory
for action in save load limits; do
    listed $action Li >needed
    ! grep -vxF -f needed -f memory "$action" || fail "$action makes calls that are not listed"
    ! grep -vxF -f "$action" needed | grep -vx fstat || fail "$action does not make these listed calls"
done

# perform ACTION RIGHT...: performs the action with only these rights, and sets status to the exit status.
perform()
{
    action=$1
    shift
    compile_sandbox "-DRIGHTS=0$(printf '|%s' "$@")"
    make_directory
    status=0
    ./sandbox "$action" directory || status=$?
    [ "$status" != 100 ] || skip "the kernel has no Landlock"
}
for action in save load; do
    rights=$(listed $action Dv)
    perform $action $rights
    [ "$status" = 0 ] || fail "$action with the listed rights: status $status"
    for right in $rights; do
        perform $action $(echo "$rights" | sed "s/^$right\$/0/")
        [ "$status" = 10 ] || fail "$action without $right: status $status"
        left=$(find directory -name '.metadata*' | wc -l)
        case $right in
        *REMOVE_FILE) [ "$left" = 1 ] || fail "$action removes a file without $right" ;;
        *) [ "$left" = 0 ] || fail "$action without $right leaves a file" ;;
        esac
    done
done
