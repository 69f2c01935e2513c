# SPDX-License-Identifier: MIT
# Shared by the scripts; each begins with: . "${0%/*}/package.sh"
# Their environment is set in ../CMakeLists.txt.
# shellcheck disable=SC2034
. "${0%/*}/../script.sh"

tests=${0%/*}
build=$WORK/build     # where installation.sh builds the project
prefix=$WORK/moved    # where it moves the installation
scratch=$WORK/${name%.sh}${1:+-$1}${2:+-$2} # the working directory

# quietly COMMAND...: runs a command, and shows its output only if it fails. The output is in the file "log".
quietly()
{
    "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "this fails: $*"; }
}

# expect_same NAME EXPECTED_FILE FILE
expect_same()
{
    diff -u "$2" "$3" || fail "$1: not as expected"
}

# run PROGRAM ARGUMENT...: runs a program that is built for the target machine, if necessary in an emulator.
run()
{
    # shellcheck disable=SC2086
    $EMULATOR "$@"
}

# compile COMPILER ARGUMENT...: compiles with warnings as errors.
compile()
{
    compiler=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Wcast-qual -Werror "$@" || fail "$compiler $*"
}

# configure ARGUMENT...: runs cmake for the target machine.
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

# use_pkg_config PREFIX: makes pkg-config find the library in PREFIX. A path below $WORK is made relative, so
# that the output of pkg-config is split correctly even if the name of a parent directory has spaces.
use_pkg_config()
{
    need pkg-config
    case $1 in
    "$WORK"/*) set -- "..${1#"$WORK"}" ;;
    esac
    PKG_CONFIG_PATH=$(dirname "$(find "$1" -name nucleus-checkpoint.pc)"):${PKG_CONFIG_PATH-}
    export PKG_CONFIG_PATH
}

# copy_cjson_header: copies the header of cJSON to "vendored/cJSON.h". It is installed as cjson/cJSON.h, but
# named cJSON.h in the source of cJSON.
copy_cjson_header()
{
    need pkg-config
    mkdir vendored
    cp "$(pkg-config --variable=includedir libcjson)/cjson/cJSON.h" vendored
}

# copy_cjson_source: creates the directory "cJSON", a copy of CJSON_SOURCE if that is set. Otherwise its
# functions only abort. consumer/main.c never calls them, because cJSON decodes only strings with escapes.
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

# check_consumer PROGRAM: checks that consumer/main.c, which PROGRAM contains, saves, loads and prints.
check_consumer()
{
    mkdir -p checkpoint
    output=$(run "$1" checkpoint /bin/sleep "6 0") || fail "$1 fails"
    [ "$output" = "$VERSION db 13789 /bin/sleep 6 0" ] || fail "$1 prints '$output'"
}

# use_by_hand PREFIX COMPILER ARGUMENT...: compiles consumer/main.c with flags from pkg-config, and checks it.
use_by_hand()
{
    use_pkg_config "$1"
    shift
    # shellcheck disable=SC2046
    compile "$@" "$tests/consumer/main.c" -o consumer \
        $(pkg-config --cflags --libs nucleus-checkpoint)
    check_consumer ./consumer
}

# list_files DIR: prints the path of every file below DIR. The library directory is printed as lib.
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

# section NAME: prints the section NAME of the rendered page in standard input.
section()
{
    awk -v name="$1" '/^[^ ]/ { inside = $0 == name; next } inside'
}

# displays: prints the displays of the rendered section in standard input as they were written. Formatters
# indent them by 11 columns or more; the first line has no further indentation.
displays()
{
    awk '/^           / {
        if (!margin) { match($0, /^ */); margin = RLENGTH }
        print substr($0, margin + 1)
    }'
}

# examples PAGE: prints the displays in EXAMPLES, and fails if man shows others than mandoc.
examples()
{
    render "$1" | section EXAMPLES | displays | tee by-mandoc
    MANWIDTH=100 man -E UTF-8 -l "$1" | col -bx | section EXAMPLES | displays >by-man
    diff -u by-mandoc by-man >&2 || fail "man shows other examples"
}

# use_programs: turns the files in "bin" into scripts, adds one for the installed ckmeta, and extends PATH.
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
