/* SPDX-License-Identifier: MIT */
/*
 * libnucleus-checkpoint: the metadata.json of a nucleus container checkpoint.
 *
 *     container state -> metadata -> canonical JSON -> DIR/metadata.json   (save)
 *     DIR/metadata.json -> JSON text -> metadata                           (load)
 *
 * Rules that hold for every function here
 *
 *   Errors    Each function that can fail returns an enum nucleus_status and takes, as its last
 *             argument, a struct nucleus_error of the caller's, or NULL. After NUCLEUS_OK it holds
 *             {NUCLEUS_OK, 0, ""}. It needs no initialisation and no release.
 *   Outputs   are named ret_... and written only when the function returns NUCLEUS_OK.
 *   NULL      for anything but err is refused with NUCLEUS_ERROR_INVALID_ARGUMENT, unless said.
 *   Memory    handed out comes from malloc(3); strings may be replaced by other malloc(3) strings.
 *             Every function that allocates can return NUCLEUS_ERROR_NO_MEMORY.
 *   Threads   Any number of threads may call any function, as long as no two use the same object
 *             and at least one of them changes it. The library keeps no state of its own.
 *   Process   The library never prints, exits, aborts, or touches umask, signals, locale, working
 *             directory, environment or cJSON's hooks.
 */
#ifndef NUCLEUS_CHECKPOINT_H
#define NUCLEUS_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header; the build takes the package's version from here. */
#define NUCLEUS_CHECKPOINT_VERSION_MAJOR 0
#define NUCLEUS_CHECKPOINT_VERSION_MINOR 1
#define NUCLEUS_CHECKPOINT_VERSION_PATCH 0
#define NUCLEUS_CHECKPOINT_VERSION "0.1.0"

/* The largest document that is read or written: 4 MiB, twice Linux's usual limit for a command
 * line (execve(2), ARG_MAX). */
#define NUCLEUS_CHECKPOINT_MAX_BYTES 4194304

/* A compiler that can warns where a status is thrown away. */
#if defined(__GNUC__) || defined(__clang__)
#define NUCLEUS_WARN_UNUSED_RESULT __attribute__((warn_unused_result))
#else
#define NUCLEUS_WARN_UNUSED_RESULT
#endif

/* What a function has to say. The set is closed; the numbers never change. */
enum nucleus_status {
    /* Done; of a save: and durable. */
    NUCLEUS_OK = 0,
    /* What the caller passed cannot be saved: NULL, not UTF-8, a limit that no reader takes. */
    NUCLEUS_ERROR_INVALID_ARGUMENT = 1,
    /* An allocation failed. */
    NUCLEUS_ERROR_NO_MEMORY = 2,
    /* The directory, or metadata.json in it, is not there. */
    NUCLEUS_ERROR_NOT_FOUND = 3,
    /* The directory is something else. */
    NUCLEUS_ERROR_NOT_DIRECTORY = 4,
    /* A symbolic link stands where a file was expected. */
    NUCLEUS_ERROR_SYMLINK = 5,
    /* A FIFO, socket, device or directory stands where a file was expected. */
    NUCLEUS_ERROR_NOT_REGULAR = 6,
    /* Over NUCLEUS_CHECKPOINT_MAX_BYTES. */
    NUCLEUS_ERROR_TOO_LARGE = 7,
    /* Not JSON; the message has line and column. */
    NUCLEUS_ERROR_SYNTAX = 8,
    /* JSON, but not what was asked for; the message names the member. */
    NUCLEUS_ERROR_SCHEMA = 9,
    /* The system said no: os_error says what, the message at which step and path. */
    NUCLEUS_ERROR_IO = 10,
    /* The new file is in place and whole, but flushing its directory failed: whether it survives
     * a power cut is not known. */
    NUCLEUS_ERROR_NOT_DURABLE = 11
};

/*
 * Why a call failed. Put it on the stack; it owns nothing.
 *
 * message is one line of UTF-8 without a newline: what failed, the path in quotes, the reason.
 * Control bytes and broken UTF-8 of foreign text in it stand as \xNN; a path too long for it is
 * shortened at its beginning.
 */
struct nucleus_error {
    enum nucleus_status status;
    int os_error; /* errno of the system call that failed, else 0 */
    char message[512];
};

/* A number that may be absent; value counts only when is_set. */
struct nucleus_optional_u64 {
    bool is_set;
    uint64_t value;
};

/* One line of a cgroup's io.max (Linux, Documentation/admin-guide/cgroup-v2.rst). */
struct nucleus_io_limit {
    char *device;                      /* "MAJOR:MINOR" */
    struct nucleus_optional_u64 riops; /* read operations a second; absent: unlimited */
    struct nucleus_optional_u64 wiops; /* write operations a second */
    struct nucleus_optional_u64 rbps;  /* bytes read a second */
    struct nucleus_optional_u64 wbps;  /* bytes written a second */
};

