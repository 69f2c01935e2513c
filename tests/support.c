/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[32]; /* relative to TMPDIR */

void enter_directory(void)
{
    const char *base = getenv("TMPDIR");

    (void)umask(022);
    assert_int_equal(chdir(base ? base : "/tmp"), 0);
    strcpy(directory, "nucleus-test-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)ftw;
    return type == FTW_DP ? rmdir(path) : unlink(path);
}

void leave_directory(void)
{
    assert_int_equal(chdir(".."), 0);
    /* In musl, the number of descriptors is also the maximum depth. */
    assert_int_equal(nftw(directory, remove_one, 48, FTW_DEPTH | FTW_PHYS), 0);
}

const char *path_in(const char *dir, const char *name)
{
    static char paths[8][4096];
    static size_t next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;
    size_t count;

    if (!file)
        fail_msg("cannot open %s", path);
    do {
        text = realloc(text, len + 65537);
        assert_non_null(text);
        count = fread(text + len, 1, 65536, file);
        len += count;
    } while (count > 0);
    assert_int_equal(ferror(file), 0);
    assert_int_equal(fclose(file), 0);
    text[len] = '\0';
    if (ret_len)
        *ret_len = len;
    return text;
}

char *read_data(const char *name, size_t *ret_len)
{
    return read_file(path_in(TEST_DATA, name), ret_len);
}

void copy_file(const char *from, const char *to)
{
    size_t len;
    char *text = read_file(from, &len);

    write_file(to, text, len);
    free(text);
}

const char *const cgroup_files[CGROUP_FILES] = {
    "memory.max", "memory.high", "memory.swap.max", "cpu.max", "cpu.weight", "pids.max", "io.max"};

void copy_cgroup(const char *dir)
{
    for (size_t i = 0; i < CGROUP_FILES; i++)
        copy_file(path_in(TEST_DATA "/cgroup", cgroup_files[i]), path_in(dir, cgroup_files[i]));
}

bool exists(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0;
}

size_t count_names(const char *dir)
{
    DIR *stream = opendir(dir);
    size_t count = 0;

    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    assert_int_equal(closedir(stream), 0);
    return count;
}

size_t count_descriptors(void)
{
    return count_names("/proc/self/fd") - 1; /* except the one that reads this directory */
}

enum nucleus_status parse_exactly(const char *text, size_t len, struct nucleus_metadata *ret,
                                  struct nucleus_error *err)
{
    enum nucleus_status status;
    char *copy = malloc(len > 0 ? len : 1);

    assert_non_null(copy);
    memcpy(copy, text, len);
    poison(ret, sizeof *ret);
    status = nucleus_metadata_from_json(copy + (len > 0 ? 0 : 1), len, ret, err);
    free(copy);
    assert_true(status == NUCLEUS_OK || is_poisoned(ret, sizeof *ret));
    assert_int_equal(status, err->status);
    return status;
}

char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    assert_non_null(copy);
    return strcpy(copy, text);
}

struct nucleus_metadata sample_metadata(const char *id)
{
    struct nucleus_metadata metadata = {
        .container_id = copy_text(id),
        .container_name = copy_text("web-1"),
        .original_pid = 4242,
        .command = calloc(3, sizeof(char *)),
        .checkpoint_at = 1795434136,
        .version = copy_text("0.3.8"),
        .rootless = true,
    };

    assert_non_null(metadata.command);
    metadata.command[0] = copy_text("sleep");
    metadata.command[1] = copy_text("1");
    return metadata;
}

static enum nucleus_status clear(struct nucleus_metadata *metadata, enum nucleus_status status)
{
    nucleus_metadata_clear(metadata);
    return status;
}

enum nucleus_status save_sample(const char *id, const char *dir, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = sample_metadata(id);

    return clear(&metadata, nucleus_metadata_save(&metadata, dir, err));
}

enum nucleus_status save_sample_at(const char *id, int dirfd, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = sample_metadata(id);

    return clear(&metadata, nucleus_metadata_save_at(&metadata, dirfd, err));
}

enum nucleus_status load_sample(const char *dir, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = {0};

    return clear(&metadata, nucleus_metadata_load(dir, &metadata, err));
}

enum nucleus_status load_sample_at(int dirfd, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = {0};

    return clear(&metadata, nucleus_metadata_load_at(dirfd, &metadata, err));
}

enum nucleus_status sample_from_state(const char *cgroup_path, struct nucleus_metadata *ret,
                                      struct nucleus_error *err)
{
    static char *const command[] = {"nginx", "-g", "daemon off;", NULL};
    const struct nucleus_container_state state = {
        .id = "id", .name = "name", .command = command, .cgroup_path = cgroup_path};

    return nucleus_metadata_from_state(&state, ret, err);
}

enum nucleus_status capture_sample(const char *cgroup_path, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = {0};

    return clear(&metadata, sample_from_state(cgroup_path, &metadata, err));
}

bool has_saved(const char *dir, const char *id)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    bool is_equal;

    assert_status(nucleus_metadata_load(dir, &metadata, &err), NUCLEUS_OK, &err);
    is_equal = strcmp(metadata.container_id, id) == 0;
    nucleus_metadata_clear(&metadata);
    return is_equal;
}

char *encode_metadata(const struct nucleus_metadata *metadata, size_t *ret_len)
{
    struct nucleus_error err;
    size_t len;
    char *text;

    assert_status(nucleus_metadata_to_json(metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_int_equal(len, strlen(text));
    if (ret_len)
        *ret_len = len;
    return text;
}

char *from_hex(const char *hex, size_t len, size_t *ret_len)
{
    char *bytes = calloc(1, len / 2 + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < len / 2; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (char)strtoul(digits, NULL, 16);
    }
    *ret_len = len / 2;
    return bytes;
}

void poison(void *output, size_t size)
{
    memset(output, 0xa5, size);
}

bool is_poisoned(const void *output, size_t size)
{
    const unsigned char *bytes = output;

    while (size > 0 && bytes[size - 1] == 0xa5)
        size--;
    return size == 0;
}

void assert_status_at(enum nucleus_status status, enum nucleus_status expected,
                      const struct nucleus_error *err, const char *file, int line)
{
    const bool is_clear = err->os_error == 0 && err->message[0] == '\0';

    if (status == expected && err->status == expected && (status != NUCLEUS_OK || is_clear))
        return;
    print_error("status %d (in err %d), expected %d: %s\n", (int)status, (int)err->status,
                (int)expected, err->message);
    _fail(file, line);
}

void assert_file(const char *path, const char *content)
{
    char *text = read_file(path, NULL);

    assert_string_equal(text, content);
    free(text);
}

void assert_contains_at(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part))
        return;
    print_error("\"%s\" does not contain \"%s\"\n", text, part);
    _fail(file, line);
}
