/* SPDX-License-Identifier: MIT */
/* Documentation/admin-guide/cgroup-v2.rst in the Linux sources describes the files. */
#include "cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "error.h"
#include "fd_io.h"
#include "members.h"
#include "regular_file.h"
#include "system.h"

/* io.max, the longest file, has about 100 bytes per device. */
enum { MAX_FILE_BYTES = 65536, DEFAULT_CPU_PERIOD = 100000 /* microseconds */ };

struct cgroup {
    int fd;
    const char *dir;
    struct nucleus_display_path path; /* of the file being read */
    struct nucleus_span text;         /* its content, in buffer */
    char *buffer;                     /* MAX_FILE_BYTES + 1 bytes */
    struct nucleus_resource_limits *limits;
    struct nucleus_error *err;
};

/* Reads the file called name into cgroup->text. */
static enum nucleus_status read_file(struct cgroup *cgroup, const char *name)
{
    enum nucleus_status status;
    off_t size; /* meaningless on a cgroup file system */
    ssize_t count;
    int fd;

    cgroup->path = (struct nucleus_display_path){cgroup->dir, name};
    status = nucleus_regular_file_open(cgroup->fd, name, &fd, &size, cgroup->err);
    if (status != NUCLEUS_OK)
        return status;
    count = nucleus_read_up_to(fd, cgroup->buffer, MAX_FILE_BYTES + 1, MAX_FILE_BYTES + 1);
    if (count < 0)
        status = nucleus_fail_errno(cgroup->err, NUCLEUS_ERROR_IO, errno, NULL);
    else if (count > MAX_FILE_BYTES)
        status =
            nucleus_fail(cgroup->err, NUCLEUS_ERROR_SCHEMA, "longer than %d bytes", MAX_FILE_BYTES);
    else
        cgroup->text = (struct nucleus_span){cgroup->buffer, (size_t)count};
    (void)nucleus_system_close(fd);
    return status;
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Removes the next word from rest. Returns false if no word is left. */
static bool next_word(struct nucleus_span *rest, struct nucleus_span *ret_word)
{
    const char *end = rest->start + rest->len;
    const char *start = rest->start;
    const char *stop;

    while (start < end && is_space(*start))
        start++;
    for (stop = start; stop < end && !is_space(*stop);)
        stop++;
    *rest = (struct nucleus_span){stop, (size_t)(end - stop)};
    *ret_word = (struct nucleus_span){start, (size_t)(stop - start)};
    return stop > start;
}

static bool parse_number(struct nucleus_span word, const struct nucleus_member *member,
                         void *object)
{
    uint64_t value;

    if (!nucleus_parse_u64(word, &value) || value < member->min || value > member->max)
        return false;
    nucleus_member_set_integer(member, object, value);
    return true;
}

/* Sets an optional member that is not set yet; "max" leaves it unset. */
static bool parse_limit(struct nucleus_span word, const struct nucleus_member *member, void *object)
{
    return nucleus_span_equals(word, "max") || parse_number(word, member, object);
}

/* Parses a text that is one number or "max". */
static enum nucleus_status parse_one_limit(struct cgroup *cgroup,
                                           const struct nucleus_member *member)
{
    struct nucleus_span word, more;

    if (next_word(&cgroup->text, &word) && !next_word(&cgroup->text, &more) &&
        parse_limit(word, member, cgroup->limits))
        return NUCLEUS_OK;
    return nucleus_fail(cgroup->err, NUCLEUS_ERROR_SCHEMA,
                        "expected 'max' or a number from %" PRIu64 " to %" PRIu64, member->min,
                        member->max);
}

static enum nucleus_status parse_cpu_max(struct cgroup *cgroup, const struct nucleus_member *member)
{
    struct nucleus_span quota, period, more;

    if (next_word(&cgroup->text, &quota) && next_word(&cgroup->text, &period) &&
        !next_word(&cgroup->text, &more) && parse_limit(quota, member, cgroup->limits) &&
        parse_number(period, &nucleus_limit_rows[NUCLEUS_LIMIT_CPU_PERIOD], cgroup->limits))
        return NUCLEUS_OK;
    return nucleus_fail(cgroup->err, NUCLEUS_ERROR_SCHEMA,
                        "expected 'QUOTA PERIOD', QUOTA a number or 'max', PERIOD not 0");
}

/* Splits span at the first separator. Returns false if it has no separator. */
static bool split(struct nucleus_span span, char separator, struct nucleus_span *ret_left,
                  struct nucleus_span *ret_right)
{
    const char *found = memchr(span.start, separator, span.len);

