# SPDX-License-Identifier: MIT
# readme.sh SOURCE DIR CC ARCHIVE [EMULATOR...]: the program in the README is compiled as it is
# shown, without a warning, and does what it says.
set -eu
source=$1
work=$2
cc=$3
archive=$4
shift 4

rm -rf "$work"
mkdir -p "$work"
cd "$work"
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/README.md" >program.c
[ -s program.c ] || { echo "readme.sh: no program in the README" >&2; exit 1; }
# shellcheck disable=SC2086,SC2046
"$cc" ${CFLAGS-} -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$source/include" -o program program.c \
    "$archive" $(pkg-config --libs libcjson)
[ "$("$@" ./program)" = "web-1 was running sleep" ] || { echo "readme.sh: wrong output" >&2; exit 1; }
[ "$(stat -c %a metadata.json)" = 600 ] || { echo "readme.sh: nothing saved" >&2; exit 1; }
