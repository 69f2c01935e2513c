/* SPDX-License-Identifier: MIT */
/* Shared test helpers. They fail the running test on unexpected errors. */
#pragma once

/* cmocka.h requires these four headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "nucleus/checkpoint.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Metadata documents without their closing brace: one lacks the required member command, and the
 * other has all required members. */
#define WITHOUT_COMMAND                                                                            \
    "{\"container_id\":\"a\",\"container_name\":\"b\",\"original_pid\":1,\"checkpoint_at\":5,"     \
    "\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true"
#define MINIMAL WITHOUT_COMMAND ",\"command\":[]"

/* Complete documents: MINIMAL with this cgroup_path, or with these members in resource_limits. */
#define WITH_PATH(path) MINIMAL ",\"cgroup_path\":\"" path "\"}"
#define WITH_LIMITS(members) MINIMAL ",\"resource_limits\":{" members "}}"

/* The required members of resource_limits, and the largest integer. */
#define PERIOD "\"cpu_period_us\":7,"
#define NO_IO "\"io_limits\":[]"
#define MOST "18446744073709551615"

/* Exit status of a test program that could not run, after it printed the reason. */
enum { TEST_SKIPPED = 77 };

/* Creates a directory in TMPDIR, makes it the working directory, and sets the umask to 022. Tests
 * use relative paths, so that a long TMPDIR does not shorten messages. */
void enter_directory(void);

/* Returns to TMPDIR and removes the directory. */
void leave_directory(void);

/* Returns DIR/NAME in one of eight rotating static buffers. */
const char *path_in(const char *dir, const char *name);

void write_file(const char *path, const void *bytes, size_t len);
void write_text(const char *path, const char *text);

/* Returns the content of the file, NUL-terminated. ret_len may be NULL. Must be freed with
 * free(3). */
char *read_file(const char *path, size_t *ret_len);

/* Like read_file(), for TEST_DATA/NAME. */
char *read_data(const char *name, size_t *ret_len);

void copy_file(const char *from, const char *to);

/* The files of a cgroup directory that the library reads. copy_cgroup() copies real ones to dir. */
enum { CGROUP_FILES = 7 };
extern const char *const cgroup_files[CGROUP_FILES];
void copy_cgroup(const char *dir);

/* Returns true if path exists, even if it is a dangling symbolic link. */
bool exists(const char *path);

/* Counts the entries of dir except . and .. */
size_t count_names(const char *dir);

/* Counts the open descriptors of this process. */
size_t count_descriptors(void);

/* Returns metadata that owns its strings and must be released with nucleus_metadata_clear(). */
struct nucleus_metadata sample_metadata(const char *id);

/* Save sample_metadata(id) in a directory. */
enum nucleus_status save_sample(const char *id, const char *dir, struct nucleus_error *err);
enum nucleus_status save_sample_at(const char *id, int dirfd, struct nucleus_error *err);

/* Load from a directory and discard the result. */
enum nucleus_status load_sample(const char *dir, struct nucleus_error *err);
enum nucleus_status load_sample_at(int dirfd, struct nucleus_error *err);

/* Creates metadata from a state. cgroup_path may be NULL. */
enum nucleus_status sample_from_state(const char *cgroup_path, struct nucleus_metadata *ret,
                                      struct nucleus_error *err);

/* Like sample_from_state(), but discards the result. */
enum nucleus_status capture_sample(const char *cgroup_path, struct nucleus_error *err);

/* Loads DIR/metadata.json, which must be complete, and returns true if it has that container_id. */
bool has_saved(const char *dir, const char *id);

/* Encodes metadata, which must be valid. ret_len may be NULL. Must be freed with free(3). */
char *encode_metadata(const struct nucleus_metadata *metadata, size_t *ret_len);

/* Decodes a copy that has exactly len bytes, so that sanitizers and valgrind report a read past its
 * end. Fails the test if an error changes ret. */
enum nucleus_status parse_exactly(const char *text, size_t len, struct nucleus_metadata *ret,
                                  struct nucleus_error *err);

/* Returns a copy that must be freed with free(3). */
char *copy_text(const char *text);

/* Decodes len/2 pairs of hexadecimal digits. The result is NUL-terminated and must be freed with
 * free(3). */
char *from_hex(const char *hex, size_t len, size_t *ret_len);

/* Fill an output before a call that must not write it, and check it afterwards. */
void poison(void *output, size_t size);
bool is_poisoned(const void *output, size_t size);

/* Fails the test and prints the message unless the status is as expected. After NUCLEUS_OK, err
 * must contain neither an errno nor a message. */
#define assert_status(status, expected, err)                                                       \
    assert_status_at((status), (expected), (err), __FILE__, __LINE__)
void assert_status_at(enum nucleus_status status, enum nucleus_status expected,
                      const struct nucleus_error *err, const char *file, int line);

/* Fails the test unless the file has this content. */
void assert_file(const char *path, const char *content);

/* Fails the test unless text contains part. */
#define assert_contains(text, part) assert_contains_at((text), (part), __FILE__, __LINE__)
void assert_contains_at(const char *text, const char *part, const char *file, int line);
