# SPDX-License-Identifier: MIT
# The examples of ckmeta(1) are run as they are shown, with stand-ins for the container runtimes that
# print what the real ones did, and none of them goes on after something that failed.
. "${0%/*}/package.sh"
need bash jq man mandoc col xargs

page=$SOURCE/tools/man/ckmeta.1
examples "$page" >/dev/null

# Each example in a file of its own. The directories are moved to where this test may create them; the
# processes of the containers do not exist here.
mkdir -p examples.d bin bundle cgroup/samplec run/crun/samplec empty images
render "$page" | section EXAMPLES |
    awk '/^           / { print substr($0, 12) >sprintf("examples.d/%02d", n); next } { n++ }'
sed -i 's,/srv/checkpoints,.,; s,/usr/bin/env PGDATA,env PGDATA,
    s,/sys/fs/cgroup,./cgroup,; s,/run/crun,./run/crun,' examples.d/*

example() # PATTERN: the file of the example in which it occurs first
{
    grep -lF -e "$1" examples.d/* | sed -n 1p | grep . || fail "no example has $1"
}

# The runtimes print what the real ones printed about a container that is running, stopped or missing, as
# $CONTAINER says; the bundle and podman's configuration are in the directory "bundle".
data=$SOURCE/tests/data
cp "$data/oci-bundle-config.json" bundle/config.json
cp "$data"/cgroup/* cgroup/samplec
: >cgroup/cgroup.controllers # the root, which has no limits
cp "$data/crun-1.8.1-status.json" run/crun/samplec/status
for runtime in runc-1.1.5 crun-1.8.1; do
    cat >"bin/${runtime%-*}" <<END
case \$*,\$CONTAINER in
--version,*) cat "\${VERSION_OUTPUT-$data/$runtime-version.txt}" ;;
"state sampler,running" | "state samplec,running") state=state ;;
"state sampler,stopped" | "state samplec,stopped") state=state-stopped ;;
*) exit 1 ;;
esac
[ -z "\$state" ] ||
    sed 's,\("bundle": \)"[^"]*",\1"$scratch/bundle",' "$data/$runtime-\$state.json"
END
done
cat >bin/podman <<END
case \$*,\$CONTAINER in
--version,*) cat "\${VERSION_OUTPUT-$data/podman-4.3.1-version.txt}" ;;
"info --format {{.Host.Security.Rootless}},"*) echo "\$ROOTLESS" ;;
"container inspect web-3,running") inspect=inspect ;;
"container inspect web-3,one-word") inspect=inspect-one-word ;;
"container inspect web-3,stopped") inspect=inspect-stopped ;;
*) echo "[]"; exit 125 ;;
esac
[ -z "\$inspect" ] ||
    sed 's,\("OCIConfigPath": \)"[^"]*",\1"$scratch/bundle/podman.json",' \
        "$data/podman-4.3.1-container-\$inspect.json"
END
cat >bin/criu <<END
[ "\$*" = --version ] || exit 1
cat "\${VERSION_OUTPUT-$data/criu-4.1.1-version.txt}"
END
cat >bin/postgres <<'END'
printf '<%s>' "$PGDATA" "$@"
END
use_programs
export CONTAINER=running ROOTLESS=false

check()
{
    [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}
words() # the words of a command, each in brackets
{
    ckmeta load -0 "$1" command | xargs -0 printf '<%s>'
}
described() # CONTAINER: the example for it, run as the shell of a reader would
{
    sh -e "$(example "./$1")" || fail "the example for $1 fails"
}
refused() # WHAT CONTAINER: the example for it fails and leaves the file that is there unchanged
{
    ckmeta load "$2" >before
    ! sh "$(example "./$2")" >/dev/null 2>&1 || fail "$1: the example for $2 succeeds"
    ckmeta load "$2" | cmp - before || fail "$1: the example for $2 saves something"
}

# Descriptions by runtimes. Each example creates its directory unless it exists.
jq --slurpfile inspected "$data/podman-4.3.1-container-inspect.json" \
    '.process.args = ($inspected[0][0] | [.Path] + .Args)' \
    "$data/podman-4.3.1-config-one-word.json" >bundle/podman.json
for container in sampler sampler samplec web-3; do
    described $container
done
for container in sampler samplec; do
    check "the command of $container" "$(words $container)" \
        '</bin/sl><-c><while true; do echo "héllo wörld"; sleep 1; done><><line1
line2>'
    check "the ID of $container" "$(ckmeta load $container container_id)" $container
done
check "runc's process ID" "$(ckmeta load sampler original_pid)" 13789
check "runc's version" "$(ckmeta load sampler version)" "1.1.5+ds1"
check "crun's process ID" "$(ckmeta load samplec original_pid)" 13833
check "crun's version" "$(ckmeta load samplec version)" 1.8.1
check "crun's cgroup" "$(ckmeta load samplec cgroup_path)" ./cgroup/samplec
check "crun's limit" "$(ckmeta load samplec resource_limits | jq .memory_bytes)" \
    "$(cat cgroup/samplec/memory.max)"
check "podman's ID" "$(ckmeta load web-3 container_id)" \
    f9203c87822c0550530069a4740b6098dd9498c5b0868160e8be8152d3a521ad
check "podman's name" "$(ckmeta load web-3 container_name)" web-3
check "podman's process ID" "$(ckmeta load web-3 original_pid)" 1824
check "podman's version" "$(ckmeta load web-3 version)" 4.3.1
check "podman's command" "$(words web-3)" '</bin/sl><-c><a b><>'
check "rootless of podman" "$(ckmeta load web-3 rootless)" false

# A command of one word, which podman shows twice, and a rootless podman.
cp "$data/podman-4.3.1-config-one-word.json" bundle/podman.json
(CONTAINER=one-word ROOTLESS=true; described web-3)
check "podman's command of one word" "$(words web-3)" '<forever>'
check "podman's second process ID" "$(ckmeta load web-3 original_pid)" 26225
check "rootless of a rootless podman" "$(ckmeta load web-3 rootless)" true

# Nothing is saved about a container that is stopped or missing, or if a part of the description is
# missing.
CONTAINER=one-word
(ROOTLESS=; refused "no answer whether podman is rootless" web-3)
CONTAINER=running
for container in sampler samplec web-3; do
    (CONTAINER=stopped; refused "a stopped container" $container)
    (CONTAINER=missing; refused "no container" $container)
    (export VERSION_OUTPUT=/dev/null; refused "no version" $container)
done
for config in config podman; do
    jq 'del(.process)' bundle/$config.json >$config.edited
    mv bundle/$config.json $config.kept
done
for container in sampler samplec web-3; do
    refused "no configuration" $container
done
for config in config podman; do
    mv $config.edited bundle/$config.json
done
for container in sampler samplec web-3; do
    refused "a configuration without a process" $container
done
for config in config podman; do
    mv $config.kept bundle/$config.json
done

# crun's status file names the cgroup, or that there is none.
status=run/crun/samplec/status
mv $status kept
refused "no status file" samplec
jq 'del(.["cgroup-path"])' kept >$status
refused "a status file without a cgroup" samplec
jq '.["cgroup-path"] = "/gone"' kept >$status
refused "the status file of a cgroup that is gone" samplec
jq '.["cgroup-path"] = ""' kept >$status
described samplec
check "the cgroup of a container without one" "$(ckmeta load samplec cgroup_path)" ""

# Without a runtime.
sh -e "$(example "--name db")" || fail "it is not saved without a runtime"
check "the name of db" "$(ckmeta load db container_name)" db
check "the version of db" "$(ckmeta load db version)" 1.4.2
TZ=UTC sh -e "$(example original_pid)" >output || fail "the fields are not printed"
check "the printed process ID" "$(sed -n 1p output)" 13789
date -u -d "$(sed -n 2p output)" >/dev/null || fail "no date is printed"

# The copy.
copy=$(example "--metadata -")
sh -e "$copy" || fail "it is not copied"
check "the name of the copy" "$(ckmeta load db-2 container_name)" db-2
ckmeta load db-2 | sed 's/"db-2"/"db"/' >copied
ckmeta load db | cmp - copied || fail "the copy differs"
sed 's,load [^ ]*,load missing,' "$copy" >missing.sh
! sh missing.sh 2>/dev/null || fail "a copy of nothing succeeds"
check "the name of the copy, after a failure" "$(ckmeta load db-2 container_name)" db-2

# The command, started again: only if the load succeeds, and only if there is a command. A command that
# looks like an option of exec fails, also where sh is bash, whose exec has options.
mkdir corrupt options "$scratch/as-bash"
ckmeta load db | jq '.command = []' | ckmeta save --metadata - empty
head -c 100 db/metadata.json >corrupt/metadata.json
ln -s "$(command -v bash)" "$scratch/as-bash/sh"
started='</data><-c><log_line_prefix=%m >'
for shell in bash sh as-bash; do
    path=$PATH
    case $shell in
    bash) script=$(example "mapfile -d '' -t argv < <(") ;;
    *) script=$(example xargs) ;;
    esac
    if [ "$shell" = as-bash ]; then
        path=$scratch/as-bash:$PATH
        shell=$scratch/as-bash/sh
    fi
    check "the command, started by $shell" "$(PATH=$path "$shell" "$script")" "$started"
    for dir in missing corrupt; do
        sed "s,^dir=.*,dir=$dir," "$script" >missing.sh
        ! PATH=$path "$shell" missing.sh >output 2>/dev/null || fail "$shell: success with $dir metadata"
        [ ! -s output ] || fail "$shell starts something with $dir metadata"
    done
    sed "s,^dir=.*,dir=empty," "$script" >missing.sh
    [ -z "$(PATH=$path "$shell" missing.sh 2>&1)" ] || fail "$shell starts something without a command"
    for word in -ash -l -a -c; do
        ckmeta save --id options --pid 1 options -- $word
        sed "s,^dir=.*,dir=options," "$script" >missing.sh
        ! PATH=$path "$shell" missing.sh >output 2>/dev/null || fail "$shell: success with exec $word"
        ckmeta save --id options --pid 1 options -- $word echo started
        ! PATH=$path "$shell" missing.sh >output 2>/dev/null || fail "$shell: success with exec $word echo"
        [ ! -s output ] || fail "$shell starts something with exec $word"
    done
done

# The action script, which the tests with the real criu use, too.
script=$(example CRTOOLS)
chmod +x "$script"
for file in "$script" "$SOURCE/tests/criu/action-script"; do
    sed -e :join -e '/\\$/{ N; s/\\\n *//; b join' -e '}' "$file" | grep -v '^# ' >"joined-${file##*/}"
