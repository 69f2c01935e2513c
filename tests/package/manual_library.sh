# SPDX-License-Identifier: MIT
# The program in nucleus-checkpoint(3) is compiled and run as it is shown.
. "${0%/*}/package.sh"
need man mandoc col
use_pkg_config "$prefix"

page=$SOURCE/tools/man/nucleus-checkpoint.3
render "$page" | section EXAMPLES | displays >program.c
MANWIDTH=100 man -E UTF-8 -l "$page" | col -bx | section EXAMPLES | displays >man-program.c
expect_same "the program that man shows" program.c man-program.c

# So is the command line in its synopsis.
render "$page" | section SYNOPSIS | displays | grep '^cc ' >compile.sh || fail "no command line"
sed -i "s,^cc ,\"$CC\" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Werror -o program ," compile.sh
sh -e compile.sh || fail "the program does not compile"

mkdir checkpoint
[ "$(run ./program checkpoint)" = 13789 ] || fail "the program does not print 13789"
if run ./program missing 2>message; then
    fail "the program saves in a directory that is not there"
fi
grep -q missing message || fail "the program does not say why it fails"
