#!/bin/sh
# SPDX-License-Identifier: MIT
# prove.sh SOURCE WORK [FUNCTION...]
# Proves with Frama-C/WP that the code in SOURCE/src satisfies contracts.h and is free of run-time
# errors; if FUNCTIONs are named, only for these. WORK is a directory for logs.
# Exit status: 0 if all goals are proved, 1 if not, 2 if the proof could not be run, 77 if a tool is missing.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

: "${TIMEOUT:=30}" # seconds for one goal and one prover

source=$1
work=$2
shift 2

trouble()
{
    echo "prove.sh: $*" >&2
    exit 2
}

skip()
{
    echo "prove.sh: skipped: $*"
    exit 77
}

for tool in frama-c why3; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
provers=
for prover in cvc4 cvc5 z3 alt-ergo; do
    command -v "$prover" >/dev/null && provers=$provers${provers:+,}$prover
done
[ -n "$provers" ] || skip "no prover is installed: cvc4, cvc5, z3 or alt-ergo"

mkdir -p "$work"
WHY3CONFIG=$work/why3.conf
export WHY3CONFIG
why3 config detect >"$work/why3.log" 2>&1 || { cat "$work/why3.log"; trouble "why3 fails"; }

# functions UNIT [FUNCTION...]: prints the functions of UNIT, or only the named ones. In strings.c, only
# three functions parse or print bytes of a file.
functions()
{
    unit=$1
    shift
    if [ "$unit" = strings ]; then
        names='nucleus_span_equals nucleus_parse_u64 nucleus_format_u64'
    else
        names=$(sed -nE 's/^[a-z].*[ *]([a-z_0-9]+)\([^;]*$/\1/p' "$source/src/$unit.c")
        [ "$(echo "$names" | wc -l)" = "$(grep -c '^{' "$source/src/$unit.c")" ] ||
            trouble "not every function of $unit.c is recognized"
    fi
    for function in $names; do
        case " ${*:-$function} " in *" $function "*) echo "$function" ;; esac
    done
}

# prove UNIT FUNCTIONS [OPTION]: proves the functions, and adds to the totals. Logs to WORK/UNIT.log.
prove()
{
    [ -n "$2" ] || return 0
    log=$work/$1.log
    # shellcheck disable=SC2086 # an option, or nothing
    frama-c -machdep gcc_x86_64 -c11 -cpp-extra-args="-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
        -I'$source/include' -I'$source/src' -include '${0%/*}/contracts.h'" -wp -wp-rte -warn-invalid-pointer ${3-} -wp-fct "$2" \
        -wp-prover "$provers" -wp-timeout "$TIMEOUT" -wp-par 2 -wp-session "$work/session" \
        "$source/src/$1.c" >"$log" 2>&1 || { cat "$log"; trouble "frama-c fails on $1.c"; }
    for function in $(echo "$2" | tr , ' '); do
        grep -qE "Goal typed_${function}_[a-z]" "$log" || trouble "no goal for $function()"
    done
    ! grep -E 'not yet implemented|[Ii]gnor|missing RTE' "$log" || trouble "part of a contract is ignored"
    figures=$(sed -nE 's,^\[wp\] Proved goals: *([0-9]+) / ([0-9]+)$,\1 \2,p' "$log")
    proved=$((proved + ${figures% *}))
    goals=$((goals + ${figures#* }))
    sed -nE 's/^.wp. .(Failed|Timeout|Unknown|Stepout|Unsuccess|Canceled)[^]]*. Goal /not proved: /p' "$log"
}

proved=0
goals=0
for unit in utf8 strings json_reader; do
    list=$(functions "$unit" "$@")
    # The provers cannot bound the bit operations of is_plain_word().
    prove "$unit" "$(echo "$list" | grep -x is_plain_word)"
    prove "$unit" "$(echo "$list" | grep -vx is_plain_word | paste -sd , -)" -warn-unsigned-overflow
done
echo "$proved of $goals goals are proved"
[ "$goals" -gt 0 ] || trouble "there is nothing to prove"
[ "$proved" -eq "$goals" ]
