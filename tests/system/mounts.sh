# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034,SC2154
# Shared by the tests that mount file systems; each begins with: . "${0%/*}/mounts.sh"
# The script is started again in its own mount namespace, so its mounts and loop devices end with it.
# $work is a temporary directory, which is removed; $ckmeta is the command.
set -eu
PATH=$PATH:/usr/sbin:/sbin

skip()
{
    echo "skipped: $*"
    exit 77
}

fail()
{
    echo "failed: $*"
    exit 1
}

need()
{
    for tool; do
        command -v "$tool" >/dev/null || skip "there is no $tool here"
    done
}

[ "$(id -u)" -eq 0 ] || skip "only root can mount"
need unshare findmnt
if [ -z "${MOUNT_NAMESPACE-}" ]; then
    unshare --mount true 2>/dev/null || skip "no mount namespace can be made"
    MOUNT_NAMESPACE=own exec unshare --mount sh "$0" "$@"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/nucleus-mounts-XXXXXX")
clean_up()
{
    findmnt --noheadings --list --output TARGET | grep "^$work/" | sort -r | while read -r mounted; do
        umount --lazy "$mounted"
    done
    rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# make_image FILE FILESYSTEM [OPTION...]: a small file system in FILE, which exists if its blocks
# are to be allocated.
make_image()
{
    made=$1
    kind=$2
    shift 2
    need "mkfs.$kind"
    case $kind in
    ext4) set -- -F -E nodiscard,lazy_itable_init=0 "$@" ;;
    *) set -- -f -K "$@" ;;
    esac
    [ -e "$made" ] || truncate -s "$(image_size "$kind")" "$made"
    "mkfs.$kind" -q "$@" "$made" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
}

# The smallest that mkfs makes, or somewhat more.
image_size()
{
    case $1 in
    ext4) echo 32M ;;
    xfs) echo 300M ;;
    btrfs) echo 112M ;;
    esac
}

# mount_image FILE DIRECTORY FILESYSTEM
mount_image()
{
    [ -d "$2" ] || mkdir "$2"
    mount -t "$3" -o loop,nodiscard "$1" "$2" 2>"$work/log" || skip "$(cat "$work/log")"
}

# unmount DIRECTORY: a loop device or a FUSE daemon may keep it busy for a moment.
unmount()
{
    for _ in $(seq 100); do
        ! umount "$1" 2>"$work/log" || return 0
        sleep 0.05
    done
    fail "$(cat "$work/log")"
}

# expect_saved DIRECTORY ID
expect_saved()
{
    found=$("$ckmeta" load "$1" container_id 2>&1) || true
    [ "$found" = "$2" ] || fail "the file is '$found', not '$2'"
}
