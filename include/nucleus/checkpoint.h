/* SPDX-License-Identifier: MIT */
/*
 * libnucleus-checkpoint: the metadata.json of a nucleus container checkpoint.
 *
 *     container state -> metadata -> canonical JSON -> DIR/metadata.json   (save)
 *     DIR/metadata.json -> JSON text -> metadata                           (load)
 *
 * These rules apply to every function:
 *
 *   Errors    A function that can fail returns an enum nucleus_status. Its last argument is a
 *             pointer to a struct nucleus_error provided by the caller, or NULL. After NUCLEUS_OK
 *             the structure holds {NUCLEUS_OK, 0, ""}. It needs neither initialization nor release.
 *             No other argument may point into it.
 *   Outputs   are named ret_... and are written only when the function returns NUCLEUS_OK.
 *   NULL      is valid only for err, and where the description of an argument allows it; anywhere
 *             else it is refused with NUCLEUS_ERROR_INVALID_ARGUMENT.
 *   Memory    handed out comes from malloc(3). Every function that allocates can return
 *             NUCLEUS_ERROR_NO_MEMORY.
 *   Threads   Any number of threads may call any function at the same time, provided that no
 *             thread changes an object that another one is using. The library keeps no global
 *             state, but cJSON does: see nucleus-checkpoint(3), CAVEATS. As with malloc(3), a call
 *             must run to its end: a thread that is canceled (pthread_cancel(3)) inside a call, or
 *             a signal handler that leaves one by siglongjmp(3), leaks memory and file descriptors
 *             and may leave a temporary file behind. No function is async-signal-safe
 *             (signal-safety(7)).
 *   Process   The library never prints, exits or aborts, and never changes the umask, signal
 *             dispositions, locale, working directory, environment or cJSON's hooks.
 */
#ifndef NUCLEUS_CHECKPOINT_H
#define NUCLEUS_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. The build reads the version of the package from here. */
#define NUCLEUS_CHECKPOINT_VERSION_MAJOR 0
#define NUCLEUS_CHECKPOINT_VERSION_MINOR 3
#define NUCLEUS_CHECKPOINT_VERSION_PATCH 0
#define NUCLEUS_CHECKPOINT_VERSION "0.3.0"

/* The largest document that is read or written: 4 MiB, twice the usual limit of Linux for the size
 * of a command line (execve(2), ARG_MAX). */
#define NUCLEUS_CHECKPOINT_MAX_BYTES 4194304

/* Lets compilers that support it warn when a status is discarded. */
#if defined(__GNUC__) || defined(__clang__)
#define NUCLEUS_WARN_UNUSED_RESULT __attribute__((warn_unused_result))
#else
#define NUCLEUS_WARN_UNUSED_RESULT
#endif

/* The result of a call. The values never change. Later versions may add some: treat a value that
 * you do not know as NUCLEUS_ERROR_IO. */
enum nucleus_status {
    /* Success. After a save, the new file is durable. */
    NUCLEUS_OK = 0,
    /* The caller passed a NULL pointer where a value is required, or something that cannot be
     * saved: text that is not UTF-8, or a limit out of range. */
    NUCLEUS_ERROR_INVALID_ARGUMENT = 1,
    /* A memory allocation failed. */
    NUCLEUS_ERROR_NO_MEMORY = 2,
    /* The directory, or metadata.json in it, does not exist. */
    NUCLEUS_ERROR_NOT_FOUND = 3,
    /* The path of the directory does not lead to a directory. */
    NUCLEUS_ERROR_NOT_DIRECTORY = 4,
    /* A symbolic link was found where a file was expected, or the path of the directory leads
     * through a loop of symbolic links. */
    NUCLEUS_ERROR_SYMLINK = 5,
    /* A FIFO, socket, device or directory was found where a file was expected. */
    NUCLEUS_ERROR_NOT_REGULAR = 6,
    /* The document is larger than NUCLEUS_CHECKPOINT_MAX_BYTES. */
    NUCLEUS_ERROR_TOO_LARGE = 7,
    /* The text is not valid JSON, or contains \u0000, a lone surrogate or more than 128 levels of
     * nesting. The reason begins with the line and column. */
    NUCLEUS_ERROR_SYNTAX = 8,
    /* The text is valid JSON but not the expected document: the message names the member, or the
     * line and column of a document that is not an object. Or a cgroup file does not have the form
     * that the kernel gives it. */
    NUCLEUS_ERROR_SCHEMA = 9,
    /* A system call failed, and os_error holds its errno; or a file changed size while being read,
     * and os_error is 0. The message names the step and the path. */
    NUCLEUS_ERROR_IO = 10,
    /* metadata.json was replaced and is complete, but flushing its directory, the check that
     * follows, or closing the file failed: the new file may not survive a power failure. */
    NUCLEUS_ERROR_NOT_DURABLE = 11
};

