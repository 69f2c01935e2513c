/* SPDX-License-Identifier: MIT */
/* The documents that are measured, and the directories they stand in. */
#ifndef NUCLEUS_BENCH_SAMPLES_H
#define NUCLEUS_BENCH_SAMPLES_H

/* TYPICAL is a file of some 300 bytes that nucleus wrote. */
enum sample { TYPICAL, ARGUMENTS_1000, ARGUMENTS_10000, ARGUMENTS_100000, CJK, UNKNOWN, ZEROS };

/* A directory of this run's own, in memory or on a disk. NULL: this system has no such one. */
char *make_scratch(int in_memory);

/* Removes it, with all in it, and frees the path. NULL is fine. */
void remove_scratch(char *base);

/* The path of a new directory base/NAME that holds the sample as metadata.json, and other files. */
char *make_directory(const char *base, const char *name, enum sample sample, int other_files);

#endif
