# SPDX-License-Identifier: MIT
# The examples of ckmeta(1) are run as they are shown, with stand-ins for the container runtimes that
# print what the real ones did, and none of them goes on after something that failed.
. "${0%/*}/package.sh"
need bash jq man mandoc col xargs

page=$SOURCE/tools/man/ckmeta.1
examples "$page" >/dev/null

# Each example in a file of its own. Their directories are not ours to make, and the processes are
# not here.
mkdir -p examples.d bin bundle sampler samplec web-3 db db-2 empty images proc/13833 cgroup/samplec
render "$page" | section EXAMPLES |
    awk '/^           / { print substr($0, 12) >sprintf("examples.d/%02d", n); next } { n++ }'
sed -i 's,/srv/checkpoints,.,; s,/usr/bin/env PGDATA,env PGDATA,
    s,/sys/fs/cgroup,./cgroup,; s,"/proc/$pid,"./proc/$pid,' examples.d/*

example() # PATTERN: the file of the example in which it occurs first
{
    grep -lF -e "$1" examples.d/* | sed -n 1p | grep . || fail "no example has $1"
}

cp "$SOURCE/tests/data/oci-bundle-config.json" bundle/config.json
cp "$SOURCE"/tests/data/cgroup/* cgroup/samplec
echo 0::/samplec >proc/13833/cgroup
for runtime in runc-1.1.5 crun-1.8.1; do
    cat >"bin/${runtime%-*}" <<END
[ "\$*" = "state sampler" ] || [ "\$*" = "state samplec" ] || exit 1
sed 's,"/srv/bundles/sampler","$scratch/bundle",' "$SOURCE/tests/data/$runtime-state.json"
END
done
cat >bin/podman <<END
[ "\$*" = "container inspect web-3" ] || { echo "[]"; exit 125; }
cat "$SOURCE/tests/data/podman-4.3.1-container-inspect.json"
END
cat >bin/postgres <<'END'
printf '<%s>' "$PGDATA" "$@"
END
use_programs

check()
{
    [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}
words() # the words of a command, each in brackets
{
    ckmeta load -0 "$1" command | xargs -0 printf '<%s>'
}

# Descriptions by runtimes. Of a container that is not there, nothing is saved.
for container in sampler samplec web-3; do
    script=$(example "/$container")
    sh -e "$script" || fail "the example for $container fails"
    ckmeta load $container >before
    sed "s/state $container/state missing/; s/inspect $container/inspect missing/" "$script" \
        >missing.sh
    sh missing.sh >/dev/null 2>&1 && fail "an example takes a container that is not there"
    ckmeta load $container | cmp - before || fail "a container that is not there was saved"
done
for container in sampler samplec; do
    check "the command of $container" "$(words $container)" \
        '</bin/sl><-c><while true; do echo "héllo wörld"; sleep 1; done><><line1
line2>'
    check "the ID of $container" "$(ckmeta load $container container_id)" $container
done
check "runc's process ID" "$(ckmeta load sampler original_pid)" 13789
check "crun's process ID" "$(ckmeta load samplec original_pid)" 13833
check "crun's cgroup" "$(ckmeta load samplec cgroup_path)" ./cgroup/samplec
check "crun's limit" "$(ckmeta load samplec resource_limits | jq .memory_bytes)" \
    "$(cat cgroup/samplec/memory.max)"
check "podman's ID" "$(ckmeta load web-3 container_id)" \
    f9203c87822c0550530069a4740b6098dd9498c5b0868160e8be8152d3a521ad
check "podman's name" "$(ckmeta load web-3 container_name)" web-3
check "podman's process ID" "$(ckmeta load web-3 original_pid)" 1824
check "podman's command" "$(words web-3)" '</bin/sl><-c><a b><>'

# Without a runtime.
sh -e "$(example "--name db")" || fail "it is not saved without a runtime"
check "the name of db" "$(ckmeta load db container_name)" db
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

# The command, started again: only if the load succeeds, and only if there is a command.
ckmeta load db | jq '.command = []' | ckmeta save --metadata - empty
mkdir corrupt
head -c 100 db/metadata.json >corrupt/metadata.json
started='</data><-c><log_line_prefix=%m >'
for shell in bash sh; do
    case $shell in
    bash) script=$(example "mapfile -d '' -t argv < <(") ;;
    sh) script=$(example xargs) ;;
    esac
    check "the command, started by $shell" "$("$shell" "$script")" "$started"
    for dir in missing corrupt; do
        sed "s,^dir=.*,dir=$dir," "$script" >missing.sh
        ! "$shell" missing.sh >output 2>/dev/null || fail "$shell: success with $dir metadata"
        [ ! -s output ] || fail "$shell starts something with $dir metadata"
    done
    sed "s,^dir=.*,dir=empty," "$script" >missing.sh
    [ -z "$("$shell" missing.sh 2>&1)" ] || fail "$shell starts something without a command"
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
action pre-dump || fail "the script fails for an action that it does not know"
! action pre-restore || fail "it allows a restore without metadata"
action post-dump || fail "it does not save"
# shellcheck disable=SC2016
check "the command of the process" "$(words images)" '<sh><-c><kill -STOP $$><a b><><new
line>'
check "its ID" "$(ckmeta load images container_id)" images
check "its process ID" "$(ckmeta load images original_pid)" "$pid"
action pre-restore || fail "it does not allow a restore"
cp corrupt/metadata.json images
! action pre-restore || fail "it allows a restore with corrupt metadata"
rm -r images
! action post-dump || fail "a save that fails does not abort the dump"
