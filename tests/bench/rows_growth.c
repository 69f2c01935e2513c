/* SPDX-License-Identifier: MIT */
/* How cost grows with the command: each size against a tenth of it. */
#include <stdlib.h>

#include "rows.h"

const char *load_growth(const struct scratch *scratch, int size, struct figures *ret)
{
    char *whole;
    char *tenth;

    if (!scratch->memory)
        return "no tmpfs";
    whole = sample_directory(scratch->memory, "load", size);
    tenth = sample_directory(scratch->memory, "load", size / 10);
    *ret = compare_times(PROCESSOR, (struct work){load_and_clear, whole, NULL},
                         (struct work){load_and_clear, tenth, NULL});
    free(tenth);
    free(whole);
    return NULL;
}

const char *save_growth(const struct scratch *scratch, int size, struct figures *ret)
{
    struct nucleus_metadata whole;
    struct nucleus_metadata tenth;
    struct save saves[2];
    char *dir;

    if (!scratch->memory)
        return "no tmpfs";
    whole = make_sample(size);
    tenth = make_sample(size / 10);
    dir = sample_directory(scratch->memory, "growth", size);
    saves[0] = (struct save){dir, &whole};
    saves[1] = (struct save){dir, &tenth};
    *ret = compare_times(PROCESSOR, (struct work){save, &saves[0], NULL},
                         (struct work){save, &saves[1], NULL});
    free(dir);
    nucleus_metadata_clear(&tenth);
    nucleus_metadata_clear(&whole);
    return NULL;
}

/* The peak of loading the sample of a size. */
static double load_memory(const struct scratch *scratch, int size)
{
    char *dir = sample_directory(scratch->memory, "load", size);
    double peak = peak_memory((struct work){load_and_clear, dir, NULL});

    free(dir);
    return peak;
}

/* Compares f(size) with f(size / 10). */
static const char *compare_memory(double (*memory)(const struct scratch *, int),
                                  const struct scratch *scratch, int size, struct figures *ret)
{
    if (!scratch->memory)
        return "no tmpfs";
    ret->ours = memory(scratch, size);
    ret->against = memory(scratch, size / 10);
    ret->ratio = ret->ours / ret->against;
    return NULL;
}

const char *load_memory_growth(const struct scratch *scratch, int size, struct figures *ret)
{
    return compare_memory(load_memory, scratch, size, ret);
}

/* The peak of a save, without the metadata themselves: they are there before the children are. */
static double save_memory(const struct scratch *scratch, int size)
{
    struct nucleus_metadata metadata = make_sample(size);
    char *dir = sample_directory(scratch->memory, "growth", size);
    struct save what = {dir, &metadata};
    double peak = peak_memory((struct work){save, &what, NULL});

    free(dir);
    nucleus_metadata_clear(&metadata);
    return peak;
}

const char *save_memory_growth(const struct scratch *scratch, int size, struct figures *ret)
{
    return compare_memory(save_memory, scratch, size, ret);
}
