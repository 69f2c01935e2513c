/* SPDX-License-Identifier: MIT */
/* Each document of data/serde-verdicts.tsv is judged as serde_json judges it, and what is accepted
 * comes out as serde_json writes it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 1019 };

struct row {
    const char *verdict, *name, *document, *canonical;
};

/* Parts line, which it changes, at its tabs. */
static struct row parse_row(char *line)
{
    struct row row = {.verdict = strsep(&line, "\t")};

    row.name = strsep(&line, "\t");
    row.document = strsep(&line, "\t");
    row.canonical = strsep(&line, "\t");
    assert_non_null(row.canonical);
    return row;
}

static bool is_canonical(const struct nucleus_metadata *metadata, const char *hex)
{
    struct nucleus_error err;
    char *text, *wanted;
    size_t len, wanted_len;
    bool same;

    assert_status(nucleus_metadata_to_json(metadata, &text, &len, &err), NUCLEUS_OK, &err);
    wanted = from_hex(hex, strlen(hex), &wanted_len);
    same = len == wanted_len && memcmp(text, wanted, len) == 0;
    free(wanted);
    free(text);
    return same;
}

/* Whether the library agrees with the row. */
static bool agrees(const struct row *row)
{
    bool accept = strcmp(row->verdict, "accept") == 0;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;
    size_t len;
    char *document = from_hex(row->document, strlen(row->document), &len);
    bool same;

    status = parse_exactly(document, len, &metadata, &err);
    free(document);
    if (status != NUCLEUS_OK)
        return !accept && (status == NUCLEUS_ERROR_SYNTAX || status == NUCLEUS_ERROR_SCHEMA);
    same = accept && is_canonical(&metadata, row->canonical);
    nucleus_metadata_clear(&metadata);
    return same;
}

static void every_verdict_is_serde_json_s(void **state)
{
    char *table = read_data("serde-verdicts.tsv", NULL);
    size_t rows = 0;
    size_t wrong = 0;

    (void)state;
    for (char *rest = table, *line; (line = strsep(&rest, "\n")) && *line; rows++) {
        struct row row = parse_row(line);

        if (!agrees(&row)) {
            print_error("%s: %s\n", row.verdict, row.name);
            wrong++;
        }
    }
    free(table);
    assert_int_equal(rows, ROWS);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_serde_json_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