/*
 * The limits that a container's cgroup had. An absent number means: unlimited.
 * cpu_period_us 0 and pids_max 0 or 2^64-1 are refused on load and save, as nucleus does.
 */
struct nucleus_resource_limits {
    struct nucleus_optional_u64 memory_bytes;    /* memory.max, bytes */
    struct nucleus_optional_u64 memory_high;     /* memory.high, bytes */
    struct nucleus_optional_u64 memory_swap_max; /* memory.swap.max, bytes */
    struct nucleus_optional_u64 cpu_quota_us;    /* cpu.max, microseconds a period */
    uint64_t cpu_period_us;                      /* cpu.max, microseconds */
    struct nucleus_optional_u64 cpu_weight;      /* cpu.weight */
    struct nucleus_optional_u64 pids_max;        /* pids.max */
    struct nucleus_io_limit *io_limits;          /* io.max; NULL when there are none */
    size_t io_limits_count;
};

/*
 * What save writes and load reads. Everything in it is owned, from malloc(3): a caller may build
 * or change one by hand and gives all of it back with nucleus_metadata_clear().
 */
struct nucleus_metadata {
    char *container_id;
    char *container_name;
    uint32_t original_pid;
    char **command;         /* NULL-terminated, fit for execve(2) */
    uint64_t checkpoint_at; /* seconds since 1970-01-01 00:00:00 UTC */
    char *version;          /* of the runtime that took the checkpoint */
    bool using_gvisor;
    bool rootless;
    char *cgroup_path;                               /* NULL when absent */
    struct nucleus_resource_limits *resource_limits; /* NULL when absent */
};

/*
 * A running container, as its runtime knows it. Borrowed: nothing here is freed or kept by
 * nucleus_metadata_from_state(). Zero it first (= {0}, memset); later versions add members.
 */
struct nucleus_container_state {
    const char *id;
    const char *name;
    uint32_t pid;
    const char *const *command; /* NULL-terminated argv */
    bool using_gvisor;
    bool rootless;
    const char *version;     /* of the runtime; NULL for NUCLEUS_CHECKPOINT_VERSION */
    const char *cgroup_path; /* cgroup v2 directory; NULL: no cgroup */
};

/*
 * Makes metadata of a container's state, stamped with the present time.
 *
 * In      state: borrowed for the call; id, name and command must not be NULL.
 *         With a cgroup_path, the limits are read from the files in that directory: memory.max,
 *         memory.high, memory.swap.max, cpu.max, cpu.weight, pids.max, and io.max, which alone
 *         may be missing.
 * Out     ret_metadata: owned by the caller, give it to nucleus_metadata_clear().
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_INVALID_ARGUMENT  a NULL, or text that is not UTF-8
 *         NUCLEUS_ERROR_TOO_LARGE         saved, it would be over the cap
 *         with a cgroup_path also:
 *         NUCLEUS_ERROR_IO                the directory or a file is missing or unreadable
 *         NUCLEUS_ERROR_NOT_DIRECTORY, NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR
 *         NUCLEUS_ERROR_SCHEMA            a file does not hold what the kernel writes there
 * A clock before 1970 gives 0, as in nucleus.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_from_state(const struct nucleus_container_state *state,
                            struct nucleus_metadata *ret_metadata, struct nucleus_error *err);

/*
 * Writes DIR/metadata.json, atomically and durably.
 *
 * In      metadata: borrowed. dir: a path; a symbolic link to a directory is followed (who minds
 *         opens the directory and calls nucleus_metadata_save_at()). It must be readable and
 *         writable.
 * Returns NUCLEUS_OK                      the new file survives a power cut
 *         NUCLEUS_ERROR_INVALID_ARGUMENT  a NULL, text that is not UTF-8, a limit out of range
 *         NUCLEUS_ERROR_TOO_LARGE         over the cap
 *         NUCLEUS_ERROR_NOT_FOUND         no such directory (dir may be "")
 *         NUCLEUS_ERROR_NOT_DIRECTORY
 *         NUCLEUS_ERROR_SYMLINK           metadata.json.tmp is a symbolic link
 *         NUCLEUS_ERROR_NOT_REGULAR       metadata.json or metadata.json.tmp is a directory
 *         NUCLEUS_ERROR_IO                os_error says what
 *         NUCLEUS_ERROR_NOT_DURABLE       the new file is in place, its survival is not known
 * After an error, but for NUCLEUS_ERROR_NOT_DURABLE, the old file stands and no temporary file of
 *         this call is left (one that could not be unlinked is named in the message).
 * Threads Savers and loaders of the same directory may run at once, in any number of processes:
 *         each reader finds a whole file, each saver publishes its own.
 * Differs from rename(2) alone: the file and the directory are flushed. From nucleus: the
 *         temporary name is unique and created exclusively, every step is relative to one open
 *         directory, the mode is 0600 whatever the umask or a default ACL says. A
 *         metadata.json that is a symbolic link, FIFO or hard link is replaced, never followed.
 *         A leftover metadata.json.tmp is unlinked; leftovers of this library that are older
 *         than an hour are swept, where they stand among the first names of the directory.
 * Save before nucleus seals the directory (checkpoint.hmac covers every file in it).
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_save(const struct nucleus_metadata *metadata, const char *dir,
                      struct nucleus_error *err);

/*
 * The same in an open directory. dirfd may be O_PATH or AT_FDCWD; it is neither read, moved nor
 * closed. Messages show the path as metadata.json.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_save_at(const struct nucleus_metadata *metadata, int dirfd,
                         struct nucleus_error *err);

/*
 * Reads DIR/metadata.json. Changes nothing.
 *
 * In      dir: as for nucleus_metadata_save(); it need not be readable, only searchable.
 * Out     ret_metadata: owned by the caller, give it to nucleus_metadata_clear().
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_NOT_FOUND      no such directory, or no metadata.json in it
 *         NUCLEUS_ERROR_NOT_DIRECTORY
 *         NUCLEUS_ERROR_SYMLINK, NUCLEUS_ERROR_NOT_REGULAR  never followed, never waited for
 *         NUCLEUS_ERROR_TOO_LARGE      refused before a byte is read
 *         NUCLEUS_ERROR_SYNTAX, NUCLEUS_ERROR_SCHEMA  as nucleus_metadata_from_json()
 *         NUCLEUS_ERROR_IO             os_error says what; 0: the file changed its size while
 *                                      it was read
 *         NUCLEUS_ERROR_INVALID_ARGUMENT
 * Differs from open(2) and read(2): an lstat(2) comes first, so that opening a device has no side
 *         effect; if someone swaps a device in between the two, it is opened non-blocking and
 *         never read.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_load(const char *dir, struct nucleus_metadata *ret_metadata,
                      struct nucleus_error *err);

/* The same from an open directory. dirfd may be O_PATH or AT_FDCWD. */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_load_at(int dirfd, struct nucleus_metadata *ret_metadata,
                         struct nucleus_error *err);

