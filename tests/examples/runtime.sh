# SPDX-License-Identifier: MIT
# runtime.sh STANDARD: runtime.c compiles without warnings as that standard of C or C++, starts the command
# that it saved, reports every error, and restores nothing from an incomplete checkpoint.
. "${0%/*}/../package/package.sh"
standard=$1
MACHINE_FLAGS=$BUILD_FLAGS # The program must be built with the sanitizers of the archive.

case $standard in
c++*) language=c++ libraries=-lstdc++ ;;
*) language=c libraries= ;;
esac
echo 'int main(void) { return 0; }' >empty.c
# shellcheck disable=SC2086
"$CC" -x "$language" "-std=$standard" -o empty empty.c $libraries 2>log ||
    skip "$CC does not compile $standard"
# shellcheck disable=SC2046,SC2086
compile "$CC" -x "$language" "-std=$standard" -Wshadow -Wconversion \
    -I"$SOURCE/include" -o runtime "$tests/runtime.c" -x none "$ARCHIVE" \
    $(pkg-config --libs libcjson) $libraries

# expect STATUS PATTERN ARGUMENT...: checks that the runtime exits with STATUS and writes to standard
# error one line that contains PATTERN, or nothing if PATTERN is empty.
expect()
{
    status=$1
    pattern=$2
    shift 2
    got=0
    run ./runtime "$@" >out 2>err || got=$?
    [ "$got" = "$status" ] || fail "'$*' exits with $got: $(cat err)"
    if [ -z "$pattern" ]; then
        [ ! -s err ] || fail "'$*' writes: $(cat err)"
    elif [ "$(wc -l <err)" != 1 ] || ! grep -q "^runtime: .*$pattern" err; then
        fail "'$*' writes: $(cat err)"
    fi
}

# A checkpoint is restored, and then replaced by a second one.
# shellcheck disable=SC2016
expect 0 "" checkpoint db db /bin/sh -c 'printf "<%s>" "$@"' sh "a b" "" "x
y"
expect 0 "" restore db
printf '<%s>' "a b" "" "x
y" | cmp - out || fail "restore changes the arguments"
expect 0 "" checkpoint db db /bin/true
expect 0 "" restore db
cp -r db damaged

# If the save fails, the metadata of the earlier checkpoint does not remain beside new images.
ln -s elsewhere db/metadata.json.tmp
rm db/inventory.img
expect 1 "metadata.json.*(NUCLEUS_ERROR_SYMLINK)" checkpoint db db /bin/true
[ -e db/inventory.img ] || fail "the runtime saves before the images are written"
expect 3 "(NUCLEUS_ERROR_NOT_FOUND)" restore db
rm db/metadata.json.tmp

# The old file is durably removed first; then the images and finally the new file are flushed.
# checkpoint_calls [FAULT] prints the calls of a checkpoint into db, with that fault injected.
checkpoint_calls()
{
    strace -o trace -e trace=unlinkat,openat,syncfs,renameat,fsync ${1:+-e "inject=$1"} \
        ./runtime checkpoint db db /bin/true 2>err || true
    sed -n 's/^\(unlinkat\)([0-9]*, "metadata.json".*/\1/p
        s/^\(openat\)([0-9]*, "inventory.img".*/\1/p
        s/^\(syncfs\|renameat\|fsync\)(.*/\1/p' trace | paste -s -d ' '
}
if [ -z "$EMULATOR$MACHINE_FLAGS" ] && strace -o trace true 2>/dev/null; then
    expect 0 "" checkpoint db db /bin/true
    calls=$(checkpoint_calls)
    case $calls in
    "unlinkat fsync openat syncfs fsync renameat fsync"*) ;;
    *) fail "the calls are: $calls" ;;
    esac
    # If the callback fails, the container continues, so no metadata remains.
    checkpoint_calls syncfs:error=EIO:when=1 >/dev/null
    grep -q '^runtime: cannot checkpoint: cannot flush the images: ' err || fail "$(cat err)"
    expect 3 . restore db
    checkpoint_calls fsync:error=EIO:when=3 >/dev/null
    grep -q '(NUCLEUS_ERROR_NOT_DURABLE)$' err || fail "$(cat err)"
    expect 3 . restore db
else
    echo "the order of the calls is not checked, because strace does not work"
fi

# No command is started without valid metadata, or through a symbolic link.
expect 3 "cannot open the directory" restore missing
expect 1 "cannot open the directory" checkpoint missing/db db /bin/true
sed -i 's,"/bin/true",,' damaged/metadata.json
expect 1 "cannot start the command: Invalid argument" restore damaged
printf '{"container_id": "db"' >damaged/metadata.json
expect 1 "line 1, column 22: .*(NUCLEUS_ERROR_SYNTAX)" restore damaged
ln -s db link
expect 1 "cannot open the directory" checkpoint link db /bin/true
expect 1 "cannot open the directory" restore link
expect 2 "" checkpoint db db
expect 2 "" restore
