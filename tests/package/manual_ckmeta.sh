# SPDX-License-Identifier: MIT
# The examples of ckmeta(1) work as they are shown, and none of them continues after a failure. Scripts that
# print recorded output replace the container runtimes and criu here; tests/criu runs the real ones.
. "${0%/*}/package.sh"
need bash jq man mandoc col xargs

page=$SOURCE/tools/man/ckmeta.1
data=$SOURCE/tests/data
examples "$page" >/dev/null

# Each example is written to its own file, and its directories are replaced by local ones.
mkdir -p examples.d bin bundle bundle-without-process one-word cgroup/samplec run/crun/samplec empty images
render "$page" | section EXAMPLES |
    awk '/^           / { print substr($0, 12) >sprintf("examples.d/%02d", n); next } { n++ }'
sed -i 's,/srv/checkpoints,.,; s,/usr/bin/env PGDATA,env PGDATA,
    s,/sys/fs/cgroup,./cgroup,; s,/run/crun,./run/crun,' examples.d/*
example() # PATTERN: prints the name of the first file with an example that contains PATTERN
{
    grep -lF -e "$1" examples.d/* | sed -n 1p | grep . || fail "no example contains $1"
}

# Each of these programs prints recorded output of the real one. $CONTAINER is the end of the recording's
# name, such as -stopped, or empty for a running container. The container's configuration is in $BUNDLE.
cat >bin/runc <<'END'
program=${0##*/}
case "$program $*" in
*" --version") exec cat "${VERSION_OUTPUT-$(echo "$DATA/$program"-*-version.txt)}" ;;
"podman info --format {{.Host.Security.Rootless}}") echo "$ROOTLESS"; exit ;;
"runc state sampler" | "crun state samplec") recorded=state ;;
"podman container inspect web-3") recorded=container-inspect ;;
esac
sed 's,\("bundle": "\)[^"]*,\1'"$BUNDLE"',; s,\("OCIConfigPath": "\)[^"]*,\1'"$BUNDLE/config.json"',' \
    "$DATA/$program"-*-"$recorded$CONTAINER.json" && exit
[ "$program" != podman ] || echo "[]"
exit 125
END
for program in crun podman criu; do
    cp bin/runc bin/$program