/*
 * Writes metadata as JSON text: byte for byte what serde_json's to_string_pretty writes, with
 * cgroup_path and resource_limits only if at least one of them is present.
 *
 * Out     ret_text: NUL-terminated, freed with free(3). ret_len: its bytes without the NUL.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_INVALID_ARGUMENT, NUCLEUS_ERROR_TOO_LARGE
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_to_json(const struct nucleus_metadata *metadata, char **ret_text, size_t *ret_len,
                         struct nucleus_error *err);

/*
 * Reads metadata from JSON text, as strictly as serde_json does (RFC 8259 to the letter, every
 * member required but cgroup_path and resource_limits, duplicates of known members refused,
 * unknown members ignored, integers exact), and refuses besides: objects written as arrays,
 * \u0000 and lone surrogates in any string, nesting deeper than 128, more than the cap.
 *
 * In      text: len bytes, no NUL needed at the end; the very bytes that a caller authenticated.
 * Out     ret_metadata: owned by the caller, give it to nucleus_metadata_clear().
 * Returns NUCLEUS_OK
 *         NUCLEUS_ERROR_SYNTAX     the message says "line L, column C: ...", both from 1, the
 *                                  column in bytes
 *         NUCLEUS_ERROR_SCHEMA     the message names the member
 *         NUCLEUS_ERROR_TOO_LARGE, NUCLEUS_ERROR_INVALID_ARGUMENT
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_metadata_from_json(const char *text, size_t len, struct nucleus_metadata *ret_metadata,
                           struct nucleus_error *err);

/* Frees all that metadata owns and zeroes it. NULL and a cleared one are fine. */
void nucleus_metadata_clear(struct nucleus_metadata *metadata);

/*
 * Reads the container-state document that nucleus keeps: id, name, pid, command, using_gvisor and
 * rootless are required, cgroup_path may be absent or null, everything else is ignored. Strictness
 * and statuses as in nucleus_metadata_from_json().
 *
 * Out     ret_state: its strings are its own until nucleus_state_clear(); version is NULL.
 */
NUCLEUS_WARN_UNUSED_RESULT enum nucleus_status
nucleus_state_from_json(const char *text, size_t len, struct nucleus_container_state *ret_state,
                        struct nucleus_error *err);

/*
 * Frees a state made by nucleus_state_from_json() and zeroes it; NULL and a cleared one are fine.
 * Never for a state with borrowed strings. version is not freed.
 */
void nucleus_state_clear(struct nucleus_container_state *state);

/* The version of the library that was linked, such as "0.1.0". Static; never NULL. */
const char *nucleus_checkpoint_version(void);

#ifdef __cplusplus
}
#endif

#endif
