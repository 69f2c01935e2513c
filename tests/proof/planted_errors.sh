#!/bin/sh
# SPDX-License-Identifier: MIT
# planted_errors.sh SOURCE WORK: plants one error at a time in a copy of the sources. Each must leave a
# goal of its function unproved. Without an error, prove.sh proves all goals.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

source=$1
work=$2
failed=0

# A longer timeout cannot prove a false goal.
: "${TIMEOUT:=10}"
export TIMEOUT

# plant NAME UNIT FUNCTION SUBSTITUTION
plant()
{
    copy=$work/$1
    mkdir -p "$copy"
    cp -R "$source/src" "$source/include" "$copy"
    sed -E "/^[a-z].*[ *]$3\(/,/^}/{ $4; }" "$source/src/$2.c" >"$copy/src/$2.c"
    changed=$(diff "$source/src/$2.c" "$copy/src/$2.c" | grep -c '^>' || true)
    status=0
    sh "${0%/*}/prove.sh" "$copy" "$copy/notes" "$3" >"$copy/log" 2>&1 || status=$?
    if [ "$status" -eq 77 ]; then
        cat "$copy/log"
        exit 77
    elif [ "$changed" -ne 1 ]; then
        echo "FAILED $1: $changed lines changed, not 1"
        failed=1
    elif [ "$status" -ne 1 ] || ! grep -q "^not proved: typed_$3_" "$copy/log"; then
        cat "$copy/log"
        echo "FAILED $1: all goals are proved (status $status)"
        failed=1
    else
        echo "ok $1: $(sed -nE 's/^not proved: (typed_[a-z_0-9]+).*$/\1/p' "$copy/log" | paste -sd ' ' -)"
    fi
}

rm -rf "$work"
plant bound_off_by_one json_reader hex4 's/< 4\)$/< 3)/'
plant missing_end_check json_reader nucleus_json_peek 's/while \(next < reader->end && /while (/'
plant unchecked_second_surrogate json_reader skip_unicode_escape \
    's/!is_low_surrogate\((hex4\(escape \+ 8, reader->end\))\)/\1 < 0/'
plant digit_loop_overflows strings nucleus_parse_u64 's,\(UINT64_MAX - digit\) / 10,UINT64_MAX / 10,'
plant cursor_does_not_move json_reader skip_digits 's/^( *)text\+\+;/\1;/'
plant element_not_consumed json_reader nucleus_json_next 's/^( *)reader->cursor\+\+;/\1;/'
plant depth_unchecked json_reader nucleus_json_enter 's/== NUCLEUS_JSON_MAX_DEPTH/> NUCLEUS_JSON_MAX_DEPTH/'
plant word_past_the_end json_reader nucleus_json_skip_unescaped 's/end - text >= 8/end - text >= 7/'
plant surrogate_in_utf8 utf8 nucleus_utf8_length 's/second > 0x9f/second > 0xbf/'

exit "$failed"
