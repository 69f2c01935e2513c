# SPDX-License-Identifier: MIT
# The header needs nothing before it, nothing of cJSON, and no language younger than C11 or C++11.
. "${0%/*}/package.sh"

printf '#include <nucleus/checkpoint.h>\n#include <nucleus/checkpoint.h>\n' >header.c
cp header.c header.cpp

# check COMPILER STANDARD FILE
check()
{
    if [ -n "$1" ] && command -v "$1" >/dev/null; then
        compile "$1" "-std=$2" -fsyntax-only "-I$prefix/include" "$3"
        checked="$checked $2"
    else
        echo "$name: there is no '$1' here"
    fi
}

checked=
for compiler in "$CC" gcc clang; do
    check "$compiler" c11 header.c
    check "$compiler" c2x header.c
done
for compiler in "$CXX" g++ clang++; do
    check "$compiler" c++11 header.cpp
    check "$compiler" c++20 header.cpp
done
case $checked in
*c++*) ;;
*) skip "there is no C++ compiler here" ;;
esac
