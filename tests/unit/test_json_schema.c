/* SPDX-License-Identifier: MIT */
/* JSON that is not metadata is refused with the name of the member. The limits of a cgroup, which
 * test_serde_verdicts.c does not contain, are accepted up to the ends of their ranges. */
#include "test.h"

#include <string.h>

#define HEAD "{\"container_id\":\"a\",\"container_name\":\"b\","
#define TAIL "\"checkpoint_at\":5,\"version\":\"v\",\"using_gvisor\":false,\"rootless\":true"
#define BASE HEAD "\"original_pid\":1,\"command\":[]," TAIL

/* BASE with a resource_limits that has these members. */
#define LIMITS(members) BASE ",\"resource_limits\":{" members "}}"
#define PERIOD "\"cpu_period_us\":7,"
#define NO_IO "\"io_limits\":[]"
#define PIDS_RANGE                                                                                 \
    "member 'resource_limits.pids_max' must be null or an integer from 1 to 18446744073709551614"
#define MOST "18446744073709551615"

static const struct {
    const char *name, *text;
    const char *message; /* NULL if the document is accepted */
} documents[] = {
    {"array", "\n []", "line 2, column 2: expected an object"},
    {"empty object", "{}", "missing member 'container_id'"},
    {"last missing, its last letter wrong",
     HEAD "\"original_pid\":1,\"command\":[],\"checkpoint_at\":5,"
          "\"version\":\"v\",\"using_gvisor\":false,\"rootlesz\":true}",
     "missing member 'rootless'"},
    {"duplicate with an escape", BASE ",\"root\\u006cess\":true}", "duplicate member 'rootless'"},
    {"id is a number", "{\"container_id\":1}", "member 'container_id' is not a string"},
    {"gvisor is a number", "{\"using_gvisor\":0}", "member 'using_gvisor' is not a boolean"},
    {"pid is 2^32", "{\"original_pid\":4294967296}",
     "member 'original_pid' must be an integer from 0 to 4294967295"},
    {"pid is negative", "{\"original_pid\":-1}",
     "member 'original_pid' must be an integer from 0 to 4294967295"},
    {"time is 2^64", "{\"checkpoint_at\":18446744073709551616}",
     "member 'checkpoint_at' must be an integer from 0 to " MOST},
    {"command is a string", "{\"command\":\"a\"}", "member 'command' is not an array"},
    {"word is a number", "{\"command\":[\"a\",1]}", "member 'command[1]' is not a string"},
    {"cgroup_path is null", BASE ",\"cgroup_path\":null,\"resource_limits\":null}", NULL},
    {"cgroup_path twice", BASE ",\"cgroup_path\":null,\"cgroup_path\":null}",
     "duplicate member 'cgroup_path'"},
    {"cgroup_path is a number", BASE ",\"cgroup_path\":1}", "member 'cgroup_path' is not a string"},
    {"limits are an array", BASE ",\"resource_limits\":[]}",
     "member 'resource_limits' is not an object"},
    {"least limits", LIMITS(PERIOD NO_IO), NULL},
    {"lowest numbers",
     LIMITS("\"cpu_period_us\":1,\"pids_max\":1,\"memory_bytes\":0,\"memory_high\":0,"
            "\"memory_swap_max\":0,\"cpu_quota_us\":0,\"cpu_weight\":0,\"io_limits\":["
            "{\"device\":\"\",\"riops\":0,\"wiops\":0,\"rbps\":0,\"wbps\":0}]"),
     NULL},
    {"highest numbers",
     LIMITS("\"cpu_period_us\":" MOST ",\"memory_bytes\":" MOST ",\"memory_high\":" MOST
            ",\"memory_swap_max\":" MOST ",\"cpu_quota_us\":" MOST ",\"cpu_weight\":" MOST
            ",\"io_limits\":[{\"device\":\"\",\"riops\":" MOST ",\"wiops\":" MOST ",\"rbps\":" MOST
            ",\"wbps\":" MOST "}]"),
     NULL},
    {"memory_high is 2^64", LIMITS(PERIOD NO_IO ",\"memory_high\":18446744073709551616"),
     "member 'resource_limits.memory_high' must be null or an integer from 0 to " MOST},
    {"I/O limit is 2^64",
     LIMITS(PERIOD "\"io_limits\":[{\"device\":\"\",\"wbps\":18446744073709551616}]"),
     "member 'resource_limits.io_limits[0].wbps' must be null or an integer from 0 to " MOST},
    {"limits with unknown members", LIMITS(PERIOD NO_IO ",\"x\":[-0,{\"y\":1.5},1e+2,2E-3]"), NULL},
    {"no period", LIMITS(NO_IO), "missing member 'resource_limits.cpu_period_us'"},
    {"period is null", LIMITS("\"cpu_period_us\":null," NO_IO),
     "member 'resource_limits.cpu_period_us' must be an integer from 1 to " MOST},
    {"period is 0", LIMITS("\"cpu_period_us\":0," NO_IO),
     "member 'resource_limits.cpu_period_us' must be an integer from 1 to " MOST},
    {"pids_max is 0", LIMITS(PERIOD NO_IO ",\"pids_max\":0"), PIDS_RANGE},
    {"pids_max is 2^64-1", LIMITS(PERIOD NO_IO ",\"pids_max\":18446744073709551615"), PIDS_RANGE},
    {"pids_max is 2^64-2", LIMITS(PERIOD NO_IO ",\"pids_max\":18446744073709551614"), NULL},
    {"limit twice", LIMITS(PERIOD PERIOD NO_IO),
     "duplicate member 'resource_limits.cpu_period_us'"},
    {"limit is a float", LIMITS(PERIOD NO_IO ",\"memory_bytes\":1.5"),
     "member 'resource_limits.memory_bytes' must be null or an integer from 0 to " MOST},
    {"no io_limits", LIMITS("\"cpu_period_us\":7"), "missing member 'resource_limits.io_limits'"},
    {"io_limits is null", LIMITS(PERIOD "\"io_limits\":null"),
     "member 'resource_limits.io_limits' is not an array"},
    {"no device", LIMITS(PERIOD "\"io_limits\":[{\"device\":\"8:0\"},{\"rbps\":1}]"),
     "missing member 'resource_limits.io_limits[1].device'"},
    {"any device", LIMITS(PERIOD "\"io_limits\":[{\"device\":\"\",\"wbps\":null}]"), NULL},
    {"I/O limit is an array", LIMITS(PERIOD "\"io_limits\":[[\"8:0\",1,2,3,4]]"),
     "member 'resource_limits.io_limits[0]' is not an object"},
};

TEST_EACH(documents, a_refusal_names_the_member)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status = parse_exactly(row->text, strlen(row->text), &metadata, &err);

    assert_status(status, row->message ? NUCLEUS_ERROR_SCHEMA : NUCLEUS_OK, &err);
    assert_string_equal(err.message, row->message ? row->message : "");
    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&metadata);
}
