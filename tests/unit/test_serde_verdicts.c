/* SPDX-License-Identifier: MIT */
/* The library accepts the documents of data/serde-verdicts.tsv that serde_json accepts, refuses the
 * others, and encodes them as serde_json does. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 1019, VERDICT = 0, NAME, DOCUMENT, CANONICAL, COLUMNS };

/* Returns true if the library treats the document of a row as serde_json does. */
static bool agrees(char *const *columns)
{
    const bool is_accepted = strcmp(columns[VERDICT], "accept") == 0;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len, canonical_len;
    char *document = from_hex(columns[DOCUMENT], strlen(columns[DOCUMENT]), &len);
    char *canonical = from_hex(columns[CANONICAL], strlen(columns[CANONICAL]), &canonical_len);
    const enum nucleus_status status = parse_exactly(document, len, &metadata, &err);
    bool is_as_expected =
        !is_accepted && (status == NUCLEUS_ERROR_SYNTAX || status == NUCLEUS_ERROR_SCHEMA);

    if (status == NUCLEUS_OK) {
        char *text = encode_metadata(&metadata, &len);

        is_as_expected = is_accepted && len == canonical_len && memcmp(text, canonical, len) == 0;
        free(text);
        nucleus_metadata_clear(&metadata);
    }
    free(document);
    free(canonical);
    return is_as_expected;
}

TEST(every_verdict_agrees_with_serde_json)
{
    char *table = read_data("serde-verdicts.tsv", NULL);
    size_t rows = 0, wrong = 0;

    for (char *rest = table, *line; (line = strsep(&rest, "\n")) && *line; rows++) {
        char *columns[COLUMNS];

        for (size_t i = 0; i < COLUMNS; i++)
            columns[i] = strsep(&line, "\t");
        assert_non_null(columns[COLUMNS - 1]);
        if (!agrees(columns)) {
            print_error("%s: %s\n", columns[VERDICT], columns[NAME]);
            wrong++;
        }
    }
    free(table);
    assert_int_equal(rows, ROWS);
    assert_int_equal(wrong, 0);
}
