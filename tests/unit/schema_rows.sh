#!/bin/sh
# SPDX-License-Identifier: MIT
# schema_rows.sh COMPILER SOURCE: a row of src/schema.c compiles if its kind fits the C type of the
# member, and only then.
set -eu
compiler=$1
source=$2
failures=0

# compiles STRUCT MEMBER KIND
compiles() {
    printf '#include "schema.c"\nconst struct nucleus_member row = {ROW(struct nucleus_%s, %s, %s)};\n' \
        "$@" | "$compiler" -std=c11 -fsyntax-only -I"$source/src" -I"$source/include" -x c - 2>/dev/null
}

# bad STRUCT MEMBER KIND
bad() { ! compiles "$1" "$2" "$3" || { echo "compiles: $*"; failures=1; }; }

compiles metadata container_name OPTIONAL_STRING || { echo "a good row does not compile"; failures=1; }
bad metadata container_id STRINGS
bad metadata command STRING
bad metadata original_pid U64
bad metadata checkpoint_at U32
bad metadata checkpoint_at OPTIONAL_U64
bad metadata rootless U32
bad metadata resource_limits OBJECTS
bad metadata resource_limits OPTIONAL_STRING
bad container_state command OPTIONAL_STRING
bad container_state using_gvisor STRING
bad resource_limits pids_max U64
bad resource_limits io_limits OPTIONAL_OBJECT
bad io_limit rbps BOOL
exit "$failures"
