# SPDX-License-Identifier: MIT
# The header compiles on its own, without cJSON, as C11, C++11 and later. A call that passes a state, whose
# strings are borrowed, to the function that frees a state document does not compile.
. "${0%/*}/package.sh"

cat >right.c <<'END'
#include <nucleus/checkpoint.h>
#include <nucleus/checkpoint.h>
void right(struct nucleus_state_document *document);
void right(struct nucleus_state_document *document)
{
    nucleus_state_document_clear(document);
}
END
sed 's/struct nucleus_state_document/struct nucleus_container_state/' right.c >wrong.c

check() # COMPILER LANGUAGE STANDARD...
{
    compiler=$1
    language=$2
    shift 2
    command -v "$compiler" >/dev/null || { echo "$name: '$compiler' is not installed"; return; }
    for standard; do
        set -- "$compiler" -x "$language" "-std=$standard" -fsyntax-only "-I$prefix/include"
        compile "$@" right.c
        ! (compile "$@" wrong.c) >errors 2>&1 || fail "$compiler accepts the wrong type"
        grep -qE 'error: .*(incompatible pointer|cannot convert|no matching function)' errors ||
            { cat errors; fail "$compiler reports another error"; }
        checked="$checked $standard"
    done
}

checked=
for compiler in "$CC" gcc clang; do
    check "$compiler" c c11 c2x
done
for compiler in "$CXX" g++ clang++; do
    check "$compiler" c++ c++11 c++20
done
case $checked in
*c++*) ;;
*) skip "no C++ compiler is installed" ;;
esac
