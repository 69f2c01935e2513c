/* SPDX-License-Identifier: MIT */
/* Things that may stand where a file should, all in a directory of the test's own. */
#ifndef NUCLEUS_TEST_ODD_OBJECTS_H
#define NUCLEUS_TEST_ODD_OBJECTS_H

#include "support.h"

struct odd_object {
    const char *name;
    void (*make)(const char *dir, const char *path);
    enum nucleus_status load;      /* of it as metadata.json */
    enum nucleus_status save;      /* over it as metadata.json */
    enum nucleus_status save_temp; /* with it as metadata.json.tmp */
};

/* Symbolic and hard links lead to DIR/victim. */
extern const struct odd_object odd_objects[];
extern const size_t odd_objects_count;

/* Devices, which only root can make. */
extern const struct odd_object odd_devices[];
extern const size_t odd_devices_count;

/* Puts each object in each of the three places, and checks status, victim and what is left. */
void check_odd_objects(const struct odd_object *objects, size_t count);

#endif
