# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# Shared by the tests that mount file systems; each begins with: . "${0%/*}/mounts.sh"
# The script is started again in its own namespaces, so that its mounts, loop devices and FUSE daemons
# end with it. $work is a temporary directory. The script must set $ckmeta to the command.
. "${0%/*}/../script.sh"
PATH=$PATH:/usr/sbin:/sbin

work=${NUCLEUS_WORK-}
if [ -z "$work" ]; then
    [ "$(id -u)" -eq 0 ] || skip "only root can mount"
    need unshare
    unshare --mount-proc --pid --fork true 2>/dev/null || skip "cannot create a mount namespace"
    work=$(mktemp -d "${TMPDIR:-/tmp}/nucleus-mounts-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    NUCLEUS_WORK=$work unshare --mount-proc --pid --fork --kill-child sh "$0" "$@"
    exit
fi

# image_size FILESYSTEM: prints the size of an image that its mkfs accepts.
image_size()
{
    if [ "$1" = ext4 ]; then echo 32M; else echo 300M; fi
}

# make_image FILE FILESYSTEM [OPTION...]: creates a file system. An existing FILE keeps its blocks.
make_image()
{
    image=$1
    kind=$2
    shift 2
    need "mkfs.$kind"
    case $kind in
    ext4) set -- -F -E nodiscard,lazy_itable_init=0 "$@" ;;
    *) set -- -f -K "$@" ;;
    esac
    [ -e "$image" ] || truncate -s "$(image_size "$kind")" "$image"
    "mkfs.$kind" -q "$@" "$image" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
}

# mount_image FILE DIRECTORY FILESYSTEM
mount_image()
{
    mkdir -p "$2"
    mount -t "$3" -o loop,nodiscard "$1" "$2" 2>"$work/log" || skip "$(cat "$work/log")"
}

# unmount DIRECTORY: retries, because a loop device or a FUSE daemon may keep it busy for a moment.
unmount()
{
    for _ in $(seq 100); do
        ! umount "$1" 2>"$work/log" || return 0
        sleep 0.05
    done
    fail "$(cat "$work/log")"
}

# save DIRECTORY ID
save()
{
    "$ckmeta" save --id "$2" --pid 1 "$1" -- sleep 1
}

# expect_saved DIRECTORY ID
expect_saved()
{
    found=$("$ckmeta" load "$1" container_id 2>&1) || true
    [ "$found" = "$2" ] || fail "the file is '$found', not '$2'"
}
