#!/bin/sh
# SPDX-License-Identifier: MIT
# schema_rows.sh COMPILER SOURCE: checks that a row of src/schema.c compiles only if its kind fits the
# C type of the member.
set -eu
compiler=$1
source=$2

# compiles STRUCT MEMBER KIND
compiles() {
    printf '#include "schema.c"\nconst struct nucleus_member row = {ROW(struct nucleus_%s, %s, %s)};\n' \
        "$@" | "$compiler" -std=c11 -fsyntax-only -I"$source/src" -I"$source/include" -x c - 2>/dev/null
}

compiles metadata container_name OPTIONAL_STRING || { echo "a correct row does not compile"; exit 1; }
while read -r row; do
    # shellcheck disable=SC2086 # three words
    ! compiles $row || { echo "must not compile: $row"; exit 1; }
done <<EOF
metadata container_id STRINGS
metadata command STRING
metadata original_pid U64
metadata checkpoint_at U32
metadata checkpoint_at OPTIONAL_U64
metadata resource_limits OBJECTS
resource_limits pids_max U64
resource_limits io_limits OPTIONAL_OBJECT
io_limit rbps BOOL
EOF
