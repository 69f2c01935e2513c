# SPDX-License-Identifier: MIT
# The system calls and the Landlock rights that nucleus-checkpoint(7) lists for a sandbox are exactly those
# that are needed, even on errors.
# shellcheck disable=SC2046,SC2086
. "${0%/*}/package.sh"
need mandoc col strace
[ -z "$EMULATOR" ] || skip "the emulator makes its own system calls"
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux*) ;;
*) skip "the names are those of x86-64" ;;
esac
strace -o trace true 2>refusal || skip "strace does not work: $(cat refusal)"
use_pkg_config "$prefix"
compile "$CC" -std=gnu11 -o sandbox "$tests/manual_sandbox.c" \
    $(pkg-config --cflags --libs nucleus-checkpoint)

listed() # SECTION TAG: prints the list after TAG in the section, one item per line
{
    render "$SOURCE/tools/man/nucleus-checkpoint.7" | section "$1" | awk -v tag="     $2" '
        $0 == tag { inside = 1; next }
        index($0, tag "  ") == 1 { inside = 1; sub(tag, ""); print; next }
        inside && !/^        / { exit }
        inside' | tr -s ', ' '\n' | grep . || fail "$1 does not list $2"
}
make_directory()
{
    rm -rf directory
    mkdir directory
    cp "$SOURCE/tests/data/nucleus-0.3.8-metadata.json" directory/metadata.json
}

# Each row is an action, its exit status, and the commands that set up the case. /dev/pts is a file system
# that is not known to be local, so a load retries a missing file there.
while read -r action expected commands; do
    make_directory
    case $action in
    capture) dir=$SOURCE/tests/data/cgroup ;;
    *) dir=directory ;;
    esac
    status=0
    strace -o trace sh -c "$commands; exec ./sandbox $action \"\${dir-\$0}\"" "$dir" || status=$?
    [ "$status" = "$expected" ] || fail "$action after '$commands': status $status"
    sed -n '/^sched_yield/,$s/^\([a-z0-9_]*\)(.*/\1/p' trace | grep -vx -e sched_yield -e exit_group >>"$action"
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
capture 0 :
capture 0 exec <&- >&- 2>&-
END

# Which calls malloc(3) makes depends on the C library, as does the call that fstat(2) makes: fstat or
# newfstatat, which is needed anyway.
listed "SYSTEM CALLS" Memory >memory
for action in save load capture; do
    case $action in
    save) listed "SYSTEM CALLS" Save ;;
    load) listed "SYSTEM CALLS" Load ;;
    capture) listed "SYSTEM CALLS" "Limits of a cgroup" ;;
    esac >needed
    ! grep -vxF -f needed -f memory "$action" || fail "$action makes calls that are not listed"
    ! grep -vxF -f "$action" needed | grep -vx fstat || fail "$action does not make these listed calls"
done

# perform ACTION RIGHT...: performs the action with only these rights, and sets status to the exit status.
perform()
{
    action=$1
    shift
    make_directory
    status=0
    ./sandbox "$action" directory none "$@" || status=$?
    [ "$status" != 100 ] || skip "the kernel has no Landlock"
}
for action in save load; do
    rights=$(listed LANDLOCK "$(echo $action | sed 's/^./\U&/')")
    perform $action $rights
    [ "$status" = 0 ] || fail "$action with the listed rights: status $status"
    for right in $rights; do
        perform $action $(echo "$rights" | grep -vx "$right")
        [ "$status" = 10 ] || fail "$action without $right: status $status"
        left=$(find directory -name '.metadata*' | wc -l)
        case $right in
        *REMOVE_FILE) [ "$left" = 1 ] || fail "$action removes a file without $right" ;;
        *) [ "$left" = 0 ] || fail "$action without $right leaves a file" ;;
        esac
    done
done
