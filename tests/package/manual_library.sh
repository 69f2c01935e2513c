# SPDX-License-Identifier: MIT
# What nucleus-checkpoint(3) shows is compiled and run as it is shown.
. "${0%/*}/package.sh"
need man mandoc col
use_pkg_config "$prefix"

page=$SOURCE/tools/man/nucleus-checkpoint.3
examples "$page" >program.c

# compile_as_shown OPTION...: the command on standard input, with this compiler.
compile_as_shown()
{
    sed "s,^cc ,\"$CC\" $MACHINE_FLAGS -Wall -Wextra -Wpedantic -Werror $* ," >compile.sh
    [ -s compile.sh ] || fail "no command line is shown"
    sh -e compile.sh || fail "what is shown does not compile: $(cat compile.sh)"
}

# The program, and the command line in the synopsis.
render "$page" | section SYNOPSIS | displays | grep '^cc ' | compile_as_shown -o program
mkdir checkpoint
[ "$(run ./program checkpoint)" = 13789 ] || fail "the program does not print 13789"
if run ./program missing 2>message; then
    fail "the program saves in a directory that does not exist"
fi
grep -q missing message || fail "the program does not say why it fails"

# The wrappers that provoke failures.
render "$page" | section "TESTING YOUR CODE" >testing
awk '/^   Finding leaks/ { exit } { print }' testing | displays >failures
{
    cat <<'END'
#include <errno.h>
#include <fcntl.h>
#include <nucleus/checkpoint.h>
#include <stdio.h>

END
    sed '/^cc /,$d' failures
    cat <<'END'

int main(void)
{
    static char *command[] = {NULL};
    static char text[] = "";
    struct nucleus_metadata metadata = {.container_id = text, .container_name = text,
                                        .command = command, .version = text};

    for (int n = 0; n <= 2; n++) {
        fsync_to_fail = n;
        puts(nucleus_status_name(nucleus_metadata_save(&metadata, "checkpoint", NULL)));
    }
    fsync_to_fail = 0;
    struct nucleus_error err;
    puts(nucleus_status_name(nucleus_metadata_save_at(&metadata, AT_FDCWD, &err)));
    return 0;
}
END
} >test.c
sed -n '/^cc /,$p' failures | compile_as_shown
cat >expected <<'END'
NUCLEUS_OK
NUCLEUS_ERROR_IO
NUCLEUS_ERROR_NOT_DURABLE
NUCLEUS_ERROR_NO_MEMORY
END
run ./a.out >statuses || fail "the wrappers do not run"
expect_same "the provoked failures" expected statuses

# The wrappers for cmocka: they find a leak, and nothing else.
options=$(grep -o -e '-Wl,--wrap=malloc,[a-z=,-]*' testing) || fail "no options for cmocka"
{
    cat <<'END'
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <nucleus/checkpoint.h>

END
    awk '/^   Finding leaks/, 0' testing | displays
    cat <<'END'

static void test_load(void **clear)
{
    struct nucleus_metadata metadata;

    assert_int_equal(nucleus_metadata_load("checkpoint", &metadata, NULL), NUCLEUS_OK);
    if (*clear)
        nucleus_metadata_clear(&metadata);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_load, argc > 1 ? argv : NULL),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
END
} >leaks.c
# shellcheck disable=SC2046
compile "$CC" -o leaks leaks.c "$options" $(pkg-config --cflags --libs nucleus-checkpoint cmocka)
run ./leaks clear >output 2>&1 || { cat output; fail "a leak is found where there is none"; }
! run ./leaks >output 2>&1 || fail "a leak is not found"
grep -q 'test_load leaked' output || { cat output; fail "something else than the leak is found"; }
