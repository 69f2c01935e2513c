# SPDX-License-Identifier: MIT
# Included by the scripts in the directories beside it, most of them through package/package.sh or
# system/mounts.sh.
# shellcheck shell=sh
set -eu
umask 022
LC_ALL=C.UTF-8
export LC_ALL

name=${0##*/}

# fail MESSAGE...: prints the message and fails the test.
fail()
{
    echo "$name: $*" >&2
    exit 1
}

# skip REASON...: prints the reason and skips the test.
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
