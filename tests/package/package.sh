# SPDX-License-Identifier: MIT
# Shared by the scripts; each begins with: . "${0%/*}/package.sh"
# Their environment is set in ../CMakeLists.txt.
# shellcheck disable=SC2034
set -eu
umask 022
LC_ALL=C.UTF-8
export LC_ALL

tests=${0%/*}
name=${0##*/}
build=$WORK/build     # the project, built by installation.sh
prefix=$WORK/moved    # its installation, moved to here
scratch=$WORK/${name%.sh}${1:+-$1}${2:+-$2} # the working directory

fail()
{
    echo "$name: $*" >&2
    exit 1
}

skip()
{
    echo "$name: skipped: $*"
    exit 77
}

# need PROGRAM...: skips the test if one is missing.
need()
{
    for tool; do
        command -v "$tool" >/dev/null || skip "there is no $tool here"
    done
}

# quietly COMMAND...: the output, in the file "log", is shown only if the command fails.
quietly()
{
    "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "this fails: $*"; }
}

# expect_same NAME EXPECTED_FILE FILE
expect_same()
{
    diff -u "$2" "$3" || fail "$1: not as expected"
}

# run PROGRAM ARGUMENT...: runs a program for the machine of this build.
run()
{
    # shellcheck disable=SC2086
    $EMULATOR "$@"
}

# compile COMPILER ARGUMENT...: every warning is an error.
compile()
{
    compiler=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Wcast-qual -Werror "$@" || fail "$compiler $*"
}

# configure ARGUMENT...: runs cmake for the machine of this build.
configure()
{
    # shellcheck disable=SC2086
    quietly "$CMAKE" -G "$GENERATOR" $MACHINE_ARGUMENTS "-DCMAKE_C_FLAGS=$MACHINE_FLAGS" \
        "-DCMAKE_CXX_FLAGS=$MACHINE_FLAGS" "$@"
}

# build_project DIR ARGUMENT...: builds the CMake project in DIR into the new directory "build".
build_project()
{
    project=$1
    shift
    rm -rf build
    configure -S "$project" -B build "-DNUCLEUS_SOURCE=$SOURCE" "$@"
    quietly "$CMAKE" --build build
}

# build_with_meson DIR [PREFIX]: builds the Meson project in DIR into the new directory "build", with the
# library that is installed in PREFIX. The output of "meson setup" is in the file "setup".
build_with_meson()
{
    rm -rf build
    CFLAGS=$MACHINE_FLAGS LDFLAGS=$MACHINE_FLAGS
    [ $# = 1 ] || PKG_CONFIG_PATH=$(dirname "$(find "$2" -name nucleus-checkpoint.pc)")
    export CFLAGS LDFLAGS PKG_CONFIG_PATH
    quietly meson setup build "$1"
    mv log setup
    quietly meson compile -C build
}

# pack GENERATOR: packs the project into the directory "packages".
pack()
{
    (cd "$build" && quietly "${CMAKE%/*}/cpack" -G "$1" -B "$scratch/packages")
}

# use_pkg_config PREFIX: makes pkg-config find the library there. Below $WORK the path is relative, so that
# the output of pkg-config is split correctly even if a directory above has spaces in its name.
use_pkg_config()
{
    need pkg-config
    case $1 in
    "$WORK"/*) set -- "..${1#"$WORK"}" ;;
    esac
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name nucleus-checkpoint.pc)"):${PKG_CONFIG_PATH-}
    export PKG_CONFIG_PATH
}

# copy_cjson_header: makes "vendored/cJSON.h", the header by its name in the source of cJSON, which is
# not the name of the installed one.
copy_cjson_header()
{
    need pkg-config
    mkdir vendored
    cp "$(pkg-config --variable=includedir libcjson)/cjson/cJSON.h" vendored
}

# copy_cjson_source: makes the directory "cJSON", a copy of CJSON_SOURCE if that is set. Otherwise the functions
# of cJSON only abort, which suffices to run consumer/main.c: cJSON decodes only strings with escapes.
copy_cjson_source()
{
    if [ -n "${CJSON_SOURCE-}" ]; then
        cp -R "$CJSON_SOURCE" cJSON
        return
    fi
    echo "$name: CJSON_SOURCE is not set, so the functions of cJSON are not run"
    copy_cjson_header
    mv vendored cJSON
    echo '#include <stdlib.h>' >cJSON/cJSON.c
    "$NM" -u "$(find "$prefix" -name libnucleus-checkpoint.a)" |
        sed -n 's/^ *U \(cJSON_.*\)/void \1(void); void \1(void) { abort(); }/p' | sort -u >>cJSON/cJSON.c
    grep -q cJSON_ cJSON/cJSON.c || fail "the archive does not call cJSON"
    printf 'cmake_minimum_required(VERSION 3.22)\nproject(cJSON C)\nadd_library(cjson cJSON.c)\n' \
        >cJSON/CMakeLists.txt
}

# check_consumer PROGRAM: consumer/main.c in that program saves, loads and prints.
check_consumer()
{
    mkdir -p checkpoint
    output=$(run "$1" checkpoint /bin/sleep "6 0") || fail "$1 fails"
    [ "$output" = "$VERSION db 13789 /bin/sleep 6 0" ] || fail "$1 prints '$output'"
}

# use_by_hand PREFIX COMPILER ARGUMENT...: compiles consumer/main.c with the help of pkg-config.
use_by_hand()
{
    use_pkg_config "$1"
    shift
    # shellcheck disable=SC2046
    compile "$@" "$tests/consumer/main.c" -o consumer \
        $(pkg-config --cflags --libs nucleus-checkpoint)
    check_consumer ./consumer
}

# list_files DIR: prints the path of every file below DIR. The directory of libraries is named lib.
list_files()
{
    (cd "$1" && find . ! -type d) | sed 's,^\./,,; s,^lib[^/]*/[^/]*-linux-[^/]*/,lib/,;
        s,^lib64/,lib/,' | sort
}

# render PAGE: prints a manual page as readers see it, without bold and underlining.
render()
{
    mandoc -T utf8 -O width=100 "$1" | col -bx
}

# section NAME: prints that section of the rendered page in the standard input.
section()
{
    awk -v name="$1" '/^[^ ]/ { inside = $0 == name; next } inside'
}

# displays: prints the indented displays of the rendered section in the standard input as they were
# written. Their indentation, 11 columns or more, depends on the formatter; the first line has no other.
displays()
{
    awk '/^           / {
        if (!margin) { match($0, /^ */); margin = RLENGTH }
        print substr($0, margin + 1)
    }'
}

# examples PAGE: prints the displays in EXAMPLES. man must show the same as mandoc.
examples()
{
    render "$1" | section EXAMPLES | displays | tee by-mandoc
    MANWIDTH=100 man -E UTF-8 -l "$1" | col -bx | section EXAMPLES | displays >by-man
    diff -u by-mandoc by-man >&2 || fail "man shows other examples"
}

# use_programs: makes scripts of the files in "bin" and of the installed ckmeta, which are found first.
use_programs()
{
    echo "exec $EMULATOR '$prefix/bin/ckmeta' \"\$@\"" >bin/ckmeta
    sed -i '1i #!/bin/sh' bin/*
    chmod +x bin/*
    PATH=$scratch/bin:$PATH
}

rm -rf "$scratch"
mkdir -p "$scratch"
cd "$scratch"
