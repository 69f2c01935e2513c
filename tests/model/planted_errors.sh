#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one error at a time in a source file of the library, links it with the rest of the model, and
# explores the scenario that must report the finding.
. "${0%/*}/../package/package.sh"

need "$CC" sed pkg-config
here=$SOURCE/tests/model
failed=0
mode=merged

# plant NAME FILE SCENARIO FINDING SUBSTITUTION
plant()
{
    sed -E "$5" "$SOURCE/src/$2.c" >planted.c
    # shellcheck disable=SC2046,SC2086
    "$CC" $BUILD_FLAGS -std=c11 -O2 -w -D_GNU_SOURCE -D_LARGEFILE64_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64 \
        -Dmalloc=actor_malloc -Dfree=actor_free "-I$SOURCE/src" "-I$SOURCE/include" "-I$SOURCE/tests" -o planted \
        planted.c "$here/test_model.c" "$MODEL" $(pkg-config --libs cmocka) || fail "$1: does not compile"
    run ./planted "$mode" "$3" >log 2>&1 || true
    if cmp -s "$SOURCE/src/$2.c" planted.c; then
        echo "FAILED $1: the substitution matches nothing"
        failed=1
    elif grep -qF "$4, after this trace" log; then
        echo "ok $1: '$3' reports '$4'"
    else
        cat log
        echo "FAILED $1: '$3' does not report '$4'"
        failed=1
    fi
}

torn='after a power cut, the file of a saver is torn'
lost='after a power cut, an acknowledged save is lost'
not_saved='a save reports success but did not replace the file'
left='a save leaves its temporary file without reporting it'

plant 'no flush of the file' atomic_file 'overwriting save' "$torn" \
    's/nucleus_sync\(temp->fd\) < 0 \?/0 ?/'
plant 'no flush of the directory' atomic_file 'overwriting save' "$lost" \
    's/nucleus_sync\(temp->dirfd\) == 0/1/'
plant 'no check after the flush of the directory' atomic_file 'two savers, the disk fails' "$lost" \
    's/nucleus_sync\(temp->fd\) < 0 \|\| probe_file_system\(temp->fd\) < 0/0/'
plant 'no second flush of the file' atomic_file 'two savers through FUSE' "$lost" \
    's/nucleus_sync\(temp->fd\) < 0 \|\| //'
plant 'no probe of the file system' atomic_file 'saver, the disk fails and recovers' "$lost" \
    's/ \|\| probe_file_system\(temp->fd\) < 0//'
plant 'rename before the flush' atomic_file 'overwriting save' "$torn" \
    's/nucleus_sync\(temp->fd\) < 0 \?/0 ?/; s/= rename_temp\(.*;/& (void)nucleus_sync(temp.fd);/'
plant 'chmod after the flush' atomic_file 'save over old leftovers, umask 0777' "$torn" \
    's/set_mode\(temp\) < 0/0/; s/nucleus_sync\(temp->fd\) < 0 \?/nucleus_sync(temp->fd) < 0 || set_mode(temp) < 0 ?/'
plant 'fixed temporary name' stale_temps 'two savers' 'a save fails without a reason' \
    's/NUCLEUS_RETRY\(size, .*;/number = 0, size = sizeof number;/'
plant 'no O_EXCL' atomic_file 'save whose first name is taken' 'the file of an earlier saver is changed' \
    's/ \| O_EXCL//'
plant 'removal regardless of age' stale_temps 'two savers' 'a recent file of a saver is removed' \
    's/ > MIN_AGE/ >= 0/; s/ < own->st_ctime/ <= own->st_ctime/'
plant 'removal regardless of owner' stale_temps 'save next to an old file of another user' 'a file that is not ours is removed' \
    's/temp(->|.)st_uid == own->st_uid/1/'
plant 'stale files are kept' atomic_file 'save over old leftovers, umask 0777' 'a save leaves an old temporary file' \
    '/nucleus_stale_temps_remove\(/d'
plant "removal of nucleus's file" stale_temps 'saver, nucleus' 'nucleus fails to rename' \
    's/if \(S_ISDIR\(info.st_mode\)\)/if (S_ISREG(info.st_mode)) (void)nucleus_system_unlinkat(dirfd, temp);\n&/'
plant "removal of a FIFO in the place of nucleus's file" stale_temps \
    'saver, nucleus, a FIFO in its place' 'nucleus fails to unlink' \
    's/if \(S_ISDIR\(info.st_mode\)\)/if (S_ISFIFO(info.st_mode)) (void)nucleus_system_unlinkat(dirfd, temp);\n&/'
plant 'close before the rename' atomic_file 'two savers, neighbour' "$not_saved" \
    's/nucleus_sync\(temp->fd\) < 0 \?/nucleus_sync(temp->fd) < 0 || nucleus_system_close(temp->fd) < 0 ?/'
plant 'ENOENT of the rename counts as success' atomic_file 'two savers, neighbour' "$not_saved" \
    's/if \(is_published\(temp, target\)\)/if (os_error == ENOENT || is_published(temp, target))/'
plant 'any inode is ours after a failed rename' atomic_file 'two savers, neighbour' "$not_saved" \
    's/info.st_ino == temp->info.st_ino/1/'
plant 'any device is ours after a failed rename' atomic_file 'first saver, neighbour twice' "$not_saved" \
    's/info.st_dev == temp->info.st_dev/1/'
plant 'rename relative to the working directory' atomic_file 'overwriting save' 'an unexpected path is used' \
    's/nucleus_system_renameat\(temp->dirfd/nucleus_system_renameat(AT_FDCWD/'
plant 'load that follows links' regular_file 'loader, neighbour twice' 'a symbolic link is followed' \
    's/ \| O_NOFOLLOW//'
plant 'load that waits for a FIFO' regular_file 'loader, neighbour twice' 'a load waits for the writer of a FIFO' \
    's/ \| O_NONBLOCK//'
plant 'load that reads any object' regular_file 'loader, neighbour twice' 'something other than a file is read' \
    's/nucleus_system_fstat\(fd, &info\) < 0/& || (info.st_mode = S_IFREG, 0)/'
plant 'descriptor left open' metadata_file 'overwriting save' 'a descriptor is left open' \
    's/\(void\)nucleus_system_close\(fd\)/(void)0/'
plant 'low descriptor is used' fd_io 'save_at, descriptors 0 to 2 closed' 'a descriptor below 3 is used' \
    's/if \(fd < 0 \|\| fd > 2\)/if (1)/'

mode=faulty
plant 'rename that reports an error is believed' atomic_file 'overwriting save' \
    'a save reports failure but replaced the file' 's/if \(is_published\(temp, target\)\)/if (0)/'
plant 'unlink that finds no temporary file is ignored' atomic_file 'overwriting save' \
    'a save reports failure but replaced the file' 's/if \(temp->rename_failed\)/if (0)/'
plant 'temporary file is kept after an error' atomic_file 'overwriting save' "$left" \
    's/nucleus_system_unlinkat\(temp->dirfd, temp->name\)/0/'
plant 'file that a failed open created is kept' atomic_file 'overwriting save' "$left" \
    's/return os_error == EEXIST/return os_error != EINTR/'
plant 'second flush after EIO' fd_io 'overwriting save' 'a flush is repeated after an error' \
    's/NUCLEUS_RETRY\(result, nucleus_system_fsync\(fd\)\);/for (int i = 0; i < 3 \&\& (result = nucleus_system_fsync(fd)) < 0; i++);/'

exit "$failed"
