# SPDX-License-Identifier: MIT
# nucleus-checkpoint(7) lists the system calls and the Landlock rights that a sandbox must permit. Each
# list is sufficient, also where something fails, and nothing in it is superfluous.
. "${0%/*}/package.sh"
need mandoc col pkg-config
[ -z "$EMULATOR" ] || skip "the emulator makes system calls of its own"
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux*) ;;
*) skip "the names are those of x86-64" ;;
esac
pkg-config --exists libseccomp || skip "there is no libseccomp here"
use_pkg_config "$prefix"
# shellcheck disable=SC2046
compile "$CC" -std=gnu11 -o sandbox "$tests/manual_sandbox.c" -Wl,--wrap=fstatfs64,--wrap=fstatat64 \
    $(pkg-config --cflags --libs nucleus-checkpoint libseccomp)

page=$SOURCE/tools/man/nucleus-checkpoint.7
listed() # SECTION TAG: what the section lists for the first tag of that name, a line each
{
    render "$page" | section "$1" | awk -v tag="     $2" '
        $0 == tag { inside = 1; next }
        index($0, tag "  ") == 1 { inside = 1; sub(tag, ""); print; next }
        inside && !/^        / { exit }
        inside' | tr -s ', ' '\n\n' | grep .
}
listed "SYSTEM CALLS" Memory >memory
for kind in Save Load "Limits of a cgroup"; do
    listed "SYSTEM CALLS" "$kind" >"calls-${kind%% *}" || fail "no system calls for: $kind"
done

# perform KIND ACTION NAME...: prints the exit status of the action in a directory that is made anew.
perform()
{
    kind=$1
    action=$2
    shift 2
    directory=directory
    rm -rf directory
    mkdir directory
    case $action in
    load-missing* | load-fuse) ;;
    save-occupied) mkdir directory/metadata.json ;;
    save-stale) : >directory/.metadata.json.tmp.0123456789abcdef ;;
    load-broken) echo '{' >directory/metadata.json ;;
    capture*) directory=$SOURCE/tests/data/cgroup ;;
    *) cp "$SOURCE/tests/data/nucleus-0.3.8-metadata.json" directory/metadata.json ;;
    esac
    status=0
    ./sandbox "$kind" "$action" "$directory" "$@" 2>message || status=$?
    [ "$status" != 100 ] || skip "$(cat message)"
    echo "$status"
}

# The actions, and the status that each of them has outside of a sandbox.
cat >actions <<'END'
Save save 0
Save save-closed 0
Save save-umask 0
Save save-stale 0
Save save-full 10
Save save-occupied 6
Load load 0
Load load-missing 3
Load load-missing-closed 3
Load load-fuse 3
Load load-broken 8
Limits capture 0
Limits capture-closed 0
END

# shellcheck disable=SC2046
while read -r list action expected; do
    status=$(perform seccomp "$action" $(cat "calls-$list" memory))
    [ "$status" = "$expected" ] || fail "$action under the documented filter: status $status"
done <actions
: >directory/ignored

# Without any one of them, something is killed (159: SIGSYS). fstat(2) is fstat or newfstatat, which
# is needed anyway.
for list in Save Load Limits; do
    while read -r call; do
        [ "$call" != fstat ] || continue
        killed=
        grep -vx "$call" "calls-$list" >without
        grep -vx "$call" memory >>without
        while read -r of action expected; do
            [ "$of" = "$list" ] || continue
            # shellcheck disable=SC2046
            status=$(perform seccomp "$action" $(cat without))
            [ "$status" != 159 ] || killed=yes
        done <actions
        [ -n "$killed" ] || fail "$list does not need $call"
    done <"calls-$list"
done

# What becomes of an action if a call is denied, as the page says.
denied() # CALL ACTION STATUS
{
    status=$(perform deny "$2" "$1")
    [ "$status" = "$3" ] || fail "$2 without permission for $1: status $status"
}
denied unlinkat save-stale 0
[ -e directory/.metadata.json.tmp.0123456789abcdef ] || fail "a stale file is removed without unlinkat"
denied getdents64 save-stale 0
[ -e directory/.metadata.json.tmp.0123456789abcdef ] || fail "a stale file is found without getdents64"
denied fchmod save-umask 0
[ "$(stat -c %a directory/metadata.json)" = 0 ] || fail "the mode is another without fchmod"
denied fremovexattr save 0
denied getrandom save 10
denied fstatfs load-missing 3
denied clock_nanosleep load-fuse 3

# Landlock: each list is sufficient, and nothing in it is superfluous.
for action in save load; do
    case $action in
    save) list=Save ;;
    load) list=Load ;;
    esac
    listed LANDLOCK "$list" >rights || fail "no rights for: $list"
    # shellcheck disable=SC2046
    status=$(perform landlock $action $(cat rights))
    [ "$status" = 0 ] || fail "$action with the documented rights: status $status"
    while read -r right; do
        # shellcheck disable=SC2046
        status=$(perform landlock $action $(grep -vx "$right" rights))
        [ "$status" = 10 ] || fail "$action without $right: status $status"
        left=$(find directory -name '.metadata*' | wc -l)
        case $right in
        *REMOVE_FILE) [ "$left" = 1 ] || fail "$action removes a file without $right" ;;
        *) [ "$left" = 0 ] || fail "$action without $right leaves a file" ;;
        esac
    done <rights
done
