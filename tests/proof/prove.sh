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

# What is proved, file by file: all functions, but of strings.c those that see hostile bytes.
functions()
{
    case $1 in
    utf8) echo is_tail nucleus_utf8_length specials plain_bytes skip_words is_special \
        skip_sequences         nucleus_skip_text ;;
    json_reader) echo fail nucleus_json_begin nucleus_json_peek hex_digit hex4 is_high_surrogate \
        is_low_surrogate skip_unicode_escape skip_escape nucleus_json_string skip_digits \
        skip_fraction skip_exponent nucleus_json_number skip_literal in_object nucleus_json_enter \
        nucleus_json_name nucleus_json_next skip_scalar_or_enter nucleus_json_skip \
        nucleus_json_finish nucleus_json_fail ;;
    strings) echo nucleus_span_equals nucleus_parse_u64 nucleus_format_u64 ;;
    esac
}

# A function that is added to the files and not to the list above would go unproved in silence.
check_list()
{
    for unit in utf8 json_reader; do
        functions "$unit" | tr ' ' '\n' | sort >"$work/listed"
        sed -nE 's/^[a-z].*[ *]([a-z_0-9]+)\([^;]*$/\1/p' "$source/src/$unit.c" | sort -u >"$work/defined"
        diff -u "$work/listed" "$work/defined" || trouble "the list of functions of $unit.c is not its functions"
    done
}

# wanted UNIT FUNCTION...: those of the functions that are the unit's; all of them if none is named.
wanted()
{
    unit=$1
    shift
    for function in $(functions "$unit"); do
        case " ${*:-$function} " in *" $function "*) echo "$function" ;; esac
    done | paste -sd , -
}

# The subtractions in specials() wrap on purpose.
flags()
{
    [ "$1" = utf8 ] || echo -warn-unsigned-overflow
}

# prove UNIT FUNCTIONS: adds to the figures; what frama-c says goes to WORK/UNIT.log.
prove()
{
    log=$work/$1.log
    # shellcheck disable=SC2046
    frama-c -machdep gcc_x86_64 -c11 -cpp-extra-args="-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
        -I'$source/include' -I'$source/src'" -wp -wp-rte -warn-invalid-pointer $(flags "$1") -wp-fct "$2" \
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
[ $# -gt 0 ] || check_list
for unit in utf8 strings json_reader; do
    list=$(wanted "$unit" "$@")
    [ -z "$list" ] || prove "$unit" "$list"
done
echo "$proved of $goals goals are proved"
[ "$goals" -gt 0 ] || trouble "there is nothing to prove"
[ "$proved" -eq "$goals" ]
