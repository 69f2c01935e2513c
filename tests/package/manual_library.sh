# SPDX-License-Identifier: MIT
# The programs and wrappers in the manual pages of the library compile and work.
. "${0%/*}/package.sh"
need man mandoc col
use_pkg_config "$prefix"

manual=$SOURCE/tools/man

# compile_as_shown OPTION...: runs the command line on standard input with this compiler.
compile_as_shown()
{
    sed "s,^cc ,\"$CC\" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Werror $* ," >compile.sh
    [ -s compile.sh ] || fail "no command line is shown"
    sh -e compile.sh || fail "this does not compile: $(cat compile.sh)"
}

# The program in each page of section 3, compiled by the command line in the overview.
render "$manual/nucleus-checkpoint.3" | section SYNOPSIS | displays | grep '^cc ' >./command
for page in "$manual"/nucleus*.3; do
    program=${page##*/}
    program=${program%.3}
    examples "$page" >program.c
    compile_as_shown -o "$program" <./command
    echo "./$program"
done >programs

# expect STATUS OUTPUT PROGRAM ARGUMENT...: checks the exit status and the output of the program.
expect()
{
    wanted="$1 $2"
    shift 2
    status=0
    output=$(run "$@" 2>message) || status=$?
    [ "$status $output" = "$wanted" ] || fail "$*: '$status $output' instead of '$wanted'"
    echo "$1" >>tried
}

mkdir checkpoint empty
expect 0 13789 ./nucleus-checkpoint checkpoint
expect 1 '' ./nucleus-checkpoint missing
grep -q missing message || fail "the program does not report why it fails"
expect 0 unlimited ./nucleus_metadata_from_state
expect 0 "$(cat "$SOURCE/tests/data/cgroup/memory.max")" ./nucleus_metadata_from_state \
    "$SOURCE/tests/data/cgroup"
expect 1 '' ./nucleus_metadata_from_state missing
expect 0 '' ./nucleus_metadata_save checkpoint
rm checkpoint/metadata.json
expect 0 '' ./nucleus_metadata_save checkpoint
mkdir -p occupied/metadata.json
expect 1 '' ./nucleus_metadata_save occupied
expect 0 '/bin/sleep
60' ./nucleus_metadata_load checkpoint
expect 3 'no checkpoint in empty' ./nucleus_metadata_load empty
expect 1 '' ./nucleus_metadata_load occupied
echo '{' >text
expect 1 '' ./nucleus_metadata_to_json db-2 <text
expect 0 "$(sed 's/"db"/"db-2"/' checkpoint/metadata.json)" ./nucleus_metadata_to_json db-2 \
    <checkpoint/metadata.json
expect 0 'web-1 13789' ./nucleus_state_document_from_json <"$SOURCE/tests/data/nucleus-0.3.8-state.json"
expect 1 '' ./nucleus_state_document_from_json <text
expect 0 '' ./nucleus_status_name checkpoint
expect 1 'NUCLEUS_ERROR_NOT_FOUND 2' ./nucleus_status_name empty
expect 0 "$VERSION" ./nucleus_checkpoint_version
sort -u -o tried tried
expect_same "the programs that were tried" programs tried

if command -v strace >/dev/null && [ -z "$EMULATOR" ]; then
    strace -o calls ./nucleus_metadata_save checkpoint
    order=$(sed -n 's/^\(rename\|unlinkat\).*metadata.json.*/\1/p; s/^\(syncfs\).*/\1/p' calls |
        paste -s -d ' ')
    [ "$order" = "unlinkat syncfs rename" ] || fail "the order of the steps is $order"
fi

# The wrappers that provoke failures.
page=$manual/nucleus-checkpoint-testing.7
render "$page" | section "PROVOKING FAILURES" >failures
cat >test.c <<'END'
#include <errno.h>
#include <nucleus/checkpoint.h>
#include <stdio.h>
END
displays <failures | sed '/^cc /,$d' >>test.c
cat >>test.c <<'END'
int main(void)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_load("checkpoint", &metadata, &err) != NUCLEUS_OK)
        return 1;
    for (int n = 0; n <= 3; n++) {
        fsync_to_fail = n;
        puts(nucleus_status_name(nucleus_metadata_save(&metadata, "checkpoint", &err)));
    }
    puts(nucleus_status_name(nucleus_metadata_save_at(&metadata, -1, &err)));
    nucleus_metadata_clear(&metadata);
    return 0;
}
END
displays <failures | sed -n '/^cc /,$p' | compile_as_shown
expect 0 'NUCLEUS_OK
NUCLEUS_ERROR_IO
NUCLEUS_ERROR_NOT_DURABLE
NUCLEUS_ERROR_NOT_DURABLE
NUCLEUS_ERROR_NO_MEMORY' ./a.out

# On x86-64, the archive calls the functions that can be wrapped by the names in the manual.
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux-gnu)
    "$NM" -u "$(find "$prefix" -name libnucleus-checkpoint.a)" | sed -n 's/^ *U //p' | sort -u >called
    { grep -oE '\b[a-z]+64\b' failures; printf '%s\n' fsync malloc time write; } | sort -u >shown
    grep -xE '[a-z]+64|fsync|malloc|time|write' called | grep -vx getdents64 >wrapped
    expect_same "the names of functions that can be wrapped" wrapped shown
    ;;
esac

# With the wrappers for cmocka, the example's tests pass, but report a leak if one is planted in them.
render "$page" | section "FINDING LEAKS WITH CMOCKA" >leaks
options=$(grep -o -e '-Wl,--wrap=malloc,[a-z=,-]*' leaks) || fail "no options for cmocka"
{
    printf '#include <%s>\n' setjmp.h stdarg.h stddef.h stdint.h stdlib.h cmocka.h
    displays <leaks
} >wrappers.c
cp "$SOURCE"/tests/examples/downstream/*.[ch] .
sed '/nucleus_metadata_clear(&loaded)/d' test_checkpoint_store.c >leaking.c
for suite in test_checkpoint_store leaking; do
    # shellcheck disable=SC2046
    compile "$CC" -std=c11 -o $suite $suite.c checkpoint_store.c wrappers.c \
        "$options" -Wl,--wrap=fsync,--wrap=nucleus_metadata_save_at \
        $(pkg-config --cflags --libs nucleus-checkpoint cmocka)
done
run ./test_checkpoint_store >output 2>&1 || { cat output; fail "the tests fail with the wrappers"; }
! run ./leaking >output 2>&1 || fail "a leak is not found"
grep -q 'a_saved_checkpoint_is_loaded leaked' output || { cat output; fail "another error is found"; }
