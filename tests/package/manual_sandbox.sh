# SPDX-License-Identifier: MIT
# The system calls and the Landlock rights that nucleus-checkpoint(7) lists for a sandbox are
# sufficient, also if something fails, and none of them is superfluous.
. "${0%/*}/package.sh"
need mandoc col pkg-config
[ -z "$EMULATOR" ] || skip "the emulator makes its own system calls"
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux*) ;;
*) skip "the names are those of x86-64" ;;
esac
pkg-config --exists libseccomp || skip "there is no libseccomp here"
use_pkg_config "$prefix"
# shellcheck disable=SC2046
compile "$CC" -std=gnu11 -o sandbox "$tests/manual_sandbox.c" \
    $(pkg-config --cflags --libs nucleus-checkpoint libseccomp)

listed() # SECTION TAG: prints what the section lists after the tag, one item a line
{
    render "$SOURCE/tools/man/nucleus-checkpoint.7" | section "$1" | awk -v tag="     $2" '
        $0 == tag { inside = 1; next }
        index($0, tag "  ") == 1 { inside = 1; sub(tag, ""); print; next }
        inside && !/^        / { exit }
        inside' | tr -s ', ' '\n\n' | grep . || fail "$1 does not list $2"
}
listed "SYSTEM CALLS" Memory >memory
listed "SYSTEM CALLS" Save >save
listed "SYSTEM CALLS" Load >load
listed "SYSTEM CALLS" "Limits of a cgroup" >capture

# perform KIND ACTION CASE NAME...: prints the exit status of the action in that case, with only
# the system calls or rights of those names.
perform()
{
    kind=$1
    action=$2
    case=$3
    shift 3
    rm -rf directory
    mkdir directory
    case $action-$case in
    load-missing*) ;;
    load-broken) echo '{' >directory/metadata.json ;;
    save-occupied) mkdir directory/metadata.json ;;
    *) cp "$SOURCE/tests/data/nucleus-0.3.8-metadata.json" directory/metadata.json ;;
    esac
    case $action-$case in
    load-paused) set -- "$kind" load /dev/pts "$@" ;; # a file system not known to be local
    capture-*) set -- "$kind" capture "$SOURCE/tests/data/cgroup" "$@" ;;
    *) set -- "$kind" "$action" directory "$@" ;;
    esac
    status=0
    case $case in
    *closed) ./sandbox "$@" <&- >&- 2>&- ;;
    umask) (umask 777; exec ./sandbox "$@") ;;
    full) (trap '' XFSZ; ulimit -f 0; exec ./sandbox "$@") ;;
    *) ./sandbox "$@" 2>message ;;
    esac || status=$?
    [ "$status" != 100 ] || skip "$(cat message)"
    echo "$status"
}

# The cases, with the status that each of them has outside of a sandbox, too.
cat >cases <<'END'
save usual 0
save closed 0
save umask 0
save full 10
save occupied 6
load usual 0
load missing 3
load missing-closed 3
load paused 3
load broken 8
capture usual 0
capture closed 0
END
while read -r action case expected; do
    # shellcheck disable=SC2046
    status=$(perform seccomp "$action" "$case" $(cat "$action" memory))
    [ "$status" = "$expected" ] || fail "$action, $case, with the listed system calls: status $status"
done <cases

# Without any one of the calls, some case is killed (159 means SIGSYS). fstat(2) is fstat or newfstatat,
# and the latter is necessary anyway.
for action in save load capture; do
    grep "^$action " cases >own-cases
    for call in $(grep -vx fstat "$action"); do
        killed=
        while read -r _ case _; do
            # shellcheck disable=SC2046
            status=$(perform seccomp "$action" "$case" $(cat "$action" memory | grep -vx "$call"))
            [ "$status" != 159 ] || { killed=yes; break; }
        done <own-cases
        [ -n "$killed" ] || fail "$action does not need $call"
    done
done

for action in save load; do
    listed LANDLOCK "$(echo $action | sed 's/^./\U&/')" >rights
    # shellcheck disable=SC2046
    status=$(perform landlock $action usual $(cat rights))
    [ "$status" = 0 ] || fail "$action with the listed rights: status $status"
    for right in $(cat rights); do
        # shellcheck disable=SC2046
        status=$(perform landlock $action usual $(grep -vx "$right" rights))
        [ "$status" = 10 ] || fail "$action without $right: status $status"
        left=$(find directory -name '.metadata*' | wc -l)
        case $right in
        *REMOVE_FILE) [ "$left" = 1 ] || fail "$action removes a file without $right" ;;
        *) [ "$left" = 0 ] || fail "$action without $right leaves a file" ;;
        esac
    done
done