/* Returns the name of the constant, such as "NUCLEUS_ERROR_IO", for logs and test failures, or
 * "unknown status" for any other value. The string is static. */
const char *nucleus_status_name(enum nucleus_status status);

/*
 * Describes why a call failed. The caller provides it, usually on the stack; it owns no memory.
 *
 * message is one line of valid UTF-8 without a newline: what failed, the path in quotes, and the
 * reason. The reason includes the text for os_error, in English in every locale. A host that
 * appends strerror(3) to its messages would therefore print it twice: it should pass 0 as the
 * errno, or compose its own message from status and os_error. In paths and other text that
 * the library did not write, control characters, characters that break a line or change the
 * direction of text, and invalid UTF-8 are shown as \xNN for each of their bytes. Quotes and
 * backslashes are not escaped. A path that does not fit is shortened at its beginning. The text may
 * change between versions: test status and os_error, not the message. errno is unspecified after a
 * call.
 */
struct nucleus_error {
    enum nucleus_status status;
    int os_error; /* errno of the system call that failed, or 0 */
    char message[512];
};

/* A number that may be absent. value is meaningful only if is_set. */
struct nucleus_optional_u64 {
    bool is_set;
    uint64_t value;
};

/* One line of a cgroup's io.max (Linux, Documentation/admin-guide/cgroup-v2.rst). A limit that is
 * absent means unlimited. */
struct nucleus_io_limit {
    char *device;                      /* "MAJOR:MINOR"; any string is loaded and saved */
    struct nucleus_optional_u64 riops; /* read operations per second */
    struct nucleus_optional_u64 wiops; /* write operations per second */
    struct nucleus_optional_u64 rbps;  /* bytes read per second */
    struct nucleus_optional_u64 wbps;  /* bytes written per second */
};

/*
 * The resource limits of the container's own cgroup; those of its ancestors are not recorded. A
 * limit that is absent means unlimited, or that the kernel or the cgroup does not have it. Load and
 * save refuse, as nucleus does, a cpu_period_us of 0 and a pids_max of 0 or 2^64-1. They accept any
 * cpu_weight: a kernel accepts 1 to 10000, but reports 0 for a cgroup with cpu.idle set.
 */
struct nucleus_resource_limits {
    struct nucleus_optional_u64 memory_bytes;    /* memory.max, bytes */
    struct nucleus_optional_u64 memory_high;     /* memory.high, bytes */
    struct nucleus_optional_u64 memory_swap_max; /* memory.swap.max, bytes */
    struct nucleus_optional_u64 cpu_quota_us;    /* cpu.max, microseconds per period */
    uint64_t cpu_period_us;                      /* cpu.max, microseconds */
    struct nucleus_optional_u64 cpu_weight;      /* cpu.weight */
    struct nucleus_optional_u64 pids_max;        /* pids.max, processes */
    struct nucleus_io_limit *io_limits;          /* io.max; NULL if io_limits_count is 0 */
    size_t io_limits_count;
};

/*
 * The metadata that a save writes and a load returns. It owns everything it points to, all of it
 * allocated with malloc(3). A caller may therefore build one by hand or replace strings in it. One
 * that is built by hand must be zeroed first (= {0} or memset), because later versions add members.
 * Release it with nucleus_metadata_clear().
 */
