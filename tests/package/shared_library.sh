# SPDX-License-Identifier: MIT
# The archive can be linked into a shared library, which then exports none of its symbols.
. "${0%/*}/package.sh"
use_pkg_config "$prefix"

# The library is built as position-independent code, even if the compiler does not default to it.
build_project "$tests/consumer" -DWAY=add_subdirectory -DLANGUAGE=C \
    "-DCMAKE_C_FLAGS=$MACHINE_FLAGS -fno-pie" -DCMAKE_EXE_LINKER_FLAGS=-no-pie
archive=$(find build -name libnucleus-checkpoint.a)

# shellcheck disable=SC2046
compile "$CC" -std=c11 -fPIC -shared -Dmain=runtime_main -o libconsumer.so \
    "$tests/consumer/main.c" -Wl,-z,text -Wl,-z,defs -Wl,--whole-archive "$archive" \
    -Wl,--no-whole-archive $(pkg-config --cflags --libs nucleus-checkpoint)
compile "$CC" -std=c11 -o main "$tests/parent/user/main.c" -L. -lconsumer "-Wl,-rpath,$scratch"
check_consumer ./main
! "$NM" -D --defined-only libconsumer.so | grep ' nucleus_' ||
    fail "the shared library exports these symbols"