done
expect_same "the action script of the tests" "joined-${script##*/}" joined-action-script
action() # ACTION
{
    CRTOOLS_SCRIPT_ACTION=$1 CRTOOLS_INIT_PID=$pid CRTOOLS_IMAGE_DIR=images "$script" 2>/dev/null
}
# shellcheck disable=SC2016
sh -c 'kill -STOP $$' "a b" "" "new
line" &
pid=$!
trap 'kill -KILL "$pid"' EXIT
while ! tr '\0' '|' <"/proc/$pid/cmdline" | grep -q '^sh|'; do sleep 0.1; done
action network-lock || fail "the script fails for an action that it does not know"
! action pre-restore || fail "it allows a restore without metadata"
action pre-dump || fail "it does not allow a dump into a new directory"
action post-dump || fail "it does not save"
# shellcheck disable=SC2016
check "the command of the process" "$(words images)" '<sh><-c><kill -STOP $$><a b><><new
line>'
check "its ID" "$(ckmeta load images container_id)" images
check "its process ID" "$(ckmeta load images original_pid)" "$pid"
check "its version" "$(ckmeta load images version)" 4.1.1
action pre-restore || fail "it does not allow a restore"
action pre-dump || fail "it does not allow a dump into a used directory"
[ ! -e images/metadata.json ] || fail "old metadata remains beside new images"
(export VERSION_OUTPUT=/dev/null; ! action post-dump) || fail "it saves without a version"
[ ! -e images/metadata.json ] || fail "it saves without a version"

