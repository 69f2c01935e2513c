# SPDX-License-Identifier: MIT
# A state whose strings are borrowed cannot be cleared as one that owns them: that does not compile.
. "${0%/*}/package.sh"

# check COMPILER STANDARD SUFFIX
check()
{
    cat >"right.$3" <<'END'
#include <nucleus/checkpoint.h>
void right(struct nucleus_state_document *document);
void right(struct nucleus_state_document *document)
{
    nucleus_state_document_clear(document);
}
END
    sed 's/struct nucleus_state_document/struct nucleus_container_state/' "right.$3" >"wrong.$3"
    compile "$1" "-std=$2" -fsyntax-only "-I$prefix/include" "right.$3"
    if (compile "$1" "-std=$2" -fsyntax-only "-I$prefix/include" "wrong.$3") >errors 2>&1; then
        fail "$1 compiles the mix-up"
    fi
    grep -qE 'error: .*(incompatible pointer|cannot convert|no matching function)' errors ||
        { cat errors; fail "$1 refuses something else"; }
}

check "$CC" c11 c
if command -v "$CXX" >/dev/null; then
    check "$CXX" c++17 cpp
else
    echo "$name: there is no C++ compiler here"
fi
