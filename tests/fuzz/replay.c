/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over documents without libFuzzer.
 *
 *     replay PATH...               each document once
 *     replay --mutate PATH...      also cut at each length, and with single bytes changed
 *     replay --unpack DIR PATH...  writes each document to a file of its own in DIR
 *
 * A PATH is a file, which is a document; a directory, all in it; or a table, NAME.tsv, whose third
 * column holds a document in hexadecimal digits in each line. No document at all is a failure.
 *
 * A target that aborts has its document shown; for a sanitizer's report, set abort_on_error=1 in
 * ASAN_OPTIONS.
 */
#include "fuzz.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLUMN = 3, SHORT = 512 };

struct document {
    uint8_t *bytes;
    size_t size;
    bool is_row; /* of a table */
};

static struct {
    struct document *documents;
    size_t count;
} corpus;

/* What the target was given last, to show when it dies. */
static struct document running;
static size_t executions;

static void die(const char *problem, const char *path)
{
    (void)fprintf(stderr, "replay: %s: %s\n", path, problem);
    exit(1);
}

/* Called in a signal handler. */
static void show_running(int signal_number)
{
    static const char digits[] = "0123456789abcdef";
    static const char title[] = "the document, in hexadecimal digits: ";
    bool written = write(STDERR_FILENO, title, sizeof title - 1) > 0;

    for (size_t i = 0; written && i < running.size; i++) {
        const char pair[] = {digits[running.bytes[i] >> 4], digits[running.bytes[i] & 15]};

        written = write(STDERR_FILENO, pair, sizeof pair) > 0;
    }
    (void)write(STDERR_FILENO, "\n", 1);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

/* A copy of exactly size bytes, so that AddressSanitizer sees a read behind it. */
static void run(const uint8_t *bytes, size_t size)
{
    running = (struct document){.bytes = malloc(size > 0 ? size : 1), .size = size};
    if (!running.bytes)
        die("out of memory", "corpus");
    memcpy(running.bytes, bytes, size);
    (void)LLVMFuzzerTestOneInput(running.bytes, size);
    free(running.bytes);
    running = (struct document){0};
    executions++;
}

/* Takes the bytes over. */
static void add_document(struct document document)
{
    corpus.documents = realloc(corpus.documents, (corpus.count + 1) * sizeof *corpus.documents);
    if (!corpus.documents)
        die("out of memory", "corpus");
    corpus.documents[corpus.count++] = document;
}

static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    uint8_t *bytes;

    if (!file || fstat(fileno(file), &info) != 0)
        die("cannot open", path);
    bytes = malloc((size_t)info.st_size + 1);
    if (!bytes)
        die("out of memory", path);
    *ret_size = fread(bytes, 1, (size_t)info.st_size, file);
    if (*ret_size != (size_t)info.st_size)
        die("cannot read", path);
    (void)fclose(file);
    bytes[*ret_size] = '\0';
    return bytes;
}

static void add_hex(const char *hex, const char *path)
{
    size_t size = strlen(hex) / 2;
    uint8_t *bytes = malloc(size + 1);

    if (!bytes)
        die("out of memory", path);
    for (size_t i = 0; i < size; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        char *end;

        bytes[i] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2)
            die("no pair of hexadecimal digits", path);
    }
    add_document((struct document){bytes, size, .is_row = true});
}

static void add_table(const char *path)
{
    size_t size;
    char *table = (char *)read_whole(path, &size);
    char *rest = table;
    char *line;

    while ((line = strsep(&rest, "\n")) && *line != '\0') {
        const char *cell = NULL;

        for (int column = 0; column < COLUMN; column++)
            cell = strsep(&line, "\t");
        if (!cell)
            die("a line without a third column", path);
        add_hex(cell, path);
    }
    free(table);
}

static int add_file(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    const char *suffix = strrchr(path, '.');
    size_t size;
    uint8_t *bytes;

    (void)info;
    (void)ftw;
    if (type != FTW_F)
        return 0;
    if (suffix && strcmp(suffix, ".tsv") == 0) {
        add_table(path);
        return 0;
    }
    bytes = read_whole(path, &size);
    add_document((struct document){bytes, size, .is_row = false});
    return 0;
}

/* By content: a directory gives its names in any order. */
static int compare(const void *left, const void *right)
{
    const struct document *one = left;
    const struct document *other = right;

    if (one->size != other->size)
        return one->size < other->size ? -1 : 1;
    return memcmp(one->bytes, other->bytes, one->size);
}

static void cut(const struct document *document)
{
    for (size_t size = 0; size < document->size; size++)
        run(document->bytes, size);
}

/* The bytes that matter to a reader of JSON or of a cgroup's files; NUL too. */
static const uint8_t telling[] = "\"\\{}[],:0-.eu \n\t\x0b\x1f"
                                 "9:=max/\x7f\x80\xbf\xc3\xe2\xed\xf0\xff";

/* In an order that looks random but is the same in each run: like documents get unlike changes. */
static uint8_t next_telling(void)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223;
    return telling[(state >> 16) % sizeof telling];
}

static void run_changed(const struct document *document, size_t place, uint8_t byte)
{
    uint8_t kept = document->bytes[place];

    document->bytes[place] = byte;
    run(document->bytes, document->size);
    document->bytes[place] = kept;
}

/* Every telling byte at every place of a short file. Long ones, and the many of a table, which are
 * variations of each other, get one at a place. */
static void change(const struct document *document)
{
    bool is_thorough = !document->is_row && document->size <= SHORT;

    for (size_t place = 0; place < document->size; place++) {
        if (!is_thorough)
            run_changed(document, place, next_telling());
        for (size_t i = 0; is_thorough && i < sizeof telling; i++)
            run_changed(document, place, telling[i]);
    }
}

static void mutate(void)
{
    for (size_t i = 0; i < corpus.count; i++) {
        cut(&corpus.documents[i]);
        change(&corpus.documents[i]);
    }
}

static void unpack(const char *dir)
{
    for (size_t i = 0; i < corpus.count; i++) {
        char path[4096];
        FILE *file;

        (void)snprintf(path, sizeof path, "%s/%05zu", dir, i);
        file = fopen(path, "wb");
        if (!file)
            die("cannot create", path);
        (void)fwrite(corpus.documents[i].bytes, 1, corpus.documents[i].size, file);
        if (ferror(file) | fclose(file))
            die("cannot write", path);
    }
}

static void free_corpus(void)
{
    for (size_t i = 0; i < corpus.count; i++)
        free(corpus.documents[i].bytes);
    free(corpus.documents);
}

int main(int argc, char **argv)
{
    bool is_mutating = argc > 1 && strcmp(argv[1], "--mutate") == 0;
    const char *dir = argc > 2 && strcmp(argv[1], "--unpack") == 0 ? argv[2] : NULL;

    for (int i = 1 + is_mutating + 2 * (dir != NULL); i < argc; i++) {
        if (nftw(argv[i], add_file, 16, FTW_PHYS) != 0)
            die("cannot read", argv[i]);
    }
    if (corpus.count == 0)
        die("no documents", "corpus");
    qsort(corpus.documents, corpus.count, sizeof *corpus.documents, compare);
    (void)signal(SIGABRT, show_running);
    if (dir)
        unpack(dir);
    for (size_t i = 0; !dir && i < corpus.count; i++)
        run(corpus.documents[i].bytes, corpus.documents[i].size);
    if (is_mutating)
        mutate();
    if (!dir)
        (void)printf("%zu documents, %zu executions\n", corpus.count, executions);
    free_corpus();
    return 0;
}