done
cp "$data/oci-bundle-config.json" bundle/config.json
jq 'del(.process)' bundle/config.json >bundle-without-process/config.json
cp "$data/podman-4.3.1-config-one-word.json" one-word/config.json
cp "$data"/cgroup/* cgroup/samplec
: >cgroup/cgroup.controllers # This marks a root cgroup, which has no limits.
status=run/crun/samplec/status
cp "$data/crun-1.8.1-status.json" $status
cat >bin/postgres <<'END'
printf '<%s>' "$PGDATA" "$@"
END
use_programs
export "DATA=$data" CONTAINER='' BUNDLE=bundle ROOTLESS=false

check() # NAME VALUE EXPECTED
{
    [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}
describe() # CONTAINER: runs the example for CONTAINER
{
    sh -e "$(example "./$1")" || fail "the example for $1 fails"
    ckmeta load "$1" | jq -c '[.container_id, .container_name, .original_pid, .version, .rootless],
        [.cgroup_path, .resource_limits.memory_bytes], .command'
}
refuse() # REASON CONTAINER: checks that the example for CONTAINER fails and leaves the old file unchanged
{
    ckmeta load "$2" >before
    ! sh "$(example "./$2")" >/dev/null 2>&1 || fail "$1: the example for $2 succeeds"
    ckmeta load "$2" | cmp - before || fail "$1: the example for $2 saves"
}

describe sampler >created # The directory exists from now on.
for container in sampler samplec web-3; do
    describe $container
done >described
(CONTAINER=-one-word BUNDLE=one-word ROOTLESS=true; describe web-3) >>described
cat >expected <<'END'
["sampler","sampler",13789,"1.1.5+ds1",false]
[null,null]
["/bin/sl","-c","while true; do echo \"héllo wörld\"; sleep 1; done","","line1\nline2"]
["samplec","samplec",13833,"1.8.1",false]
["./cgroup/samplec",536870912]
["/bin/sl","-c","while true; do echo \"héllo wörld\"; sleep 1; done","","line1\nline2"]
["f9203c87822c0550530069a4740b6098dd9498c5b0868160e8be8152d3a521ad","web-3",1824,"4.3.1",false]
[null,null]
["/bin/sl","-c","while true; do echo \"héllo wörld\"; sleep 1; done","","line1\nline2"]
["8707ecd87beb6ed82de34ae3da058320971606cfe9b5a49ad94a186abf5ecf42","web-3",26225,"4.3.1",true]
[null,null]
["forever"]
END
expect_same "the metadata" expected described

# Nothing is saved if the container is stopped or does not exist, or if a part of its description is
# missing.
for container in sampler samplec web-3; do
    for reason in CONTAINER=-stopped CONTAINER=-missing VERSION_OUTPUT=/dev/null BUNDLE=missing \
        BUNDLE=bundle-without-process; do
        (export "${reason?}"; refuse "$reason" $container)
    done
done
(ROOTLESS=; refuse "podman does not report whether it is rootless" web-3)
mv $status kept
refuse "no status file of crun" samplec
jq 'del(.["cgroup-path"])' kept >$status
refuse "no cgroup in crun's status file" samplec
jq '.["cgroup-path"] = "/gone"' kept >$status
refuse "a cgroup that does not exist" samplec
jq '.["cgroup-path"] = ""' kept >$status
check "a container without a cgroup" "$(describe samplec | sed -n 2p)" '[null,null]'

# The example without a runtime, and the one that copies.
sh -e "$(example "--name db")" || fail "the example without a runtime fails"
check "db" "$(ckmeta load db | jq -c '[.container_id, .container_name, .original_pid, .version]')" \
    '["4f1c","db",13789,"1.4.2"]'
sh -e "$(example original_pid)" >output || fail "the fields are not printed"
check "the printed process ID" "$(sed -n 1p output)" 13789
date -u -d "$(sed -n 2p output)" >/dev/null || fail "no date is printed"
copy=$(example "--metadata -")
sh -e "$copy" || fail "the example that copies fails"
ckmeta load db | sed 's/"db"/"db-2"/' >expected
ckmeta load db-2 >copied
expect_same "the copy" expected copied
sed 's,load [^ ]*,load missing,' "$copy" >missing.sh
! sh missing.sh 2>/dev/null || fail "copying a missing file succeeds"
ckmeta load db-2 | cmp - copied || fail "copying a missing file replaces the other"

# The command is started again only if the load succeeds and there is a command. A command that looks
# like an option of exec fails, even if sh is bash, whose exec has options.
mkdir corrupt as-bash
ln -s "$(command -v bash)" as-bash/sh
ckmeta load db | jq '.command = []' | ckmeta save --metadata - empty
head -c 100 db/metadata.json >corrupt/metadata.json
for word in -ash -l -a -c; do
    mkdir "option$word" "option$word-echo"
    ckmeta save --id 1 --pid 1 "option$word" -- $word
    ckmeta save --id 1 --pid 1 "option$word-echo" -- $word echo started
done
start() # SHELL SCRIPT DIR: runs the example for DIR in SHELL
{
    sed "s,^dir=.*,dir=$3," "$2" >start.sh
    PATH=$scratch/${1%sh}:$PATH "${1#as-bash/}" start.sh
}
for shell in bash sh as-bash/sh; do
    case $shell in
    bash) script=$(example "mapfile -d '' -t argv < <(") ;;
    *) script=$(example xargs) ;;
    esac
    check "the output in $shell" "$(start $shell "$script" ./db)" '</data><-c><log_line_prefix=%m >'
    check "the output of no command in $shell" "$(start $shell "$script" empty 2>&1)" ""
    for dir in missing corrupt option*; do
        ! start $shell "$script" "$dir" >output 2>/dev/null || fail "$shell succeeds with $dir"
        [ ! -s output ] || fail "$shell starts something with $dir"
    done
done

# A failed load, or an empty command, ends a script in bash. xargs does not split a long command line, whose
# second part would begin with an argument.
cp "$(example "mapfile -d '' -t argv < <(")" then.sh
echo 'echo "the script continues"' >>then.sh
for dir in missing corrupt empty; do
    ! start bash then.sh $dir >output 2>/dev/null || fail "bash succeeds with $dir"
    [ ! -s output ] || fail "bash continues with $dir"
done
seq 20000 | sed s/^/argument-/ | jq -Rn '[inputs]' >arguments
jq --slurpfile arguments arguments '.command = ["echo"] + $arguments[0]' db/metadata.json |
    ckmeta save --metadata - empty
! start sh "$(example xargs)" empty >output 2>/dev/null || fail "sh succeeds with a long command line"
[ ! -s output ] || fail "sh starts a part of a long command line"

# The action script saves the command after the images are flushed. If anything fails, no metadata
# remains. These sync and ckmeta record their calls, and can be made to fail.
script=$(example CRTOOLS)
chmod +x "$script"
cat >bin/sync <<'END'
#!/bin/sh
echo sync >>calls
exit "${SYNC_STATUS-0}"
END
cat >bin/ckmeta <<END
#!/bin/sh
echo ckmeta >>calls
$EMULATOR "$prefix/bin/ckmeta" "\$@" && exit "\${SAVE_STATUS-0}"
END
chmod +x bin/sync
act() # ACTION: runs the script for a process with unusual arguments
{
    : >calls
    # shellcheck disable=SC2016
    CRTOOLS_SCRIPT_ACTION=$1 CRTOOLS_IMAGE_DIR=images sh -c '
        echo $$ >pid
        cp /proc/$$/cmdline cmdline
        CRTOOLS_INIT_PID=$$ "$0"
        exit $?' "$script" "a b" "" "new
line" 2>/dev/null
}
act network-lock || fail "the script fails for another action"
! act pre-restore || fail "the script allows a restore without metadata"
act pre-dump || fail "the script does not allow a dump into a new directory"
act post-dump || fail "the script does not save"
check "the order" "$(paste -s -d ' ' calls)" "sync ckmeta"
ckmeta load -0 images command | cmp - cmdline || fail "the script saves another command"
check "the metadata" "$(ckmeta load images | jq -c '[.container_id, .original_pid, .version]')" \
    "[\"images\",$(cat pid),\"4.1.1\"]"
act pre-restore || fail "the script does not allow a restore"
act pre-dump || fail "the script does not allow a dump into a used directory"
[ ! -e images/metadata.json ] || fail "old metadata remains beside new images"
for reason in VERSION_OUTPUT=/dev/null SYNC_STATUS=1 SAVE_STATUS=4; do
    (export "${reason?}"; ! act post-dump) || fail "$reason: the script succeeds"
    [ ! -e images/metadata.json ] || fail "$reason: the script leaves metadata"
done
cp corrupt/metadata.json images
! act pre-restore || fail "the script allows a restore with corrupt metadata"

# For systemd, status 255 is a failure, and every other status but 0 is a reason to skip the unit.
unit=$(example ExecCondition)
condition=$(sed -n '/^ExecCondition=/,/[^\\]$/{ s/.*Condition=//; s/\\$//; s/\$\$/$/g; p; }' "$unit")
for expected in "db 0" "missing 3" "corrupt 255"; do
    got=0
    (eval "$(echo "$condition" | sed "s/%i/${expected% *}/")") >output 2>/dev/null || got=$?
    check "the condition" "${expected% *} $got$(cat output)" "$expected"
done
if command -v systemd-analyze >/dev/null; then
    sed 's,=criu,=/bin/true,' "$unit" >restore@db.service
    printf '[Unit]\nDefaultDependencies=no\n' >>restore@db.service
    systemd-analyze verify --man=no ./restore@db.service >verified 2>&1 ||
        { cat verified; fail "systemd refuses the unit"; }
    ! grep -F restore@ verified || fail "systemd warns about the unit"
fi
