# SPDX-License-Identifier: MIT
# What the manual pages of the library show is compiled and run as it is shown.
. "${0%/*}/package.sh"
need man mandoc col
use_pkg_config "$prefix"

manual=$SOURCE/tools/man

# compile_as_shown OPTION...: the command on standard input, with this compiler.
compile_as_shown()
{
    sed "s,^cc ,\"$CC\" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Werror $* ," >compile.sh
    [ -s compile.sh ] || fail "no command line is shown"
    sh -e compile.sh || fail "what is shown does not compile: $(cat compile.sh)"
}

# The program in each page of section 3, compiled by the command line in the overview.
render "$manual/nucleus-checkpoint.3" | section SYNOPSIS | displays | grep '^cc ' >command
for page in "$manual"/nucleus*.3; do
    program=${page##*/}
    examples "$page" >program.c
    compile_as_shown -o "${program%.3}" <command
    echo "${program%.3}" >>programs
done

expect() # STATUS OUTPUT PROGRAM ARGUMENT...: what it prints; its messages go to the file "message"
{
    wanted="$1 $2"
    shift 2
    status=0
    output=$(run "$@" 2>message) || status=$?
    [ "$status $output" = "$wanted" ] || fail "$*: '$status $output' instead of '$wanted'"
    tried="${tried-} ${1#./}"
}

mkdir checkpoint empty
expect 0 13789 ./nucleus-checkpoint checkpoint
expect 1 '' ./nucleus-checkpoint missing
grep -q missing message || fail "the program does not say why it fails"
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
echo "$tried" | tr ' ' '\n' | grep . | sort -u >tried
sort -o programs programs
expect_same "the programs that were tried" programs tried

# What nucleus_metadata_save(3) says about the order of the steps: the images are flushed before.
if command -v strace >/dev/null && [ -z "$EMULATOR" ]; then
    strace -o calls ./nucleus_metadata_save checkpoint
    sed -n 's/^\(syncfs\|rename\|unlinkat\).*metadata.json.*/\1/p; s/^\(syncfs\).*/\1/p' calls |
        tr '\n' ' ' >order
    [ "$(cat order)" = "unlinkat syncfs rename " ] || fail "the order of the steps is $(cat order)"
fi

# The wrappers that provoke failures.
page=$manual/nucleus-checkpoint-testing.7
render "$page" | section "PROVOKING FAILURES" >testing
displays <testing >failures
{
    cat <<'END'
#include <errno.h>
#include <fcntl.h>
#include <nucleus/checkpoint.h>
#include <stdio.h>

END
    sed '/^cc /,$d' failures
    cat <<'END'

int main(void)
{
    static char *command[] = {NULL};
    static char text[] = "";
    struct nucleus_metadata metadata = {.container_id = text, .container_name = text,
                                        .command = command, .version = text};

    for (int n = 0; n <= 3; n++) {
        fsync_to_fail = n;
        puts(nucleus_status_name(nucleus_metadata_save(&metadata, "checkpoint", NULL)));
    }
    fsync_to_fail = 0;
    struct nucleus_error err;
    puts(nucleus_status_name(nucleus_metadata_save_at(&metadata, AT_FDCWD, &err)));
    return 0;
}
END
} >test.c
sed -n '/^cc /,$p' failures | compile_as_shown
cat >expected <<'END'
NUCLEUS_OK
NUCLEUS_ERROR_IO
NUCLEUS_ERROR_NOT_DURABLE
NUCLEUS_ERROR_NOT_DURABLE
NUCLEUS_ERROR_NO_MEMORY
END
run ./a.out >statuses || fail "the wrappers do not run"
expect_same "the provoked failures" expected statuses

# The wrappers for cmocka: they find a leak, and nothing else.
render "$page" | section "FINDING LEAKS WITH CMOCKA" >testing
options=$(grep -o -e '-Wl,--wrap=malloc,[a-z=,-]*' testing) || fail "no options for cmocka"
{
    cat <<'END'
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <nucleus/checkpoint.h>

END
    displays <testing
    cat <<'END'

static void test_load(void **clear)
{
    struct nucleus_metadata metadata;

    assert_int_equal(nucleus_metadata_load("checkpoint", &metadata, NULL), NUCLEUS_OK);
    if (*clear)
        nucleus_metadata_clear(&metadata);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_load, argc > 1 ? argv : NULL),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
END
} >leaks.c
# shellcheck disable=SC2046
compile "$CC" -o leaks leaks.c "$options" $(pkg-config --cflags --libs nucleus-checkpoint cmocka)
run ./leaks clear >output 2>&1 || { cat output; fail "a leak is found where there is none"; }
! run ./leaks >output 2>&1 || fail "a leak is not found"
grep -q 'test_load leaked' output || { cat output; fail "something else than the leak is found"; }

# The names that it gives for the functions of libc are those that an archive for x86-64 calls.
case $("$CC" $MACHINE_FLAGS -dumpmachine)$MACHINE_FLAGS in
x86_64*linux-gnu)
    render "$page" | section "PROVOKING FAILURES" | grep -oE '\b[a-z]+64\b' | sort -u >shown
    "$NM" -u "$(find "$prefix" -name libnucleus-checkpoint.a)" |
        sed -n 's/^ *U \([a-z]*64\)$/\1/p' | grep -vx 'getdents64' | sort -u >called
    expect_same "the names of functions for large files" called shown
    ;;
esac

# The ways to link, as nucleus-checkpoint-linking(7) shows them.
render "$manual/nucleus-checkpoint-linking.7" | section DESCRIPTION >linking
way() # SUBSECTION
{
    awk -v name="   $1" '/^   [^ ]/ { inside = $0 == name; next } inside' linking | displays
}
cp "$tests/consumer/main.c" program.c
way pkg-config | compile_as_shown
check_consumer ./a.out
{
    printf '%s\n' 'cmake_minimum_required(VERSION 3.22)' 'project(program LANGUAGES C)' \
        'add_executable(program program.c)'
    way CMake
} >CMakeLists.txt
build_project . "-DCMAKE_PREFIX_PATH=$prefix"
check_consumer build/program
if command -v meson >/dev/null && [ -z "$EMULATOR$MACHINE_FLAGS" ]; then
    way Meson >meson.build
    CC=$CC PKG_CONFIG_PATH=$scratch/$(dirname "$(find ../moved -name nucleus-checkpoint.pc)") \
        meson setup by-meson >meson.log 2>&1 || { cat meson.log; fail "meson setup"; }
    meson compile -C by-meson >meson.log 2>&1 || { cat meson.log; fail "it does not build"; }
    check_consumer by-meson/program
fi
