/* SPDX-License-Identifier: MIT */
/* The rows of the table. Each runs in a process of its own and says what it found, or why it
 * cannot be run here. */
#ifndef NUCLEUS_BENCH_ROWS_H
#define NUCLEUS_BENCH_ROWS_H

#include "measure.h"
#include "samples.h"

/* What a row gets: where to work, and the size of its sample. Returns NULL, or why the row is
 * absent. */
typedef const char *row_function(const struct scratch *scratch, int size, struct figures *ret);

/* rows_file.c: against the bare calls, and cJSON */
row_function load_against_bare;
row_function load_against_cjson;
row_function load_and_clear_against_cjson;
row_function save_in_memory;
row_function save_on_disk;
row_function calls_of_save;
row_function calls_of_load;

/* rows_growth.c: against a tenth of the size */
row_function load_growth;
row_function save_growth;
row_function load_memory_growth;
row_function save_memory_growth;

/* rows_command.c: the program against jq */
row_function command_time;
row_function command_memory;

/* The library's part of a row. */
void load_and_clear(const void *dir);

struct save {
    const char *dir;
    const struct nucleus_metadata *metadata;
};
void save(const void *save);

#endif
