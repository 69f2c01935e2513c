/* SPDX-License-Identifier: MIT */
/* A save under faults, in one of several surroundings, and what must be true after it. */
#ifndef NUCLEUS_TEST_SAVE_SCENARIO_H
#define NUCLEUS_TEST_SAVE_SCENARIO_H

#include "system_faults.h"

/* What stands in the directory besides metadata.json; with it come a umask that takes all bits,
 * short transfers, and an old leftover of ours. */
enum clutter {
    CLEAN,
    STALE_TEMP, /* an old metadata.json.tmp */
    LIVE_TEMP,  /* a young one, of a nucleus that saves just now */
    ODD_TEMP,   /* a FIFO of that name */
};

struct save_scenario {
    const char *name;
    bool has_old; /* metadata.json is there already */
    bool at;      /* nucleus_metadata_save_at(), of an O_PATH descriptor */
    enum clutter clutter;
    bool is_stdio_closed;
};

extern const struct save_scenario save_scenarios[];
extern const size_t save_scenarios_count;

struct save_outcome {
    enum nucleus_status status;
    struct nucleus_error err;
};

/* Setup and teardown of a test: the directory of all its saves. */
int make_save_fixture(void **state);
int remove_save_fixture(void **state);

void set_save_scenario(const struct save_scenario *scenario, const struct file_server *server);

/*
 * Saves in the scenario, with the faults that were added, and checks whatever the status is:
 * metadata.json is whole, the new one after NUCLEUS_OK and NUCLEUS_ERROR_NOT_DURABLE and else the
 * old one; no temporary file is left, or the message names it; no descriptor and no memory is
 * left; no descriptor below 3 was used.
 */
struct save_outcome save_in_scenario(void);

/* The outcome is as expected, the message too. */
void check_save_outcome(const struct expected *expected, const struct save_outcome *outcome);

#endif
