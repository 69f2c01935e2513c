# SPDX-License-Identifier: MIT
# Shared by the tests with CRIU; each begins with: . "${0%/*}/sandbox.sh"
# The script is started again in its own mount and PID namespaces, and continues there as process 1, so
# its mounts and processes end with it. release() removes its cgroups, which are below $cgroup.
# shellcheck disable=SC2034
. "${0%/*}/../package/package.sh"

# In some virtual machines, a hardware breakpoint never fires, and CRIU waits for it forever. With
# this setting it traces the system calls of the process instead.
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
    unshare --mount --pid --fork true 2>/dev/null || skip "cannot create namespaces"
    criu check >criu.log 2>&1 || skip "criu check reports: $(tail -n 1 criu.log)"
}

# A mounted cgroup2 is bind-mounted, because a second mount would change the options of the first.
mount_cgroup2()
{
    mounted=$(findmnt --noheadings --list --output TARGET --types cgroup2 | head -n 1)
    if [ -n "$mounted" ]; then
        mount --bind "$mounted" /sys/fs/cgroup
    else
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
    fi 2>/dev/null
}

# Ends the processes of the namespace, and removes their cgroups.
release()
{
    kill -KILL "$namespace" 2>/dev/null || true
    wait "$namespace" 2>/dev/null || true
    for _ in $(seq 50); do
        [ -d "$cgroup" ] || break
        find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    for controller in $(cat "$root/cgroup.subtree_control" 2>/dev/null); do
        case " $old_controllers " in
        *" $controller "*) ;;
        *) (echo "-$controller" >"$root/cgroup.subtree_control") 2>/dev/null || true ;;
        esac
    done
    [ ! -d "$cgroup" ] || fail "cannot remove $cgroup"
}

root=/sys/fs/cgroup
case ${NAMESPACE-} in
'')
    check_criu
    NAMESPACE=mounts exec unshare --mount sh "$0" "$@"
    ;;
mounts)
    mount -t tmpfs tmpfs /run # where the container runtimes keep their state
    mount_cgroup2 || echo "cgroup2 is not available"
    old_controllers=$(cat "$root/cgroup.subtree_control" 2>/dev/null || true)
    cgroup=$root/nucleus-checkpoint-test.$$
    export cgroup NAMESPACE=processes
    # The timeout of ctest, which is longer, would leave the cgroups.
    timeout --signal=KILL 100 setpriv --pdeathsig KILL \
        unshare --pid --fork --kill-child --mount-proc sh "$0" "$@" &
    namespace=$!
    trap release EXIT
    trap 'exit 1' HUP INT TERM
    wait "$namespace"
    exit
    ;;
esac

# compile_counter: compiles the program that is dumped, statically, so that it runs in any root directory.
compile_counter()
{
    "$CC" -static -o counter "$tests/counter.c" 2>compile.log ||
        skip "cannot link a static program: $(tail -n 1 compile.log)"
}

# make_action_script: writes the action script that ckmeta(1) shows into a file of that name.
make_action_script()
{
    need mandoc col
    render "$SOURCE/tools/man/ckmeta.1" | section EXAMPLES | displays |
        sed -n '/^#!\/bin\/bash$/,/^esac$/p' >action-script
    chmod +x action-script
}

# count FILE: prints the number that the counter wrote last, or 0.
count()
{
    number=$(cat "$1" 2>/dev/null) || true
    echo "${number:-0}"
}

# expect_progress FILE NUMBER: waits until the counter exceeds NUMBER.
expect_progress()
{
    for _ in $(seq 100); do
        [ "$(count "$1")" -le "$2" ] || return 0
        sleep 0.05
    done
    fail "the process does not continue from $2"
}

# expect_end PID: waits until the process ends.
expect_end()
{
    for _ in $(seq 100); do
        [ -e "/proc/$1" ] || return 0
        sleep 0.05
    done
    fail "process $1 does not end"
}

# expect_command DIR PID: checks that the process has the command that is saved in DIR.
expect_command()
{
    ckmeta load -0 "$1" command >saved-command || fail "$1 has no metadata"
    cmp saved-command "/proc/$2/cmdline" || fail "process $2 does not have the command saved in $1"
}
