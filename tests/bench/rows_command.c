/* SPDX-License-Identifier: MIT */
/* ckmeta as a script uses it, the whole process, against jq. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "rows.h"

enum { NO_PROGRAM = 127 };

/* In a child: becomes the program, its output thrown away. */
static void become(const void *data)
{
    char *const *words = data;
    int null = open("/dev/null", O_WRONLY);

    if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
        (void)execvp(words[0], words);
    _exit(NO_PROGRAM);
}

static void run_program(const void *words)
{
    if (run_in_child((struct work){become, words, NULL}, NULL) != 0)
        die("a program failed");
}

/* The largest resident size of both programs. */
static void compare_peaks(struct work ours, struct work against, struct figures *ret)
{
    if (run_in_child(ours, &ret->ours) != 0 || run_in_child(against, &ret->against) != 0)
        die("a program failed");
    ret->ratio = ret->ours / ret->against;
}

static const char *compare_programs(const struct scratch *scratch, int size, bool peaks,
                                    struct figures *ret)
{
    char field[] = "container_id";
    char *dir;
    char *file;

    if (!scratch->memory)
        return "no tmpfs";
    dir = sample_directory(scratch->memory, "load", size);
    file = sample_file(dir);
    char *ckmeta[] = {(char[]){BENCH_CKMETA}, (char[]){"load"}, dir, field, NULL};
    char *jq[] = {(char[]){"jq"}, (char[]){"-r"}, (char[]){".container_id"}, file, NULL};
    if (run_in_child((struct work){become, jq, NULL}, NULL) == NO_PROGRAM)
        return "jq is not installed";
    if (peaks)
        compare_peaks((struct work){become, ckmeta, NULL}, (struct work){become, jq, NULL}, ret);
    else
        *ret = compare_times(WALL, (struct work){run_program, ckmeta, NULL},
                             (struct work){run_program, jq, NULL});
    free(file);
    free(dir);
    return NULL;
}

const char *command_time(const struct scratch *scratch, int size, struct figures *ret)
{
    return compare_programs(scratch, size, false, ret);
}

const char *command_memory(const struct scratch *scratch, int size, struct figures *ret)
{
    return compare_programs(scratch, size, true, ret);
}
