/* SPDX-License-Identifier: MIT */
#include "schema.h"

/* The C types of a member of each kind. */
/* clang-format off */
#define TYPES_STRING(k)          char *: k, const char *: k
#define TYPES_OPTIONAL_STRING(k) char *: k, const char *: k
#define TYPES_STRINGS(k)         char **: k, char *const *: k
#define TYPES_BOOL(k)            bool: k
#define TYPES_U32(k)             uint32_t: k
#define TYPES_U64(k)             uint64_t: k
#define TYPES_OPTIONAL_U64(k)    struct nucleus_optional_u64: k
#define TYPES_OPTIONAL_OBJECT(k) struct nucleus_resource_limits *: k
#define TYPES_OBJECTS(k)         struct nucleus_io_limit *: k
/* clang-format on */

/* Expands to the constant of a kind. Does not compile if the type of the member does not fit. */
#define KIND(type, member, form) _Generic(((type *)0)->member, TYPES_##form(NUCLEUS_##form))

#define ROW(type, member, form)                                                                    \
    .name = #member, .name_len = sizeof #member - 1, .kind = KIND(type, member, form),             \
    .offset = offsetof(type, member)

#define OBJECT(type, rows)                                                                         \
    {                                                                                              \
        .size = sizeof(type), .members = (rows), .members_count = sizeof(rows) / sizeof(rows)[0]   \
    }

#define IO(member, form) ROW(struct nucleus_io_limit, member, form)
#define LIMIT(member, form) ROW(struct nucleus_resource_limits, member, form)
#define METADATA(member, form) ROW(struct nucleus_metadata, member, form)
#define STATE(member, form) ROW(struct nucleus_container_state, member, form)

static const struct nucleus_member io_limit_rows[] = {
    {IO(device, STRING)},
    {IO(riops, OPTIONAL_U64), .max = UINT64_MAX},
    {IO(wiops, OPTIONAL_U64), .max = UINT64_MAX},
    {IO(rbps, OPTIONAL_U64), .max = UINT64_MAX},
    {IO(wbps, OPTIONAL_U64), .max = UINT64_MAX},
};

const struct nucleus_object nucleus_io_limit_object =
    OBJECT(struct nucleus_io_limit, io_limit_rows);

/* nucleus refuses a period of 0, and 0 or 2^64-1 processes, too. */
const struct nucleus_member nucleus_limit_rows[NUCLEUS_LIMIT_COUNT] = {
    [NUCLEUS_LIMIT_MEMORY] = {LIMIT(memory_bytes, OPTIONAL_U64), .max = UINT64_MAX},
    [NUCLEUS_LIMIT_MEMORY_HIGH] = {LIMIT(memory_high, OPTIONAL_U64), .max = UINT64_MAX},
    [NUCLEUS_LIMIT_MEMORY_SWAP] = {LIMIT(memory_swap_max, OPTIONAL_U64), .max = UINT64_MAX},
    [NUCLEUS_LIMIT_CPU_QUOTA] = {LIMIT(cpu_quota_us, OPTIONAL_U64), .max = UINT64_MAX},
    [NUCLEUS_LIMIT_CPU_PERIOD] = {LIMIT(cpu_period_us, U64), .min = 1, .max = UINT64_MAX},
    [NUCLEUS_LIMIT_CPU_WEIGHT] = {LIMIT(cpu_weight, OPTIONAL_U64), .max = UINT64_MAX},
    [NUCLEUS_LIMIT_PIDS] = {LIMIT(pids_max, OPTIONAL_U64), .min = 1, .max = UINT64_MAX - 1},
    [NUCLEUS_LIMIT_IO] = {LIMIT(io_limits, OBJECTS), .object = &nucleus_io_limit_object,
                          .offset_count =
                              offsetof(struct nucleus_resource_limits, io_limits_count)},
};

const struct nucleus_object nucleus_resource_limits_object =
    OBJECT(struct nucleus_resource_limits, nucleus_limit_rows);

/* nucleus has written the last two since 0.3.4, but every version reads files without them. */
static const struct nucleus_member metadata_rows[] = {
    {METADATA(container_id, STRING)},
    {METADATA(container_name, STRING)},
    {METADATA(original_pid, U32), .max = UINT32_MAX},
    {METADATA(command, STRINGS)},
    {METADATA(checkpoint_at, U64), .max = UINT64_MAX},
    {METADATA(version, STRING)},
    {METADATA(using_gvisor, BOOL)},
    {METADATA(rootless, BOOL)},
    {METADATA(cgroup_path, OPTIONAL_STRING), .all_or_none = true},
    {METADATA(resource_limits, OPTIONAL_OBJECT), .object = &nucleus_resource_limits_object,
     .all_or_none = true},
};

const struct nucleus_object nucleus_metadata_object =
    OBJECT(struct nucleus_metadata, metadata_rows);

/* The document has no version; the caller sets it. */
static const struct nucleus_member state_rows[] = {
    {STATE(id, STRING)},
    {STATE(name, STRING)},
    {STATE(pid, U32), .max = UINT32_MAX},
    {STATE(command, STRINGS)},
    {STATE(using_gvisor, BOOL)},
    {STATE(rootless, BOOL)},
    {STATE(cgroup_path, OPTIONAL_STRING)},
};

const struct nucleus_object nucleus_state_object =
    OBJECT(struct nucleus_container_state, state_rows);
