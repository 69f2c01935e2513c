/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file of a cgroup, through nucleus_metadata_from_state(). The first byte says which
 * file: '0' is the first of the table below, and so on around. The others hold what is good.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    const char *name, *good;
    int fd;
} files[] = {
    {"memory.max", "536870912\n", -1},
    {"memory.high", "max\n", -1},
    {"memory.swap.max", "0\n", -1},
    {"cpu.max", "50000 100000\n", -1},
    {"cpu.weight", "100\n", -1},
    {"pids.max", "256\n", -1},
    {"io.max", "8:0 rbps=1048576 wbps=2097152\n", -1},
};

enum { FILES = sizeof files / sizeof files[0] };

static char dir[4096];

static void fill(size_t i, const void *bytes, size_t len)
{
    FUZZ_REQUIRE(ftruncate(files[i].fd, 0) == 0);
    FUZZ_REQUIRE(pwrite(files[i].fd, bytes, len, 0) == (ssize_t)len);
}

static void remove_files(void)
{
    FUZZ_REQUIRE(chdir(dir) == 0);
    for (size_t i = 0; i < FILES; i++)
        (void)unlink(files[i].name);
    (void)rmdir(dir);
}

/* In memory if that is possible: each run writes a file. */
static void make_directory(void)
{
    const char *const bases[] = {getenv("TMPDIR"), "/dev/shm", "/tmp"};
    bool made = false;

    for (size_t i = 0; !made && i < sizeof bases / sizeof bases[0]; i++) {
        if (bases[i]) {
            (void)snprintf(dir, sizeof dir, "%s/nucleus-fuzz-XXXXXX", bases[i]);
            made = mkdtemp(dir);
        }
    }
    FUZZ_REQUIRE(made);
}

static void make_files(void)
{
    int fd;

    make_directory();
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FUZZ_REQUIRE(fd >= 0);
    for (size_t i = 0; i < FILES; i++) {
        files[i].fd = openat(fd, files[i].name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        FUZZ_REQUIRE(files[i].fd >= 0);
        fill(i, files[i].good, strlen(files[i].good));
    }
    FUZZ_REQUIRE(close(fd) == 0);
    FUZZ_REQUIRE(atexit(remove_files) == 0);
}

/* The file called name is the only one that may be wrong. */
static void check_capture(const char *name, size_t size)
{
    char *const command[] = {"sleep", "1", NULL};
    const struct nucleus_container_state state = {
        .id = "abc123", .name = "web-1", .pid = 1, .command = command, .cgroup_path = dir};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    fuzz_poison(&metadata, sizeof metadata);
    status = nucleus_metadata_from_state(&state, &metadata, &err);
    fuzz_check_error(status, &err);
    if (status == NUCLEUS_OK) {
        FUZZ_REQUIRE(metadata.resource_limits && strcmp(metadata.cgroup_path, dir) == 0);
        fuzz_check_round_trip(&metadata, size);
        nucleus_metadata_clear(&metadata);
        return;
    }
    FUZZ_REQUIRE(status == NUCLEUS_ERROR_SCHEMA && err.os_error == 0);
    FUZZ_REQUIRE(strstr(err.message, name));
    FUZZ_REQUIRE(fuzz_is_poisoned(&metadata, sizeof metadata));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t file;

    if (size == 0)
        return 0;
    if (files[0].fd < 0)
        make_files();
    file = (uint8_t)(data[0] - '0') % FILES;
    fill(file, data + 1, size - 1);
    check_capture(files[file].name, size);
    fill(file, files[file].good, strlen(files[file].good));
    return 0;
}
