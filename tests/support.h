/* SPDX-License-Identifier: MIT */
/* What tests share. Everything here fails the running test if it cannot do its work. */
#ifndef NUCLEUS_TEST_SUPPORT_H
#define NUCLEUS_TEST_SUPPORT_H

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "nucleus/checkpoint.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A test that found no way to run exits with this, after it said why. */
enum { TEST_SKIPPED = 77 };

/* Setup and teardown of a test with a directory of its own: *state is its path, a char *, from the
 * working directory, which is TMPDIR: a long TMPDIR then shortens no message. The umask is 022. */
int make_directory(void **state);
int remove_directory(void **state);

/* The same for a test that runs in its directory. */
int enter_directory(void **state);
int leave_directory(void **state);

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter_directory, leave_directory)

/* DIR/NAME in a buffer that the eighth call from now uses again. */
const char *path_in(const char *dir, const char *name);

void write_file(const char *path, const void *bytes, size_t len);
void write_text(const char *path, const char *text);

/* The whole file, NUL-terminated, freed with free(). ret_len may be NULL. */
char *read_file(const char *path, size_t *ret_len);

/* The file TEST_DATA/NAME, as read_file(). */
char *read_data(const char *name, size_t *ret_len);

void copy_file(const char *from, const char *to);

/* The files of a cgroup directory that are read, and a copy of real ones in dir. */
enum { CGROUP_FILES = 7 };
extern const char *const cgroup_files[CGROUP_FILES];
void copy_cgroup(const char *dir);

bool exists(const char *path); /* anything, dangling symbolic links too */

/* How many names dir has, but for . and .. */
size_t count_names(const char *dir);

/* How many descriptors this process has open. */
size_t count_descriptors(void);

/* Metadata with every string its own, for nucleus_metadata_clear(). */
struct nucleus_metadata sample_metadata(const char *id);

/* Saves sample_metadata(id) in dir. */
enum nucleus_status save_sample(const char *id, const char *dir, struct nucleus_error *err);

/* Loads from dir what is cleared at once. */
enum nucleus_status load_sample(const char *dir, struct nucleus_error *err);

/* The same for the directory that dirfd is. */
enum nucleus_status save_sample_at(const char *id, int dirfd, struct nucleus_error *err);
enum nucleus_status load_sample_at(int dirfd, struct nucleus_error *err);

/* Makes metadata of a state with that cgroup; NULL: with none. */
enum nucleus_status sample_from_state(const char *cgroup_path, struct nucleus_metadata *ret,
                                      struct nucleus_error *err);

/* The same, cleared at once. */
enum nucleus_status capture_sample(const char *cgroup_path, struct nucleus_error *err);

/* Whether the metadata.json in dir, which must be whole, has that container_id. */
bool has_saved(const char *dir, const char *id);

/* nucleus_metadata_from_json() of a copy that has exactly len bytes, so that sanitizers and
 * valgrind see a byte that is read too far. Fails the test if an error leaves ret changed. */
enum nucleus_status parse_exactly(const char *text, size_t len, struct nucleus_metadata *ret,
                                  struct nucleus_error *err);

/* A copy on the heap, freed with free(). */
char *copy_text(const char *text);

/* The bytes of len/2 pairs of hexadecimal digits, NUL-terminated, freed with free(). */
char *from_hex(const char *hex, size_t len, size_t *ret_len);

/* What an output holds before a call that must not touch it, and whether it still does. */
void poison(void *output, size_t size);
bool is_poisoned(const void *output, size_t size);

/* Fails the test unless the status is as expected; prints the message then. */
#define assert_status(status, expected, err)                                                       \
    assert_status_at((status), (expected), (err), __FILE__, __LINE__)
void assert_status_at(enum nucleus_status status, enum nucleus_status expected,
                      const struct nucleus_error *err, const char *file, int line);

/* Fails the test unless text holds part. */
#define assert_contains(text, part) assert_contains_at((text), (part), __FILE__, __LINE__)
void assert_contains_at(const char *text, const char *part, const char *file, int line);

#endif
