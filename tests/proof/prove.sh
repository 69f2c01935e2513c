#!/bin/sh
# SPDX-License-Identifier: MIT
# prove.sh SOURCE WORK [FUNCTION...]
# Shows with Frama-C/WP that the contracts in SOURCE/src hold and that no run-time error is possible
# there; only for the functions that are named, if any are. WORK is a directory for notes.
# Exit status: 0 all is proved; 1 a goal is not; 2 it could not be tried as it should; 77 a tool is
# missing.
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
    command -v "$tool" >/dev/null || skip "there is no $tool here"
done
provers=
for prover in cvc4 cvc5 z3 alt-ergo; do
    command -v "$prover" >/dev/null && provers=$provers${provers:+,}$prover
done
[ -n "$provers" ] || skip "there is no prover here: cvc4, cvc5, z3 or alt-ergo"

mkdir -p "$work"
WHY3CONFIG=$work/why3.conf
export WHY3CONFIG
why3 config detect >"$work/why3.log" 2>&1 || { cat "$work/why3.log"; trouble "why3 fails"; }

# functions UNIT: what is proved of it, all functions, but of strings.c those that see hostile bytes.
functions()
{
    if [ "$1" = strings ]; then
        echo nucleus_span_equals nucleus_parse_u64 nucleus_format_u64
        return
    fi
    sed -nE 's/^[a-z].*[ *]([a-z_0-9]+)\([^;]*$/\1/p' "$source/src/$1.c" >"$work/functions"
    [ "$(wc -l <"$work/functions")" = "$(grep -c '^{' "$source/src/$1.c")" ] ||
        trouble "not every function of $1.c is recognized"
    cat "$work/functions"
}

# wanted UNIT FUNCTION...: those of the functions that are the unit's; all of them if none is named.
wanted()
{
    unit=$1
    shift
    names=$(functions "$unit") || exit
    for function in $names; do
        case " ${*:-$function} " in *" $function "*) echo "$function" ;; esac
    done | paste -sd , -
}

# prove UNIT FUNCTIONS: adds to the figures; what frama-c says goes to WORK/UNIT.log.
prove()
{
    log=$work/$1.log
    frama-c -machdep gcc_x86_64 -c11 -cpp-extra-args="-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
        -I'$source/include' -I'$source/src' -include '${0%/*}/contracts.h'" -wp -wp-rte -warn-invalid-pointer -warn-unsigned-overflow -wp-fct "$2" \
        -wp-prover "$provers" -wp-timeout "$TIMEOUT" -wp-par 2 -wp-session "$work/session" \
        "$source/src/$1.c" >"$log" 2>&1 || { cat "$log"; trouble "frama-c fails on $1.c"; }
    for function in $(echo "$2" | tr , ' '); do
        grep -qE "Goal typed_${function}_[a-z]" "$log" || trouble "no goal for $function()"
    done
    ! grep -E 'not yet implemented|[Ii]gnor|missing RTE' "$log" || trouble "a part of the contract is not looked at"
    figures=$(sed -nE 's,^\[wp\] Proved goals: *([0-9]+) / ([0-9]+)$,\1 \2,p' "$log")
    proved=$((proved + ${figures% *}))
    goals=$((goals + ${figures#* }))
    sed -nE 's/^.wp. .(Failed|Timeout|Unknown|Stepout|Unsuccess|Canceled)[^]]*. Goal /not proved: /p' "$log"
}

proved=0
goals=0
for unit in utf8 strings json_reader; do
    list=$(wanted "$unit" "$@")
    [ -z "$list" ] || prove "$unit" "$list"
done
echo "$proved of $goals goals are proved"
[ "$goals" -gt 0 ] || trouble "there is nothing to prove"
[ "$proved" -eq "$goals" ]
