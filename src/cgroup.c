/* SPDX-License-Identifier: MIT */
/* The files and their form: Linux, Documentation/admin-guide/cgroup-v2.rst. */
#include "cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "fd_io.h"
#include "members.h"
#include "number.h"
#include "regular_file.h"
#include "system.h"

/* io.max, the longest, has a line of some 100 bytes a device. */
enum { MAX_FILE_BYTES = 65536 };

/* A part of a file's text; it may hold any byte. */
struct span {
    const char *start;
    size_t len;
};

struct cgroup {
    int fd;
    const char *dir;
    struct nucleus_shown shown; /* what messages are about: the file at hand */
    struct span text;           /* its content, in buffer */
    char *buffer;               /* MAX_FILE_BYTES + 1 bytes */
    struct nucleus_resource_limits *limits;
    struct nucleus_error *err;
};

static enum nucleus_status malformed(const struct cgroup *cgroup, const char *problem)
{
    return nucleus_fail(cgroup->err, NUCLEUS_ERROR_SCHEMA, "%s", problem);
}

static enum nucleus_status read_text(struct cgroup *cgroup, int fd)
{
    ssize_t count = nucleus_read_up_to(fd, cgroup->buffer, MAX_FILE_BYTES + 1, MAX_FILE_BYTES + 1);

    if (count < 0)
        return nucleus_fail_errno(cgroup->err, NUCLEUS_ERROR_IO, errno);
    if (count > MAX_FILE_BYTES)
        return malformed(cgroup, "longer than 65536 bytes");
    cgroup->text = (struct span){cgroup->buffer, (size_t)count};
    return NUCLEUS_OK;
}

/* Makes the file called name the one at hand. */
static enum nucleus_status read_file(struct cgroup *cgroup, const char *name)
{
    enum nucleus_status status;
    off_t size; /* says nothing on a cgroup filesystem */
    int fd;

    cgroup->shown = (struct nucleus_shown){cgroup->dir, name};
    status = nucleus_regular_file_open(cgroup->fd, name, &fd, &size, cgroup->err);
    if (status != NUCLEUS_OK)
        return status;
    status = read_text(cgroup, fd);
    (void)nucleus_system_close(fd);
    return status;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Takes the next word from rest. Returns false if there is none. */
static bool next_word(struct span *rest, struct span *ret_word)
{
    const char *end = rest->start + rest->len;
    const char *start = rest->start;
    const char *stop;

    while (start < end && is_space(*start))
        start++;
    for (stop = start; stop < end && !is_space(*stop);)
        stop++;
    *rest = (struct span){stop, (size_t)(end - stop)};
    *ret_word = (struct span){start, (size_t)(stop - start)};
    return stop > start;
}

static bool is_max(struct span word)
{
    return word.len == 3 && memcmp(word.start, "max", 3) == 0;
}

static bool parse_number(struct span word, const struct nucleus_member *member, void *object)
{
    uint64_t value;

    if (!nucleus_parse_u64(word.start, word.len, &value) || value < member->min ||
        value > member->max)
        return false;
    nucleus_member_set_integer(member, object, value);
    return true;
}

/* Sets an optional member, absent so far; "max" leaves it absent. */
static bool parse_limit(struct span word, const struct nucleus_member *member, void *object)
{
    return is_max(word) || parse_number(word, member, object);
}

static const struct nucleus_member *limit_member(const char *name)
{
    const struct nucleus_object *type = &nucleus_resource_limits_object;

    return &type->members[nucleus_member_find(type, name)];
}

/* A file that holds one number, or "max". */
static enum nucleus_status read_limit(struct cgroup *cgroup, const char *name, const char *limit)
{
    const struct nucleus_member *member = limit_member(limit);
    enum nucleus_status status = read_file(cgroup, name);
    struct span word, more;
    char expected[96];

    if (status != NUCLEUS_OK)
        return status;
    if (next_word(&cgroup->text, &word) && !next_word(&cgroup->text, &more) &&
        parse_limit(word, member, cgroup->limits))
        return NUCLEUS_OK;
    (void)snprintf(expected, sizeof expected,
                   "expected max or a number from %" PRIu64 " to %" PRIu64, member->min,
                   member->max);
    return malformed(cgroup, expected);
}

static enum nucleus_status read_cpu_max(struct cgroup *cgroup)
{
    enum nucleus_status status = read_file(cgroup, "cpu.max");
    struct span quota, period, more;

    if (status != NUCLEUS_OK)
        return status;
    if (next_word(&cgroup->text, &quota) && next_word(&cgroup->text, &period) &&
        !next_word(&cgroup->text, &more) &&
        parse_limit(quota, limit_member("cpu_quota_us"), cgroup->limits) &&
        parse_number(period, limit_member("cpu_period_us"), cgroup->limits))
        return NUCLEUS_OK;
    return malformed(cgroup, "expected max or a quota, and a period that is not 0");
}

/* Parts span at the first separator. Returns false if there is none. */
static bool split(struct span span, char separator, struct span *ret_left, struct span *ret_right)
{
    const char *found = memchr(span.start, separator, span.len);

    if (!found)
        return false;
    *ret_left = (struct span){span.start, (size_t)(found - span.start)};
    *ret_right = (struct span){found + 1, span.len - ret_left->len - 1};
    return true;
}

static bool is_device(struct span word)
{
    struct span major, minor;
    uint64_t number;

    return split(word, ':', &major, &minor) && nucleus_parse_u64(major.start, major.len, &number) &&
           nucleus_parse_u64(minor.start, minor.len, &number);
}

/* The limit called key in an I/O limit; NULL: none. */
static const struct nucleus_member *io_member(struct span key)
{
    const struct nucleus_object *type = &nucleus_io_limit_object;

    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];

