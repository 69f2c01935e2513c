#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one break at a time into a copy of src/, builds the model with it, and explores the scenario
# that sees it: it must report the finding. MODE is how it is explored.
. "${0%/*}/../package/package.sh"

here=$(cd "${0%/*}" && pwd)
need "$CC" sed pkg-config
parts='atomic_file directory error fd_io metadata_file regular_file stale_temps system utf8'
failed=0
mkdir -p "$scratch"
cd "$scratch"
rm -rf ./*
cp -R "$SOURCE/src" plain

# compile_part OBJECT SOURCE [FLAG...]
compile_part()
{
    object=$1
    file=$2
    shift 2
    # shellcheck disable=SC2046,SC2086
    "$CC" $MACHINE_FLAGS -std=c11 -O2 -D_GNU_SOURCE -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 "-I$here" \
        "-I$SOURCE/src" "-I$SOURCE/include" $(pkg-config --cflags cmocka) "$@" -c -o "$object" "$file" ||
        fail "$file does not compile"
}

for source in "$here"/*.c; do
    compile_part "model-$(basename "$source" .c).o" "$source"
done
for part in $parts; do
    compile_part "$part.o" "$SOURCE/src/$part.c" -include "$here/memory.h"
done
wraps=$(sed -nE 's/.*(nucleus_system_[a-z_]+)\(.*/-Wl,--wrap=\1/p' "$SOURCE/src/system.h")

# plant NAME MODE FILE SUBSTITUTION SCENARIO FINDING
plant()
{
    sed -E "$4" "$SOURCE/src/$3.c" >"planted-$3.c"
    if cmp -s "$SOURCE/src/$3.c" "planted-$3.c"; then
        echo "FAILED $1: the substitution matches nothing"
        failed=1
        return
    fi
    compile_part "planted-$3.o" "planted-$3.c" -include "$here/memory.h" -Wno-unused-function -w
    objects=
    for part in $parts; do
        [ "$part" = "$3" ] && objects="$objects planted-$part.o" || objects="$objects $part.o"
    done
    # shellcheck disable=SC2046,SC2086
    "$CC" $MACHINE_FLAGS -o planted model-*.o $objects $wraps $(pkg-config --libs cmocka) || fail "$1: no program"
    status=0
    run ./planted "$2" "$5" >"log" 2>&1 || status=$?
    if [ "$status" -eq 0 ] || ! grep -qF "$6, " log; then
        cat log
        echo "FAILED $1: '$5' does not report '$6'"
        failed=1
    else
        echo "ok $1: '$5' reports '$6'"
    fi
}

torn='after a power cut, the file of a saver is torn'
lost='after a power cut, a save that was acknowledged is lost'
plant 'no flush of the file' merged atomic_file \
    's/nucleus_sync\(temp->fd\) < 0 \?/0 ?/' 'overwriting save' "$torn"
plant 'no flush of the directory' merged atomic_file \
    's/= flush_directory\(temp\)/= NULL/' 'overwriting save' "$lost"
plant 'nothing is asked after the flush of the directory' full atomic_file \
    's/= confirm_flush\(temp\)/= NULL/' 'two savers, the disk fails' "$lost"
plant 'no second flush of the file' merged atomic_file \
    's/if \(nucleus_sync\(temp->fd\) < 0 \|\| probe/if (probe/' 'two savers through FUSE' "$lost"
plant 'the file system is not asked' full atomic_file \
    's/ \|\| probe_file_system\(temp->fd\) < 0//' 'saver, the disk fails and recovers' "$lost"
plant 'rename before the flush' merged atomic_file \
    's/nucleus_sync\(temp->fd\) < 0 \?/0 ?/; s/^(        failed_step = )(rename_temp\(&temp, name\));/\1\2;\n    if (!failed_step \&\& nucleus_sync(temp.fd) < 0)\n        failed_step = "";/' \
    'overwriting save' "$torn"
plant 'chmod after the flush' merged atomic_file \
    's/^    if \(set_mode\(temp\) < 0\)/    if (0)/; s/nucleus_sync\(temp->fd\) < 0 \?/nucleus_sync(temp->fd) < 0 || set_mode(temp) < 0 ?/' \
    'save over old leftovers, umask 0777' "$torn"
plant 'fixed temporary name' merged stale_temps \
    's/NUCLEUS_RETRY\(size, .*;/number = 0, size = sizeof number;/' \
    'two savers' 'a save fails without a reason'
plant 'no O_EXCL' merged atomic_file \
    's/O_WRONLY \| O_CREAT \| O_EXCL/O_WRONLY | O_CREAT/' 'save whose first name is taken' \
    'the file of an earlier saver is changed'
