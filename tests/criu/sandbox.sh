# SPDX-License-Identifier: MIT
# Shared by the tests with CRIU; each begins with: . "${0%/*}/sandbox.sh"
# The script is started anew in mount and PID namespaces of its own, and goes on behind that line
# there, as process 1. Its mounts and processes end with the namespaces, however it ends; what it
# makes below $cgroup in /sys/fs/cgroup is removed here.
# shellcheck disable=SC2034
. "${0%/*}/../package/package.sh"

# Some virtual machines let a process have a hardware breakpoint that never fires, and CRIU waits
# for it forever. With this it follows the process from system call to system call instead.
export CRIU_FAULT=130

PATH=${CKMETA%/*}:$PATH:/usr/sbin:/sbin

check_criu()
{
    [ -z "$EMULATOR" ] || skip "criu cannot checkpoint a process in an emulator"
    [ "$(id -u)" -eq 0 ] || skip "only root can checkpoint a process"
    need criu findmnt setpriv timeout unshare
    version=$(criu --version | sed -n 's/^Version: //p')
    printf '%s\n' 4.1 "$version" | sort -C -V ||
        skip "criu is $version; before 4.1 it fails on the vdso of current kernels"
    unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces can be made here"
    criu check >criu.log 2>&1 || skip "criu check says: $(tail -n 1 criu.log)"
}

# A cgroup2 that is mounted already is bound: a second mount would change the options of the first.
mount_cgroup2()
{
    mounted=$(findmnt --noheadings --list --output TARGET --types cgroup2 | head -n 1)
    if [ -n "$mounted" ]; then
        mount --bind "$mounted" /sys/fs/cgroup
    else
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
    fi 2>/dev/null
}

# Cgroups of tests that were killed before they could remove them.
sweep()
{
    for left in "$root"/nucleus-checkpoint-test.*; do
        [ -d "$left" ] && [ ! -e "/proc/${left##*.}" ] || continue
        find "$left" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

# Process 1 of the namespace takes all others with it; then their cgroups can go.
release()
{
    kill -KILL "$enclosure" 2>/dev/null || true
    wait "$enclosure" 2>/dev/null || true
    for _ in $(seq 50); do
        [ -d "$cgroup" ] || break
        find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    for controller in $(cat "$root/cgroup.subtree_control" 2>/dev/null); do
        case " $handed_down " in
        *" $controller "*) ;;
        *) (echo "-$controller" >"$root/cgroup.subtree_control") 2>/dev/null || true ;;
        esac
    done
    [ ! -d "$cgroup" ] || fail "$cgroup is left behind"
}

root=/sys/fs/cgroup
case ${ENCLOSURE-} in
'')
    check_criu
    ENCLOSURE=mounts exec unshare --mount sh "$0" "$@"
    ;;
mounts)
    mount -t tmpfs tmpfs /run # the state of the container runtimes
    mount_cgroup2 || echo "there is no cgroup2 here"
    sweep
    handed_down=$(cat "$root/cgroup.subtree_control" 2>/dev/null || true)
    cgroup=$root/nucleus-checkpoint-test.$$
    export cgroup ENCLOSURE=processes
    # Before ctest loses patience, which would leave the cgroups.
    timeout --signal=KILL 100 setpriv --pdeathsig KILL \
        unshare --pid --fork --kill-child --mount-proc sh "$0" "$@" &
    enclosure=$!
    trap release EXIT
    trap 'exit 1' HUP INT TERM
    wait "$enclosure"
    exit
    ;;
esac

# compile_counter: the process to be dumped, with all that it needs in one file.
compile_counter()
{
    "$CC" -static -o counter "$tests/counter.c" 2>compile.log ||
        skip "no static program can be made: $(tail -n 1 compile.log)"
}

# make_action_script: writes the action script that ckmeta(1) shows into a file of that name.
make_action_script()
{
    need mandoc col
    render "$SOURCE/tools/man/ckmeta.1" | section EXAMPLES | displays |
        sed -n '/^#!\/bin\/bash$/,/^esac$/p' >action-script
    chmod +x action-script
}

# count FILE: the number that the counter wrote last.
count()
{
    number=$(cat "$1" 2>/dev/null) || true
    echo "${number:-0}"
}

# expect_progress FILE NUMBER: the counter has come further than that, or does so soon.
expect_progress()
{
    for _ in $(seq 100); do
        [ "$(count "$1")" -le "$2" ] || return 0
        sleep 0.05
    done
    fail "the process does not go on from $2"
}

# expect_end PID: that process is gone, or goes soon.
expect_end()
{
    for _ in $(seq 100); do
        [ -e "/proc/$1" ] || return 0
        sleep 0.05
    done
    fail "process $1 is still there"
}

# expect_command DIR PID: the process has the command that the metadata says.
expect_command()
{
    ckmeta load -0 "$1" command >said || fail "$1 has no metadata"
    cmp said "/proc/$2/cmdline" || fail "process $2 has another command than $1 says"
}
