# SPDX-License-Identifier: MIT
# What the scripts share; each begins with: . "${0%/*}/package.sh"
# shellcheck disable=SC2034
set -eu
umask 022
LC_ALL=C.UTF-8
export LC_ALL

tests=${0%/*}
name=${0##*/}
build=$WORK/build     # of the project
prefix=$WORK/moved    # where its installation was moved to
scratch=$WORK/${name%.sh}${1:+-$1}${2:+-$2}

fail()
{
    echo "$name: $*" >&2
    exit 1
}

# A check that cannot be made here.
skip()
{
    echo "$name: skipped: $*"
    exit 77
}

need()
{
    for tool; do
        command -v "$tool" >/dev/null || skip "there is no $tool here"
    done
}

# expect_same WHAT FILE FILE
expect_same()
{
    diff -u "$2" "$3" || fail "$1: not as expected"
}

# configure ARGUMENT...: cmake, for the machine that this build is for.
configure()
{
    # Unquoted on purpose: the first is a list of words.
    # shellcheck disable=SC2086
    "$CMAKE" -G "$GENERATOR" $MACHINE_ARGUMENTS "-DCMAKE_C_FLAGS=$MACHINE_FLAGS" \
        "-DCMAKE_CXX_FLAGS=$MACHINE_FLAGS" "$@" >configure.log 2>&1 ||
        { cat configure.log; fail "cmake $*"; }
}

# compile COMPILER ARGUMENT...: every warning is an error.
compile()
{
    compiler=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Wcast-qual -Werror "$@" || fail "$compiler $*"
}

# run PROGRAM ARGUMENT...
run()
{
    # shellcheck disable=SC2086
    $EMULATOR "$@"
}

# use_pkg_config PREFIX: pkg-config finds what is installed there. Its path is a relative one, so
# that $(pkg-config ...) is split where it should be even if a directory above has spaces.
use_pkg_config()
{
    need pkg-config
    case $1 in
    "$WORK"/*) set -- "..${1#"$WORK"}" ;;
    esac
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name nucleus-checkpoint.pc)"):${PKG_CONFIG_PATH-}
    export PKG_CONFIG_PATH
}

# build_project DIR ARGUMENT...: the CMake project there, into "build", which is made anew.
build_project()
{
    project=$1
    shift
    rm -rf build
    configure -S "$project" -B build "-DNUCLEUS_SOURCE=$SOURCE" "$@"
    "$CMAKE" --build build >build.log 2>&1 || { cat build.log; fail "it does not build"; }
}

# take_cjson: the header as it lies in cJSON's source, so that it is not the installed one.
take_cjson()
{
    need pkg-config
    header=$(pkg-config --variable=includedir libcjson)/cjson/cJSON.h
    mkdir vendored
    cp "$header" vendored/cJSON.h
}

# check_consumer PROGRAM: it saves, loads and prints.
check_consumer()
{
    mkdir -p checkpoint
    output=$(run "$1" checkpoint /bin/sleep "6 0") || fail "$1 fails"
    [ "$output" = "$VERSION db 13789 /bin/sleep 6 0" ] || fail "$1 prints '$output'"
}

# use_by_hand PREFIX COMPILER ARGUMENT...: the consumer, compiled with what pkg-config says, works.
use_by_hand()
{
    use_pkg_config "$1"
    shift
    # shellcheck disable=SC2046
    compile "$@" "$tests/consumer/main.c" -o consumer \
        $(pkg-config --cflags --libs nucleus-checkpoint)
    check_consumer ./consumer
}

# list_files DIR: every file's path from there, that of the library's directory shortened.
list_files()
{
    (cd "$1" && find . ! -type d) | sed 's,^\./,,; s,^lib[^/]*/[^/]*-linux-[^/]*/,lib/,;
        s,^lib64/,lib/,' | sort
}

# render PAGE: the manual page as its reader sees it, without bold and underlining.
render()
{
    mandoc -T utf8 -O width=100 "$1" | col -bx
}

# section NAME: that section of a rendered page.
section()
{
    awk -v name="$1" '/^[^ ]/ { inside = $0 == name; next } inside'
}

# displays: the indented displays of a rendered section, as they were written. How far they are
# indented, 11 columns or more, depends on the formatter; the first line stands at their margin.
displays()
{
    awk '/^           / {
        if (!margin) { match($0, /^ */); margin = RLENGTH }
        print substr($0, margin + 1)
    }'
}

# examples PAGE: the displays in its EXAMPLES, which man shows like mandoc.
examples()
{
    render "$1" | section EXAMPLES | displays | tee by-mandoc
    MANWIDTH=100 man -E UTF-8 -l "$1" | col -bx | section EXAMPLES | displays >by-man
    diff -u by-mandoc by-man >&2 || fail "man shows other examples"
}

# use_programs: adds the installed ckmeta to the texts of programs in bin, makes them programs, and has
# them found first.
use_programs()
{
    cat >bin/ckmeta <<END
exec $EMULATOR "$prefix/bin/ckmeta" "\$@"
END
    for program in bin/*; do
        sed -i '1i #!/bin/sh' "$program"
        chmod +x "$program"
    done
    PATH=$scratch/bin:$PATH
}

rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"
