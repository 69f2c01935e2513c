# SPDX-License-Identifier: MIT
# runtime.sh STANDARD: runtime.c compiles as that standard of C or C++ without a warning, starts a
# container's command anew from what it saved, hands on every error, and keeps out of a directory that
# is not its own.
. "${0%/*}/../package/package.sh"
standard=$1
MACHINE_FLAGS=$BUILD_FLAGS # sanitizers, if the archive has them

case $standard in
c++*) language=c++ libraries=-lstdc++ ;;
*) language=c libraries= ;;
esac

[ "$(wc -l <"$tests/runtime.c")" -le 160 ] || fail "the example is too long to be read"

mkdir elsewhere
echo 'int main(void) { return 0; }' >empty.c
# shellcheck disable=SC2086
"$CC" -x "$language" "-std=$standard" -o empty empty.c $libraries 2>log ||
    skip "$CC does not compile $standard here"
# shellcheck disable=SC2046,SC2086
compile "$CC" -x "$language" "-std=$standard" -Wshadow -Wconversion \
    -I"$SOURCE/include" -o runtime "$tests/runtime.c" -x none "$ARCHIVE" \
    $(pkg-config --libs libcjson) $libraries

# expect STATUS WORDS ARGUMENT...: how the runtime exits, and words of the one line that it writes to
# stderr; "" if it writes nothing.
expect()
{
    status=$1
    words=$2
    shift 2
    got=0
    run ./runtime "$@" >out 2>err || got=$?
    [ "$got" = "$status" ] || fail "'$*' exits with $got: $(cat err)"
    [ ! -s out ] || fail "'$*' prints: $(cat out)"
    case $words,$(cat err) in
    ,) return ;;
    ?*,"runtime: "*"$words"*) [ "$(wc -l <err)" = 1 ] || fail "'$*' says more than a line" ;;
    *) fail "'$*' says: $(cat err)" ;;
    esac
}

# A checkpoint and its restore, with odd arguments, and a second checkpoint in its place.
newline='
'
# shellcheck disable=SC2016
expect 0 "" checkpoint db db "" /bin/sh -c 'printf "<%s>" "$@"' sh "a b" "" "x${newline}y" '"\*'
[ "$(run ./runtime restore db; echo .)" = "<a b><><x${newline}y><\"\\*>." ] ||
    fail "the arguments are not those that were saved"
grep -q '"container_id": "db"' db/metadata.json || fail "it saves something else"
[ -d db/images ] || fail "there are no images"
expect 0 "" checkpoint db db "" /bin/true
expect 0 "" restore db

# The limits of a cgroup. Without the cgroup there is neither a dump nor a change.
expect 0 "" checkpoint limits web "$SOURCE/tests/data/cgroup" /bin/true
grep -q '"resource_limits": {' limits/metadata.json || fail "it saves no limits"
rm -r db/images
expect 1 "(NUCLEUS_ERROR_IO, errno 2)" checkpoint db db "$scratch/gone" /bin/false
[ ! -e db/images ] || fail "it dumps a container that it cannot describe"
expect 0 "" restore db

# A save that fails: the images of the dump are not restored with the metadata of an earlier one.
ln -s elsewhere db/metadata.json.tmp
expect 1 "metadata.json" checkpoint db db "" /bin/true
grep -q '(NUCLEUS_ERROR_SYMLINK, errno [0-9]*)$' err || fail "the status is lost: $(cat err)"
[ -d db/images ] || fail "it saves before the images are written"
expect 3 "no checkpoint in 'db'" restore db
rm db/metadata.json.tmp

# The order that a power failure cannot break: the old file goes, then the images and at last the new
# file become durable.
calls() # [ERROR]: those of a checkpoint into db, in order, without what the library does in between
{
    traced=unlinkat,openat,syncfs,renameat,fsync
    got=0
    strace -o trace -e "trace=$traced" ${1:+-e "inject=$1"} ./runtime checkpoint db db "" /bin/true 2>err ||
        got=$?
    sed -n 's/^\(unlinkat\)([0-9]*, "metadata.json".*/\1/p
        s/^\(openat\)([0-9]*, "inventory.img".*/\1/p
        s/^\(syncfs\|renameat\|fsync\)(.*/\1/p' trace | paste -s -d ' '
}
if [ -z "$EMULATOR$MACHINE_FLAGS" ] && strace -o trace true 2>/dev/null; then
    expect 0 "" checkpoint db db "" /bin/true
    calls=$(calls)
    case $calls in
    "unlinkat fsync openat syncfs fsync renameat fsync"*) ;;
    *) fail "the calls are: $calls" ;;
    esac
    # A failure in the callback or after the rename leaves no metadata: the container continues.
    calls syncfs:error=EIO:when=1 >/dev/null
    [ ! -e db/metadata.json ] || fail "it saves beside images that were not flushed"
    grep -q '^runtime: cannot checkpoint: cannot flush the images: ' err || fail "it says: $(cat err)"
    calls fsync:error=EIO:when=3 >/dev/null
    grep -q '(NUCLEUS_ERROR_NOT_DURABLE, errno 5)$' err || fail "it says: $(cat err)"
    expect 3 "no checkpoint in 'db'" restore db
else
    echo "the order of the calls is not checked: strace does not work here"
fi

# No metadata, and none that can be trusted: the command is not started.
expect 3 "no checkpoint in 'elsewhere'" restore elsewhere
expect 3 "no checkpoint in 'missing'" restore missing
cp -r limits damaged
printf '{"container_id": "web"' >damaged/metadata.json
expect 1 "line 1, column 23: " restore damaged
grep -q '(NUCLEUS_ERROR_SYNTAX, errno 0)$' err || fail "the status is lost: $(cat err)"
sed '/"version"/d' limits/metadata.json >damaged/metadata.json
expect 1 "'version'" restore damaged
sed 's/"\/bin\/true"//' limits/metadata.json >damaged/metadata.json
expect 1 "(NUCLEUS_ERROR_IO, errno 22)" restore damaged
sed 's/"\/bin\/true"/"\/missing"/' limits/metadata.json >damaged/metadata.json
expect 1 "(NUCLEUS_ERROR_IO, errno 2)" restore damaged

# Not behind a symbolic link, and nothing at all when the operands are wrong.
ln -s elsewhere link
expect 1 "cannot checkpoint" checkpoint link db "" /bin/true
expect 1 "cannot restore" restore link
[ -z "$(ls -A elsewhere)" ] || fail "it saves behind a symbolic link"
expect 1 "cannot checkpoint" checkpoint missing/db db "" /bin/true
expect 2 "" checkpoint db db ""
expect 2 "" restore
