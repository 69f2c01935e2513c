/* SPDX-License-Identifier: MIT */
/* The metadata that are measured, and the directories they stand in. */
#ifndef NUCLEUS_BENCH_SAMPLES_H
#define NUCLEUS_BENCH_SAMPLES_H

#include "nucleus/checkpoint.h"

/* Directories of this run's own. Either is NULL where this system has no such filesystem. */
struct scratch {
    char *memory;
    char *disk;
};

struct scratch make_scratch(void);
void remove_scratch(struct scratch *scratch);

/* The size of a sample is how many arguments of 20 bytes its command has; this one is a file of
 * some 300 bytes that nucleus wrote. */
enum { TYPICAL = -1 };

/* For nucleus_metadata_clear(). */
struct nucleus_metadata make_sample(int size);

/* The path, freed with free(), of a directory base/PURPOSE-SIZE that holds the sample, made and
 * saved if it is not there yet. */
char *sample_directory(const char *base, const char *purpose, int size);

/* DIR/metadata.json, freed with free(). */
char *sample_file(const char *dir);

#endif
