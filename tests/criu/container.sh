# SPDX-License-Identifier: MIT
# container.sh runc|crun: saves the metadata of a container as ckmeta(1) shows, checkpoints the container
# and restores it. With runc, CRIU also runs the action script.
. "${0%/*}/sandbox.sh"
runtime=$1
need "$runtime" jq mandoc col ip iptables-restore
[ "$runtime" != crun ] || ldconfig -p | grep -q 'libcriu\.so' || skip "crun needs libcriu"
[ "$(stat -f -c %T "$root")" = cgroup2fs ] || skip "cgroup2 cannot be mounted"
compile_counter

# Enables all controllers in the cgroup of the container, and sets controllers to their names.
enable_controllers()
{
    mkdir "$cgroup" 2>mkdir.log || skip "cannot create a cgroup: $(cat mkdir.log)"
    controllers=$(cat "$root/cgroup.controllers")
    for directory in "$root" "$cgroup"; do
        for controller in $controllers; do
            (echo "+$controller" >"$directory/cgroup.subtree_control") 2>/dev/null ||
                skip "the controller $controller cannot be used in new cgroups"
        done
    done
}

# limit CONTROLLER VALUE: prints the limit that must be saved: VALUE, or null without the controller.
limit()
{
    case " $controllers " in
    *" $1 "*) echo "$2" ;;
    *) echo null ;;
    esac
}

# runc reads options for CRIU from a file that the bundle names; crun has command-line options. CRIU must
# not manage cgroups, because it would not remove the new ones on a machine that also has cgroup v1.
make_bundle()
{
    mkdir -p bundle/rootfs/dev bundle/rootfs/proc
    cp counter bundle/rootfs
    make_action_script
    printf '%s\n' "manage-cgroups ignore" "action-script $scratch/action-script" >criu.conf
    jq --arg cgroup "${cgroup#"$root"}/sampler" --arg criu "$scratch/criu.conf" \
        --argjson memory "$memory" --argjson pids "$pids" '
            .process.args = ["/counter", "/numbers", "a b", "", "line 1\nline 2"]
            | .root = {path: "rootfs"}
            | .annotations = {"org.criu.config": $criu}
            | .mounts |= map(select(.destination == "/proc" or .destination == "/dev"))
            | .linux |= {namespaces, cgroupsPath: $cgroup, resources}
            | if $memory then .linux.resources.memory.limit = $memory else . end
            | if $pids then .linux.resources.pids.limit = $pids else . end
        ' "$SOURCE/tests/data/oci-bundle-config.json" >bundle/config.json
}

# run_runtime COMMAND ARGUMENT...
run_runtime()
{
    command=$1
    shift
    case $runtime-$command in
    crun-checkpoint | crun-restore) set -- --manage-cgroups-mode=ignore "$@" ;;
    esac
    if [ "$runtime" = crun ]; then
        crun --cgroup-manager=cgroupfs "$command" "$@"
    else
        runc "$command" "$@"
    fi </dev/null >"$command.out" 2>&1 || {
        tail -n 40 "$command.out" sampler/*.log
        fail "$runtime $command fails"
    }
}

state() # MEMBER
{
    "$runtime" state sampler | jq -r ".$1"
}

# recipe: prints the example of ckmeta(1) for this runtime, with the container and directory of this test.
recipe()
{
    case $runtime in
    crun) shown=samplec ;;
    *) shown=sampler ;;
    esac
    render "$SOURCE/tools/man/ckmeta.1" | section EXAMPLES | displays |
        sed -n "/^mkdir -p .*\/$shown\$/,/^ *\/srv.*\/$shown\$/p" |
        sed "s/$shown/sampler/g; s,/srv/checkpoints,$scratch,"
}

enable_controllers
memory=$(limit memory 67108864)
pids=$(limit pids 32)
make_bundle
mkdir sampler
run_runtime run --detach --bundle "$scratch/bundle" sampler
expect_progress bundle/rootfs/numbers 0
pid=$(state pid)

recipe >recipe.sh
grep -q "$runtime state sampler" recipe.sh || fail "ckmeta(1) has no example for $runtime"
sh -e recipe.sh || fail "the example in ckmeta(1) fails"
[ "$(ckmeta load sampler container_id)" = sampler ] || fail "the saved ID is wrong"
[ "$(ckmeta load sampler original_pid)" = "$pid" ] || fail "the saved process ID is wrong"
"$runtime" --version | grep -qFx "$runtime version $(ckmeta load sampler version)" ||
    fail "the saved version is wrong"
if [ "$runtime" = crun ]; then
    ckmeta load sampler | jq --exit-status --arg cgroup "$cgroup/sampler" \
        --argjson memory "$memory" --argjson pids "$pids" '.cgroup_path == $cgroup and
            (.resource_limits | .memory_bytes == $memory and .pids_max == $pids and
                .cpu_period_us == 100000)' >/dev/null ||
        { ckmeta load sampler; fail "the metadata lacks $cgroup/sampler, memory $memory or pids $pids"; }
fi
expect_command sampler "$pid"

run_runtime checkpoint --image-path "$scratch/sampler" sampler
expect_end "$pid"
[ -e sampler/inventory.img ] || fail "the checkpoint has written no images"
[ "$runtime" != runc ] || criu --version | grep -qFx "Version: $(ckmeta load sampler version)" ||
    fail "the action script does not save"
stopped=$(count bundle/rootfs/numbers)

ckmeta load sampler >/dev/null || fail "the metadata is lost after the checkpoint"
run_runtime restore --detach --bundle "$scratch/bundle" --image-path "$scratch/sampler" sampler
pid=$(state pid)
expect_command sampler "$pid"
expect_progress bundle/rootfs/numbers "$stopped"
grep -qx "0::${cgroup#"$root"}/sampler" "/proc/$pid/cgroup" || fail "the restored process is in another cgroup"

refuses() # REASON: checks that the example saves nothing about a container that has ended or does not exist
{
    ckmeta load sampler >before
    ! sh -e recipe.sh >recipe.out 2>&1 || fail "the example in ckmeta(1) saves a container that $1"
    ckmeta load sampler | cmp - before || fail "the example in ckmeta(1) saves a container that $1"
}
run_runtime kill sampler KILL
expect_end "$pid"
[ "$(state pid)" = 0 ] || fail "$runtime reports process $(state pid) for a stopped container"
refuses "has ended"
run_runtime delete sampler
refuses "does not exist"