struct nucleus_metadata {
    char *container_id;
    char *container_name;
    uint32_t original_pid;
    char **command;         /* NULL-terminated argv, as for execve(2) */
    uint64_t checkpoint_at; /* seconds since 1970-01-01 00:00:00 UTC */
    char *version;          /* of the runtime that took the checkpoint */
    bool using_gvisor;
    bool rootless;
    char *cgroup_path;                               /* NULL if absent */
    struct nucleus_resource_limits *resource_limits; /* NULL if absent */
};

/*
 * A running container as its runtime knows it. Everything it points to is borrowed:
 * nucleus_metadata_from_state() copies what it needs and frees nothing. Zero the structure first
 * (= {0} or memset), because later versions add members.
 */
struct nucleus_container_state {
    const char *id;
    const char *name;
    uint32_t pid;
    char *const *command; /* NULL-terminated argv, typed as in execve(2) */
    bool using_gvisor;
    bool rootless;
    const char *version;     /* of the runtime; NULL means NUCLEUS_CHECKPOINT_VERSION */
    const char *cgroup_path; /* cgroup v2 directory; NULL means that there is none */
};

/*
 * Creates metadata from the state of a container and records the current time.
 *
 * In      state: borrowed during the call. id, name and command must not be NULL.
 *         If cgroup_path is set, the limits are read from memory.max, memory.high,
 *         memory.swap.max, cpu.max, cpu.weight, pids.max and io.max in that directory. A file may
 *         be missing if cgroup.controllers exists and does not list its controller: the limit is
 *         then absent. If cpu.max is missing, cpu_period_us is the kernel's default, 100000
 *         microseconds. memory.swap.max, cpu.max, cpu.weight and io.max may be missing even if
 *         the controller is listed, because kernels can be built without them. If any other file
 *         is missing, the cgroup no longer exists, or never did. The root cgroup has no limits and
 *         lacks these files: pass NULL for it.
 *         Call this function before the dump: once the last process has exited, the cgroup may
 *         be gone. "When to save" is described at nucleus_metadata_save().
 * Out     ret_metadata: owned by the caller; release it with nucleus_metadata_clear().
 *         If the clock is before 1970, checkpoint_at is 0, as in nucleus.
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_INVALID_ARGUMENT  a NULL pointer, or text that is not UTF-8
 *         NUCLEUS_ERROR_TOO_LARGE         the document would exceed the size limit
 *         and, if cgroup_path is set:
 *         NUCLEUS_ERROR_IO                the directory or a file is missing (os_error is ENOENT)
 *                                         or cannot be read
 *         NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR
 *         NUCLEUS_ERROR_SCHEMA            a file does not have the form that the kernel gives it
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_from_state(const struct nucleus_container_state *state,
                            struct nucleus_metadata *ret_metadata, struct nucleus_error *err);

/*
 * Replaces DIR/metadata.json atomically and durably.
 *
 * In      metadata: borrowed during the call.
 *         dir: the path of a directory that is readable, writable and searchable. If it is a
 *         symbolic link, it is followed; to prevent that, open the directory with O_NOFOLLOW and
 *         call nucleus_metadata_save_at(). O_NOFOLLOW covers only the last component of the path;
 *         to follow no symbolic link at all, use openat2(2) with RESOLVE_NO_SYMLINKS.
 * Returns NUCLEUS_OK                      the new file survives a power failure
 *         NUCLEUS_ERROR_INVALID_ARGUMENT  a NULL pointer, text that is not UTF-8, or a limit out
 *                                         of range
 *         NUCLEUS_ERROR_TOO_LARGE         the document exceeds the size limit
 *         NUCLEUS_ERROR_NOT_FOUND         the directory does not exist, or dir is ""
 *         NUCLEUS_ERROR_NOT_DIRECTORY     dir is not a directory
 *         NUCLEUS_ERROR_SYMLINK           metadata.json.tmp is a symbolic link, or dir leads
 *                                         through a loop of them
 *         NUCLEUS_ERROR_NOT_REGULAR       metadata.json or metadata.json.tmp is a directory
 *         NUCLEUS_ERROR_IO                another system call failed; see os_error
 *         NUCLEUS_ERROR_NOT_DURABLE       the new file is in place and complete, but may not
 *                                         survive a power failure
 * After an error other than NUCLEUS_ERROR_NOT_DURABLE, the old file is unchanged and no temporary
 *         file of this call is left. If one could not be removed, the message names it. If it is
 *         not known whether the rename was performed, the status is NUCLEUS_ERROR_IO and the
 *         message ends in "the file may have been replaced".
 * When to save
 *         Save in CRIU's post-dump notification, or in its action script. At that time the
 *         processes are frozen, and if the save fails and an error is returned to CRIU, it aborts
 *         the dump and the container continues. Once criu_dump() has succeeded, it is too late:
 *         unless the container was to be left running, it has been killed, and it is lost if the
 *         save fails.
 *         metadata.json is read as the commit record of a checkpoint, but a save does not flush
 *         the images: flush them first, with syncfs(2) on their directory. Before a dump into a
 *         directory that was used before, unlink the old metadata.json and flush the directory
 *         with fsync(2), so that the old file never describes the new images.
 *         If the save or the dump fails, treat the checkpoint as failed: unlink metadata.json,
 *         which may be the new file, and flush the directory (unless another process saves to the
 *         same directory).
 *         Save before nucleus seals the directory: checkpoint.hmac covers every file in it.
 * Threads Threads and processes may save to and load from the same directory at the same time:
 *         each reader finds a complete file, and the last rename wins.
 * Differs from rename(2): the file and its directory are flushed to disk, but the parent of the
 *         directory is not; if you have just created DIR, flush its parent as well. If the file
 *         system cannot flush directories (EINVAL, EOPNOTSUPP or ENOSYS), the directory counts as
 *         flushed. After the directory, the file is flushed once more, and the save checks whether
 *         the file system still accepts writes, because a failing disk may have reported its error
 *         to another process.
 *         From nucleus: the temporary file has a random name and is created exclusively, all steps
 *         use one open directory, and the mode is 0600 regardless of the umask and the default ACL
 *         (on a file system without modes, such as vfat, the save fails rather than publish a file
 *         that others can read).
 *         A metadata.json that is a symbolic link, a FIFO or a hard link is replaced, not followed.
 *         The new file belongs to the caller: the owner, the ACL and the extended attributes of
 *         the old one are not kept.
 *         Temporary files of killed savers that are more than an hour older than the new file are
 *         removed: at most eight per call, and only those that have the same owner as the new
 *         file. The temporary file of nucleus, metadata.json.tmp, is left alone.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                      struct nucleus_error *err);

/*
 * Like nucleus_metadata_save(), but in an open directory. dirfd may be opened with O_PATH, or be
 * AT_FDCWD; the call neither reads, moves nor closes it. Messages show the path as metadata.json.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                         struct nucleus_error *err);

/*
 * Reads DIR/metadata.json. Nothing in the directory is changed.
 *
 * In      dir: as for nucleus_metadata_save(), but it need only be searchable.
 * Out     ret_metadata: owned by the caller; release it with nucleus_metadata_clear().
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_NOT_FOUND      the directory or its metadata.json does not exist
 *         NUCLEUS_ERROR_NOT_DIRECTORY  dir is not a directory
 *         NUCLEUS_ERROR_SYMLINK        metadata.json is a symbolic link, or dir leads through a
 *                                      loop of them
 *         NUCLEUS_ERROR_NOT_REGULAR    metadata.json is a FIFO, socket, device or directory; it is
 *                                      refused without waiting for a writer
 *         NUCLEUS_ERROR_TOO_LARGE      metadata.json is larger than the size limit; nothing is read
 *         NUCLEUS_ERROR_SYNTAX, NUCLEUS_ERROR_SCHEMA  as for nucleus_metadata_from_json()
 *         NUCLEUS_ERROR_IO             a system call failed; if os_error is 0, the file changed
 *                                      size while being read
 *         NUCLEUS_ERROR_INVALID_ARGUMENT  a NULL pointer
 * Differs from open(2) and read(2): an lstat(2) comes first, because opening a device can have side
 *         effects. If a device appears there in between, it is opened non-blocking and never
 *         read. A file that is being replaced can change its size or become stale, and network and
 *         FUSE file systems can report it as missing: the call then tries again, up to 10 times in
 *         all, with pauses that add up to 26 milliseconds. On a network or FUSE file system,
 *         reporting that there is no file takes that long; on a local one it takes microseconds.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                      struct nucleus_error *err);

/* Like nucleus_metadata_load(), but from an open directory. dirfd may be opened with O_PATH, or be
 * AT_FDCWD. */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                         struct nucleus_error *err);

