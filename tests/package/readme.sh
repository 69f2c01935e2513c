# SPDX-License-Identifier: MIT
# The commands in the README print the output that it shows, each way to link finds the installation, and
# tests/README.md names only tests and steps of .ci/run that exist.
. "${0%/*}/package.sh"
need pkg-config mandoc col

readme=$SOURCE/README.md
block() # LANGUAGE N: prints the Nth block in LANGUAGE
{
    awk -v fence="\`\`\`$1" -v want="$2" '
        inside && /^```$/ { inside = 0; next }
        !inside && /^```/ { inside = 1; if ($0 == fence) n++; printing = $0 == fence && n == want; next }
        inside && printing' "$readme" | grep . || fail "there is no block $2 of '$1'"
}

words=$(wc -w <"$readme")
[ "$words" -le 1250 ] || fail "the README is too long: $words words"

"${CMAKE%/*}/ctest" --test-dir "$WORK/../../.." -N | sed -n 's/^ *Test *#[0-9]*: //p' >tests
# shellcheck disable=SC2016
grep -oE '`[a-z]+_[a-z_0-9]+`' "$SOURCE/tests/README.md" | tr -d '`' | sort -u |
    grep -vx -e find_package -e save_fails_if_the_disk_is_full >named
[ -s named ] || fail "tests/README.md names no tests"
! grep -vxF -f tests named || fail "tests/README.md names tests that do not exist"
sed -n '/^| platform /,/^$/ s/^| .*| \([^|]*\) |$/\1/p' "$SOURCE/tests/README.md" | sed 1d >steps
[ -s steps ] || fail "tests/README.md names no steps"
while read -r step; do
    grep -q "^say $step" "$SOURCE/.ci/run" || fail "there is no step '$step'"
done <steps

# These scripts replace commands that the README uses; sudo installs below $scratch/root.
mkdir bin root
cat >bin/cmake <<END
case \$1 in
-B) exec "$CMAKE" -G "$GENERATOR" $MACHINE_ARGUMENTS "-DCMAKE_C_FLAGS=$MACHINE_FLAGS" "\$@" ;;
esac
exec "$CMAKE" "\$@"
END
cat >bin/sudo <<END
DESTDIR="$scratch/root" exec "\$@"
END
cat >bin/cc <<END
exec "$CC" $MACHINE_FLAGS -std=c11 -Wall -Wextra -Wpedantic -Werror "\$@"
END
use_programs

# Quick start, after the build.
mkdir -p quick/build
ln -s "$SOURCE/tests" quick
ln -s ../../bin/ckmeta quick/build
block sh 1 | sed -n '/^mkdir/,$p' >quick.sh
grep -q 'build/ckmeta load' quick.sh || fail "the quick start loads nothing"
block "" 1 >expected
(cd quick && sh -e ../quick.sh) >output || fail "the quick start fails"
echo >>output
sed -i 's/\("checkpoint_at": \)[0-9]*/\11795434105/; /^$/d' output
expect_same "the output of the quick start" expected output

# The session. Each command follows a dollar sign.
block console 1 >session
sed -n 's/^\$ //p' session >commands
while read -r line; do
    printf '$ %s\n' "$line"
    sh -c "$line" 2>&1 || true
done <commands >output
expect_same "the session" session output

# Install.
mkdir source
ln -s "$SOURCE"/[!b]* source
block sh 3 >install.sh
(cd source && quietly sh -e ../install.sh)

# The first call is compiled as part of a program.
{
    printf '%s\n' '#include <nucleus/checkpoint.h>' 'int main(int argc, char **argv)' '{' \
        'struct nucleus_error err;' \
        'struct nucleus_container_state state = {.id = "4f1c", .name = "web-1", .command = argv};'
    block c 1 | sed 's,/srv/checkpoints/,,'
    printf '%s\n' 'return argc > 1 || status != NUCLEUS_OK;' '}'
} >call.c
use_pkg_config root
# shellcheck disable=SC2046
cc call.c -o call $(pkg-config --cflags --libs nucleus-checkpoint) || fail "the first call does not compile"
run ./call || fail "the first call fails"
[ "$(ckmeta load web-1 container_id)" = 4f1c ] || fail "the first call saves nothing"

# The program is linked in each way. nucleus-checkpoint-linking(7) shows the same ways for another name.
{ block sh 4; block cmake 1; block meson 1; } |
    sed 's/\<runtime\>/program/g; s/\<main\.c/program.c/' >shown
render "$SOURCE/tools/man/nucleus-checkpoint-linking.7" | section DESCRIPTION |
    sed '/^   Static linking/,$d' | displays >displayed
expect_same "the ways to link in the manual" shown displayed

check_program() # PROGRAM
{
    rm -rf run
    mkdir run
    [ "$(cd run && run "$1")" = 'web-1 had process ID 4242' ] || fail "$1 does not work"
    [ "$(stat -c %a run/metadata.json)" = 600 ] || fail "$1 saves nothing"
}
block c 2 >main.c
block sh 4 | sh -e || fail "the program does not link with pkg-config"
check_program ../a.out
if command -v meson >/dev/null && [ -z "$EMULATOR$MACHINE_FLAGS" ]; then
    block meson 1 >meson.build
    build_with_meson . "$scratch/root"
    check_program ../build/runtime
fi
for n in 1 2; do
    mkdir project-$n
    cp main.c project-$n
    ln -s "$SOURCE" project-$n/libnucleus-checkpoint
    {
        printf '%s\n' 'cmake_minimum_required(VERSION 3.22)' 'project(runtime LANGUAGES C)' \
            'add_executable(runtime main.c)'
        block cmake $n
    } >project-$n/CMakeLists.txt
    build_project project-$n "-DCMAKE_PREFIX_PATH=$scratch/root/usr/local"
    check_program ../build/runtime
done
