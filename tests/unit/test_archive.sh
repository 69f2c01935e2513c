#!/bin/sh
# SPDX-License-Identifier: MIT
# test_archive.sh ARCHIVE COMPILER [instrumented]
# Fails if the archive of the library calls a pthread function, or one that prints, ends the process or changes
# its signals, umask, working directory, locale, environment or hooks, or if it contains writable data.
# Relocated constants (.data.rel.ro) are allowed. The data of an instrumented build are not checked, because
# instrumentation adds writable data. With link-time optimization, the machine code that the linker generates
# is examined.
. "${0%/*}/../script.sh"
archive=$1
compiler=$2
instrumented=${3-}
need nm objdump

# The first command is for gcc, the second for clang.
if objdump -h "$archive" 2>&1 | grep -qE 'not recognized|\.gnu\.lto_'; then
    code=${TMPDIR:-/tmp}/test_archive.$$.o
    trap 'rm -f "$code"' EXIT
    "$compiler" -r -nostdlib -flinker-output=nolto-rel -o "$code" -Wl,--whole-archive "$archive" \
        2>/dev/null ||
        "$compiler" -r -nostdlib -flto -o "$code" -Wl,--whole-archive "$archive"
    archive=$code
fi

forbidden='exit|_exit|_Exit|quick_exit|abort|atexit|raise|kill|system|fork|vfork|exec[a-z]*|posix_spawnp?
printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar|fwrite|perror|syslog|__printf_chk|__fprintf_chk
stdin|stdout|stderr|sig[a-z]+|pthread_.*|umask|chdir|fchdir|chroot|setlocale
uselocale|setenv|putenv|unsetenv|clearenv|environ|secure_getenv|getenv|rand|srand|random|srandom|getpid
arc4random[a-z_]*|cJSON_InitHooks|cJSON_GetErrorPtr|strerror|strtok|dlopen|setrlimit|alarm|sleep|__assert_fail'
pattern=$(printf '%s' "$forbidden" | tr '\n' '|')
undefined=$(nm -u "$archive" | sed -n 's/^ *U //p' | sed 's/@.*//' | sort -u)
[ -n "$undefined" ] || fail "nm found no calls in $archive"
found=$(printf '%s\n' "$undefined" | grep -xE "$pattern") && fail "the library must not call:" "$found"

[ -z "$instrumented" ] || exit 0
sections=$(objdump -h "$archive" | awk '$1 ~ /^[0-9]+$/ && $3 !~ /^0+$/ { print $2 }')
printf '%s\n' "$sections" | grep -q '^\.text' || fail "objdump found no code in $archive"
found=$(printf '%s\n' "$sections" | grep -E '^\.(data|bss|tdata|tbss|sdata|sbss)' |
    grep -vE '^\.data\.rel\.ro') && fail "the library must not keep data:" "$found"
exit 0