plant 'sweep without age' merged stale_temps \
    's/ > MIN_AGE/ < UINT64_MAX/; s/temp.st_ctime < own->st_ctime/temp.st_ctime <= own->st_ctime/' \
    'two savers' 'the young file of a saver is removed'
plant 'sweep without owner' merged stale_temps \
    's/temp.st_uid == own->st_uid \&\&/1 \&\&/' 'save beside an old file of another user' \
    'what is not ours is removed'
plant 'no sweep' merged atomic_file \
    '/nucleus_stale_temps_remove\(/d' 'save over old leftovers, umask 0777' \
    'a save leaves an old temporary file'
plant "removal of nucleus's file" merged stale_temps \
    's/^    if \(S_ISDIR\(info.st_mode\)\)/    if (S_ISREG(info.st_mode)) (void)nucleus_system_unlinkat(dirfd, temp);\n&/' \
    'saver, nucleus' 'nucleus fails to rename its file'
plant "removal of a FIFO in the place of nucleus's file" merged stale_temps \
    's/^    if \(S_ISDIR\(info.st_mode\)\)/    if (S_ISFIFO(info.st_mode)) (void)nucleus_system_unlinkat(dirfd, temp);\n&/' \
    'saver, nucleus, a FIFO in its place' 'nucleus fails to remove it'
plant 'close before the rename' full atomic_file \
    's/^    return nucleus_sync\(temp->fd\) < 0 \? ("cannot flush temporary file") : NULL;/    const int bad = nucleus_sync(temp->fd) < 0; (void)nucleus_system_close(temp->fd); return bad ? \1 : NULL;/' \
    'two savers, neighbour' 'a save is reported that did not take place'
plant 'ENOENT of the rename is success' full atomic_file \
    's/^        if \(is_published\(temp, target\)\)/        if (os_error == ENOENT || is_published(temp, target))/' \
    'two savers, neighbour' 'a save is reported that did not take place'
plant 'rename that failed, another inode is ours' full atomic_file \
    's/info.st_ino == temp->info.st_ino/1/' 'two savers, neighbour' \
    'a save is reported that did not take place'
plant 'rename that failed, another device is ours' full atomic_file \
    's/info.st_dev == temp->info.st_dev/1/' 'first saver, neighbour twice' \
    'a save is reported that did not take place'
plant 'rename relative to the working directory' merged atomic_file \
    's/nucleus_system_renameat\(temp->dirfd/nucleus_system_renameat(AT_FDCWD/' 'overwriting save' \
    'a strange path is used'
plant 'rename that reports an error is believed' faulty atomic_file \
    's/^        if \(is_published\(temp, target\)\)/        if (0)/' 'overwriting save' \
    'a failure is reported though the file was replaced'
plant 'temporary file is kept after an error' faulty atomic_file \
    's/unlink_errno = remove_temp\(temp\)/unlink_errno = 0/' 'overwriting save' \
    'a save leaves its temporary file and does not name it'
plant 'file that a failed open created is kept' faulty atomic_file \
    's/^    return os_error == EEXIST \|\|/    return os_error != EINTR || os_error == EEXIST ||/' 'overwriting save' \
    'a save leaves its temporary file and does not name it'
plant 'second flush after EIO' faulty fd_io \
    's/NUCLEUS_RETRY\(result, nucleus_system_fsync\(fd\)\);/for (int i = 0; i < 3 \&\& (result = nucleus_system_fsync(fd)) < 0; i++);/' \
    'overwriting save' 'a flush is repeated after an error'
plant 'load that follows links' full regular_file \
    's/O_RDONLY \| O_NOFOLLOW/O_RDONLY/' 'loader, neighbour twice' 'a symbolic link is followed'
plant 'load that waits for a FIFO' full regular_file \
    's/ \| O_NONBLOCK//' 'loader, neighbour twice' 'a load waits for the writer of a FIFO'
plant 'load that reads what is no file' full regular_file \
    '/status = check_type\(info.st_mode, err\);/{ x; s/^/x/; /^xx/{ x; s/check_type.*/NUCLEUS_OK;/; b; }; x; }' \
    'loader, neighbour twice' 'something is read that is not a file'
plant 'descriptor left open' merged metadata_file \
    '0,/^        \(void\)nucleus_system_close\(fd\);/s//        (void)0;/' 'overwriting save' 'a descriptor is left open'
plant 'low descriptor is used' merged fd_io \
    's/if \(fd < 0 \|\| fd > 2\)/if (1)/' 'save_at, descriptors 0 to 2 closed' 'a descriptor below 3 is used'

exit "$failed"
