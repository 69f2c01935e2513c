/* SPDX-License-Identifier: MIT */
/* What the library does with files, as rows of a table: with the directory of the test, and what is
 * made is cleared at once. */
#ifndef NUCLEUS_TEST_ACTS_H
#define NUCLEUS_TEST_ACTS_H

#include "support.h"

static inline enum nucleus_status act_save(const char *dir)
{
    return save_sample("a", dir, NULL);
}

static inline enum nucleus_status act_load(const char *dir)
{
    return load_sample(dir, NULL);
}

/* Has a directory of its own. */
static inline enum nucleus_status act_capture(const char *dir)
{
    (void)dir;
    return capture_sample(TEST_DATA "/cgroup", NULL);
}

#endif