/*
 * Writes metadata as JSON text, byte for byte as serde_json's to_string_pretty does. cgroup_path
 * and resource_limits are written only if at least one of them is present.
 *
 * Out     ret_text: NUL-terminated; release it with free(3). ret_len: its length in bytes, without
 *         the NUL.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_INVALID_ARGUMENT, NUCLEUS_ERROR_TOO_LARGE
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_to_json(const struct nucleus_metadata *metadata, char **ret_text, size_t *ret_len,
                         struct nucleus_error *err);

/*
 * Reads metadata from JSON text as strictly as serde_json does: RFC 8259 to the letter; every
 * member except cgroup_path and resource_limits is required; duplicates of known members are
 * refused; unknown members are ignored; integers are exact. In addition it refuses objects written
 * as arrays, \u0000 and lone surrogates in any string, nesting deeper than 128 levels, and text
 * that exceeds the size limit.
 *
 * In      text: len bytes; no terminating NUL is needed. Exactly these bytes are parsed, so a
 *         caller can authenticate them first.
 * Out     ret_metadata: owned by the caller; release it with nucleus_metadata_clear().
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_SYNTAX     the message begins with "line L, column C: "; both are counted
 *                                  from 1, columns in bytes
 *         NUCLEUS_ERROR_SCHEMA     the message names the member, or the line and column of a
 *                                  document that is not an object. Text that has errors of both
 *                                  kinds is NUCLEUS_ERROR_SYNTAX.
 *         NUCLEUS_ERROR_TOO_LARGE, NUCLEUS_ERROR_INVALID_ARGUMENT
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_from_json(const char *text, size_t len, struct nucleus_metadata *ret_metadata,
                           struct nucleus_error *err);

/* Frees everything that metadata owns, and zeroes it. metadata may be NULL or already cleared. */
void nucleus_metadata_clear(struct nucleus_metadata *metadata);

/*
 * A container-state document that was read. It owns everything that state points to, except
 * version: that is NULL at first, and the caller may point it to its own string. It is a
 * separate type so that a state with borrowed strings cannot be cleared by mistake.
 */
struct nucleus_state_document {
    struct nucleus_container_state state;
};

/*
 * Reads the container-state document that nucleus keeps. id, name, pid, command, using_gvisor and
 * rootless are required; cgroup_path may be absent or null; all other members are ignored. It is as
 * strict as nucleus_metadata_from_json().
 *
 * Out     ret_document: owned by the caller; release it with nucleus_state_document_clear().
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_SYNTAX, NUCLEUS_ERROR_SCHEMA, NUCLEUS_ERROR_TOO_LARGE,
 *         NUCLEUS_ERROR_INVALID_ARGUMENT
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_state_document_from_json(const char *text, size_t len,
                                 struct nucleus_state_document *ret_document,
                                 struct nucleus_error *err);

/* Frees everything that document owns, and zeroes it. document may be NULL or already cleared. */
void nucleus_state_document_clear(struct nucleus_state_document *document);

/* Returns the version of the library that is linked, such as "0.3.0". The string is static. */
const char *nucleus_checkpoint_version(void);

#ifdef __cplusplus
}
#endif

#endif