    if (!found)
        return false;
    *ret_left = (struct nucleus_span){span.start, (size_t)(found - span.start)};
    *ret_right = (struct nucleus_span){found + 1, span.len - ret_left->len - 1};
    return true;
}

static bool is_device(struct nucleus_span word)
{
    struct nucleus_span major, minor;
    uint64_t number;

    return split(word, ':', &major, &minor) && nucleus_parse_u64(major, &number) &&
           nucleus_parse_u64(minor, &number);
}

/* Returns the limit called key in an I/O limit, or NULL if key is unknown. */
static const struct nucleus_member *io_member(struct nucleus_span key)
{
    const struct nucleus_member *member = nucleus_member_find(&nucleus_io_limit_object, key);

    return member && member->kind == NUCLEUS_OPTIONAL_U64 ? member : NULL;
}

/* Parses the KEY=VALUE pairs of one device: at least one, and each key at most once. */
static bool parse_io_limits(struct nucleus_span rest, struct nucleus_io_limit *limit)
{
    const struct nucleus_object *type = &nucleus_io_limit_object;
    struct nucleus_span word, key, value = {0}; /* for gcc -ftrivial-auto-var-init */
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

/* Appends the limits of one device. Ignores a blank line. */
static enum nucleus_status parse_io_line(struct cgroup *cgroup, struct nucleus_span line)
{
    struct nucleus_resource_limits *limits = cgroup->limits;
    struct nucleus_io_limit limit = {0};
    struct nucleus_io_limit *io_limits;
    struct nucleus_span device;

    if (!next_word(&line, &device))
        return NUCLEUS_OK;
    if (!is_device(device) || !parse_io_limits(line, &limit))
        return nucleus_fail(
            cgroup->err, NUCLEUS_ERROR_SCHEMA,
            "expected 'MAJOR:MINOR KEY=VALUE...' with keys riops, wiops, rbps, wbps");
    limit.device = nucleus_span_copy(device);
    io_limits = limit.device
                    ? realloc(limits->io_limits, (limits->io_limits_count + 1) * sizeof *io_limits)
                    : NULL;
    if (!io_limits) {
        free(limit.device);
        return nucleus_fail_memory(cgroup->err);
    }
    limits->io_limits = io_limits;
    io_limits[limits->io_limits_count++] = limit;
    return NUCLEUS_OK;
}

static enum nucleus_status parse_io_max(struct cgroup *cgroup, const struct nucleus_member *member)
{
    enum nucleus_status status = NUCLEUS_OK;
    struct nucleus_span line = {0};
    struct nucleus_span rest;

    (void)member;
    for (rest = cgroup->text; status == NUCLEUS_OK && rest.len > 0;) {
        if (!split(rest, '\n', &line, &rest)) {
            line = rest;
            rest.len = 0;
        }
        status = parse_io_line(cgroup, line);
    }
    return status;
}

/* A file of the directory and the limit that it contains. */
struct limit_file {
    const char *name;
    const struct nucleus_member *member;
    enum nucleus_status (*parse)(struct cgroup *cgroup, const struct nucleus_member *member);
    bool is_kernel_option; /* true if kernels that have the controller may lack the file */
};

/*
 * io.max comes first: if it is missing because the cgroup is gone, the next file shows that. The
 * kernel options are BLK_DEV_THROTTLING, SWAP or MEMCG_SWAP, CFS_BANDWIDTH and FAIR_GROUP_SCHED.
 */
static const struct limit_file limit_files[] = {
    {"io.max", &nucleus_limit_rows[NUCLEUS_LIMIT_IO], parse_io_max, true},
    {"memory.max", &nucleus_limit_rows[NUCLEUS_LIMIT_MEMORY], parse_one_limit, false},
    {"memory.high", &nucleus_limit_rows[NUCLEUS_LIMIT_MEMORY_HIGH], parse_one_limit, false},
    {"memory.swap.max", &nucleus_limit_rows[NUCLEUS_LIMIT_MEMORY_SWAP], parse_one_limit, true},
    {"cpu.max", &nucleus_limit_rows[NUCLEUS_LIMIT_CPU_QUOTA], parse_cpu_max, true},
    {"cpu.weight", &nucleus_limit_rows[NUCLEUS_LIMIT_CPU_WEIGHT], parse_one_limit, true},
    {"pids.max", &nucleus_limit_rows[NUCLEUS_LIMIT_PIDS], parse_one_limit, false},
};

/* Returns true if the text, the content of cgroup.controllers, lists the controller of file. */
static bool is_listed(struct nucleus_span text, const char *file)
{
    const struct nucleus_span controller = {file, strcspn(file, ".")};
    struct nucleus_span word;

    while (next_word(&text, &word)) {
        if (word.len == controller.len && memcmp(word.start, controller.start, word.len) == 0)
            return true;
    }
    return false;
}

/* Returns NUCLEUS_OK if the file, which was not found, may be missing. Its limit is then absent. */
static enum nucleus_status check_missing(struct cgroup *cgroup, const struct limit_file *file)
{
    enum nucleus_status status;

    if (file->parse == parse_io_max)
        return NUCLEUS_OK;
    /* Read only now: if this file still exists, so does the cgroup. */
    status = read_file(cgroup, "cgroup.controllers");
    if (status == NUCLEUS_OK && (file->is_kernel_option || !is_listed(cgroup->text, file->name)))
        return NUCLEUS_OK;
    if (status != NUCLEUS_OK && status != NUCLEUS_ERROR_NOT_FOUND)
        return status;
    cgroup->path.name = file->name;
    return nucleus_fail_errno(cgroup->err, NUCLEUS_ERROR_IO, ENOENT, NULL);
}

static enum nucleus_status read_files(struct cgroup *cgroup)
{
    enum nucleus_status status = NUCLEUS_OK;

    for (size_t i = 0; status == NUCLEUS_OK && i < sizeof limit_files / sizeof limit_files[0];
         i++) {
        const struct limit_file *file = &limit_files[i];

        status = read_file(cgroup, file->name);
        if (status == NUCLEUS_OK)
            status = file->parse(cgroup, file->member);
        else if (status == NUCLEUS_ERROR_NOT_FOUND)
            status = check_missing(cgroup, file);
    }
    return status;
}

static enum nucleus_status read_limits(struct cgroup *cgroup)
{
    enum nucleus_status status;

    cgroup->limits = calloc(1, sizeof *cgroup->limits);
    cgroup->buffer = malloc(MAX_FILE_BYTES + 1);
    if (cgroup->limits && cgroup->buffer) {
        cgroup->limits->cpu_period_us = DEFAULT_CPU_PERIOD;
        status = read_files(cgroup);
    } else {
        status = nucleus_fail_memory(cgroup->err);
    }
    free(cgroup->buffer);
    if (status != NUCLEUS_OK) {
        nucleus_error_wrap(cgroup->err, "cannot read ", cgroup->path, ": ");
        nucleus_object_free(&nucleus_resource_limits_object, cgroup->limits);
    }
    return status;
}

enum nucleus_status nucleus_cgroup_read_limits(const char *dir,
                                               struct nucleus_resource_limits **ret,
                                               struct nucleus_error *err)
{
    struct cgroup cgroup = {.dir = dir, .path = {.name = dir}, .err = err};
    enum nucleus_status status;

    status = nucleus_directory_open(AT_FDCWD, dir, O_RDONLY, &cgroup.fd, err);
    if (status == NUCLEUS_OK) {
        status = read_limits(&cgroup);
        (void)nucleus_system_close(cgroup.fd);
    } else {
        nucleus_error_wrap(err, "cannot open cgroup directory ", cgroup.path, ": ");
    }
    /* NUCLEUS_ERROR_NOT_FOUND is reserved for checkpoints. */
    if (status == NUCLEUS_ERROR_NOT_FOUND)
        err->status = status = NUCLEUS_ERROR_IO;
    if (status == NUCLEUS_OK)
        *ret = cgroup.limits;
    return status;
}
