# SPDX-License-Identifier: MIT
# Shared by the scripts in the directories below this one, which begin with: . "${0%/*}/../script.sh"
# shellcheck shell=sh
set -eu
umask 022
LC_ALL=C.UTF-8
export LC_ALL

name=${0##*/}

fail()
{
    echo "$name: $*" >&2
    exit 1
}

skip()
{
    echo "$name: skipped: $*"
    exit 77
}

# need PROGRAM...: skips the test if a program is not installed.
need()
{
    for tool; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}