        if (member->kind == NUCLEUS_OPTIONAL_U64 && strlen(member->name) == key.len &&
            memcmp(member->name, key.start, key.len) == 0)
            return member;
    }
    return NULL;
}

/* KEY=VALUE... of one device, each key at most once, at least one. */
static bool parse_io_limits(struct span rest, struct nucleus_io_limit *limit)
{
    const struct nucleus_object *type = &nucleus_io_limit_object;
    struct span word, key, value;
    uint32_t seen = 0;

    while (next_word(&rest, &word)) {
        const struct nucleus_member *member =
            split(word, '=', &key, &value) ? io_member(key) : NULL;
        uint32_t bit = member ? UINT32_C(1) << (member - type->members) : 0;

        if (!member || seen & bit || !parse_limit(value, member, limit))
            return false;
        seen |= bit;
    }
    return seen != 0;
}

/* The text of a span as a string. NULL: no memory. */
static char *copy_span(struct span span)
{
    char *copy = malloc(span.len + 1);

    if (copy) {
        memcpy(copy, span.start, span.len);
        copy[span.len] = '\0';
    }
    return copy;
}

/* A line that may be blank: then limits get nothing. */
static enum nucleus_status read_io_line(struct cgroup *cgroup, struct span line)
{
    struct nucleus_io_limit *limit = &cgroup->limits->io_limits[cgroup->limits->io_limits_count];
    struct span device;

    if (!next_word(&line, &device))
        return NUCLEUS_OK;
    if (!is_device(device) || !parse_io_limits(line, limit))
        return malformed(cgroup,
                         "expected lines of MAJOR:MINOR and riops=, wiops=, rbps= or wbps=");
    limit->device = copy_span(device);
    if (!limit->device)
        return nucleus_fail_memory(cgroup->err);
    cgroup->limits->io_limits_count++;
    return NUCLEUS_OK;
}

static size_t count_lines(struct span text)
{
    size_t count = 1;

    for (size_t i = 0; i < text.len; i++)
        count += text.start[i] == '\n';
    return count;
}

/* io.max is missing where the kernel has no block I/O controller. */
static enum nucleus_status read_io_max(struct cgroup *cgroup)
{
    enum nucleus_status status = read_file(cgroup, "io.max");
    struct span line = {0};
    struct span rest;

    if (status == NUCLEUS_ERROR_NOT_FOUND)
        return NUCLEUS_OK;
    if (status != NUCLEUS_OK)
        return status;
    cgroup->limits->io_limits = calloc(count_lines(cgroup->text), sizeof(struct nucleus_io_limit));
    if (!cgroup->limits->io_limits)
        return nucleus_fail_memory(cgroup->err);
    for (rest = cgroup->text; status == NUCLEUS_OK && rest.len > 0;) {
        if (!split(rest, '\n', &line, &rest)) {
            line = rest;
            rest.len = 0;
        }
        status = read_io_line(cgroup, line);
    }
    return status;
}

static enum nucleus_status read_files(struct cgroup *cgroup)
{
    static const struct {
        const char *file, *limit;
    } limits[] = {
        {"memory.max", "memory_bytes"},
        {"memory.high", "memory_high"},
        {"memory.swap.max", "memory_swap_max"},
        {"cpu.weight", "cpu_weight"},
        {"pids.max", "pids_max"},
    };
    enum nucleus_status status = NUCLEUS_OK;

    for (size_t i = 0; status == NUCLEUS_OK && i < sizeof limits / sizeof limits[0]; i++)
        status = read_limit(cgroup, limits[i].file, limits[i].limit);
    if (status == NUCLEUS_OK)
        status = read_cpu_max(cgroup);
    if (status == NUCLEUS_OK)
        status = read_io_max(cgroup);
    return status;
}

static enum nucleus_status read_limits(struct cgroup *cgroup)
{
    enum nucleus_status status;

    cgroup->limits = calloc(1, sizeof *cgroup->limits);
    cgroup->buffer = malloc(MAX_FILE_BYTES + 1);
    if (cgroup->limits && cgroup->buffer)
        status = read_files(cgroup);
    else
        status = nucleus_fail_memory(cgroup->err);
    free(cgroup->buffer);
    if (status != NUCLEUS_OK) {
        nucleus_error_wrap(cgroup->err, "cannot read", cgroup->shown);
        nucleus_object_free(&nucleus_resource_limits_object, cgroup->limits);
    }
    return status;
}

/* NUCLEUS_ERROR_NOT_FOUND is about checkpoints; a cgroup that is not there is an I/O error. */
static enum nucleus_status not_found_is_io(enum nucleus_status status, struct nucleus_error *err)
{
    if (status == NUCLEUS_ERROR_NOT_FOUND)
        err->status = status = NUCLEUS_ERROR_IO;
    return status;
}

enum nucleus_status nucleus_cgroup_read_limits(const char *dir,
                                               struct nucleus_resource_limits **ret,
                                               struct nucleus_error *err)
{
    struct cgroup cgroup = {.dir = dir, .shown = {.name = dir}, .err = err};
    enum nucleus_status status;

    cgroup.fd = nucleus_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup.fd < 0)
        status = nucleus_fail_at(err, nucleus_lookup_status(errno), errno, "cannot open directory",
                                 (struct nucleus_shown){.name = dir}, NULL);
    else
        status = read_limits(&cgroup);
    if (cgroup.fd >= 0)
        (void)nucleus_system_close(cgroup.fd);
    if (status == NUCLEUS_OK)
        *ret = cgroup.limits;
    return not_found_is_io(status, err);
}