# The images are flushed before the save, and a save that is not durable leaves nothing.
cat >calls.sh <<'END'
#!/bin/sh
echo "${0##*/} $*" >>calls
case ${0##*/} in
sync) exit "$SYNC_STATUS" ;;
esac
ckmeta=$(PATH=${PATH#*:} command -v ckmeta)
"$ckmeta" "$@"
exit "$SAVE_STATUS"
END
chmod +x calls.sh
mkdir calls.d
ln -s ../calls.sh calls.d/sync
ln -s ../calls.sh calls.d/ckmeta
flushed() # SYNC_STATUS SAVE_STATUS: the same with stand-ins for sync and ckmeta, which note their calls
{
    : >calls
    (
        export PATH="$scratch/calls.d:$PATH" SYNC_STATUS="$1" SAVE_STATUS="$2"
        action post-dump
    )
}
flushed 0 0 || fail "it does not save"
check "the order" "$(sed -n "s/^\\(sync\\|ckmeta\\) .*/\\1/p" calls | paste -s -d ,)" sync,ckmeta
rm images/metadata.json
! flushed 1 0 || fail "it succeeds with images that could not be flushed"
[ ! -e images/metadata.json ] || fail "it saves beside images that could not be flushed"
! flushed 0 4 || fail "it succeeds with metadata that may not be durable"
[ ! -e images/metadata.json ] || fail "a failed dump leaves metadata"
cp corrupt/metadata.json images
! action pre-restore || fail "it allows a restore with corrupt metadata"
rm -r images
! action post-dump || fail "a save that fails does not abort the dump"

# The unit: systemd takes 255 for a failure and every other status but 0 for a reason to skip.
unit=$(example ExecCondition)
condition() # NAME: the exit status of the condition of an instance, undone as systemd does it
{
    got=0
    (eval "$(sed -e :join -e '/\\$/{ N; s/\\\n/ /; b join' -e '}' "$unit" |
        sed -n "s/^ExecCondition=//; t found; d; :found s/\\$\\$/\$/g; s/%i/$1/g; p")") \
        >output 2>/dev/null || got=$?
    [ ! -s output ] || fail "the condition prints $(cat output)"
    echo "$got"
}
check "the condition with a checkpoint" "$(condition db)" 0
check "the condition without a checkpoint" "$(condition missing)" 3
check "the condition with a damaged checkpoint" "$(condition corrupt)" 255
if command -v systemd-analyze >/dev/null; then
    mkdir units
    { cat "$unit"; printf '[Unit]\nDefaultDependencies=no\n'; } >units/restore@.service
    cp units/restore@.service units/restore@db.service
    sed -i 's,=criu,=/bin/true,' units/*
    systemd-analyze verify --man=no "./units/restore@db.service" >verified 2>&1 ||
        { cat verified; fail "systemd refuses the unit"; }
    ! grep -F restore@ verified || fail "systemd complains about the unit"
fi
