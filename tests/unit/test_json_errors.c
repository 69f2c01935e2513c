/* SPDX-License-Identifier: MIT */
/* An error in the JSON syntax is reported with the line and column of the first bad byte, and one
 * in the metadata with the name of the member. There is a row for each problem and each limit.
 * test_serde_verdicts.c has many more documents, but none with the limits of a cgroup; those that
 * are accepted are in test_to_json.c. */
#include "test.h"

#include <string.h>

static void assert_refused(const char *text, size_t len, enum nucleus_status expected,
                           const char *message)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(parse_exactly(text, len, &metadata, &err), expected, &err);
    assert_string_equal(err.message, message);
    assert_int_equal(err.os_error, 0);
}

#define AT(column, problem) "line 1, column " #column ": " problem
#define END "unexpected end of input"
#define NO_VALUE "expected a value"
#define NO_NAME "expected a member name"
#define BAD_NUMBER "malformed number"
#define BAD_ESCAPE "invalid escape sequence"
#define CONTROL "unescaped control character in string"
#define NOT_4_DIGITS AT(3, "\\u must be followed by four hexadecimal digits")
#define LONE_SURROGATE AT(3, "lone surrogate")

static const struct {
    const char *text, *message;
} not_json[] = {
    {"", AT(1, END)},
    {" \n\t\r", "line 2, column 3: " END},
    {"\xef\xbb\xbf{}", AT(1, NO_VALUE)},
    {"{}\n {}", "line 2, column 2: trailing characters after the document"},
    {"{\n\"a\": 1,\n  b}", "line 3, column 3: " NO_NAME},
    {"[\"\xc3\xa9\", x]", AT(8, NO_VALUE)},
    {"{", AT(2, END)},
    {"{a:1}", AT(2, NO_NAME)},
    {"{\"a\":1,}", AT(8, NO_NAME)},
    {"{\"a\" 1}", AT(6, "expected ':'")},
    {"{\"a\"::}", AT(6, NO_VALUE)}, /* ':' follows '9' in ASCII */
    {"{\"original_pid\": :}", AT(18, NO_VALUE)},
    {"{\"a\":1:}", AT(7, "expected ',' or '}'")},
    {"{\"a\":1 \"b\":2}", AT(8, "expected ',' or '}'")},
    {"[1 2]", AT(4, "expected ',' or ']'")},
    {"[1,]", AT(4, NO_VALUE)},
    {"[1", AT(3, END)},
    {"tru", AT(1, NO_VALUE)},
    {"falsy", AT(1, NO_VALUE)},
    {"[01]", AT(3, "expected ',' or ']'")},
    {"-", AT(1, BAD_NUMBER)},
    {"1.", AT(1, BAD_NUMBER)},
    {"{\"original_pid\": 1.}", AT(18, BAD_NUMBER)},
    {"1e", AT(1, BAD_NUMBER)},
    {"[\"a", AT(4, END)},
    {"[\"\xc3\xa9", AT(5, END)},
    {"[\"\x1f\"]", AT(3, CONTROL)},
    {"[\"\xff\"]", AT(3, "invalid UTF-8")},
    {"[\"\xc3", AT(3, "invalid UTF-8")},
    {"[\"\\x\"]", AT(3, BAD_ESCAPE)},
    {"{\"container_id\": \"\\x\"}", AT(19, BAD_ESCAPE)},
    {"[\"\\", AT(3, BAD_ESCAPE)},
    {"[\"\\n", AT(5, END)},
    {"[\"\\u12", NOT_4_DIGITS},
    {"[\"\\u004/\"]", NOT_4_DIGITS},
    {"[\"\\u004:\"]", NOT_4_DIGITS},
    {"[\"\\u004@\"]", NOT_4_DIGITS},
    {"[\"\\u004G\"]", NOT_4_DIGITS},
    {"[\"\\u004`\"]", NOT_4_DIGITS},
    {"[\"\\ug004\"]", NOT_4_DIGITS},
    {"[\"\\u0000\"]", AT(3, "\\u0000 is not supported")},
    {"[\"\\udc00\"]", LONE_SURROGATE},
    {"[\"\\udfff\"]", LONE_SURROGATE},
    {"[\"\\udbff\\udbff\"]", LONE_SURROGATE},
    {"[\"\\ud800\\ue000\"]", LONE_SURROGATE},
    {"[\"\\uD800xudc00\"]", LONE_SURROGATE},
    {"[\"\\uD800\\ndc00\"]", LONE_SURROGATE},
    {"[\"\\ud800", LONE_SURROGATE},
    {"[\"\\ud800\\", LONE_SURROGATE},
    {"[\"\\ud800\\udc0", LONE_SURROGATE},
    /* Syntax errors take precedence over earlier schema errors. */
    {"{\"original_pid\": \"x\", \"original_pid\": 1, oops}", AT(42, NO_NAME)},
};

TEST_EACH(not_json, a_syntax_error_has_line_and_column)
{
    assert_refused(row->text, strlen(row->text), NUCLEUS_ERROR_SYNTAX, row->message);
}

TEST(a_nul_is_not_the_end_of_the_text)
{
    assert_refused("[\"a\0\"]", 6, NUCLEUS_ERROR_SYNTAX, AT(4, CONTROL));
    assert_refused("[\"\\\0\"]", 6, NUCLEUS_ERROR_SYNTAX, AT(3, BAD_ESCAPE));
}

#define OR_NULL(member) "member 'resource_limits." member "' must be null or an integer from "

static const struct {
    const char *text, *message;
} not_metadata[] = {
    {"\n []", "line 2, column 2: expected an object"},
    {"{}", "missing member 'container_id'"},
    {MINIMAL ",\"root\\u006cess\":true}", "duplicate member 'rootless'"},
    {"{\"container_id\":1}", "member 'container_id' is not a string"},
    {"{\"using_gvisor\":0}", "member 'using_gvisor' is not a boolean"},
    {"{\"original_pid\":-1}", "member 'original_pid' must be an integer from 0 to 4294967295"},
    {"{\"checkpoint_at\":18446744073709551616}",
     "member 'checkpoint_at' must be an integer from 0 to " MOST},
    {"{\"command\":\"a\"}", "member 'command' is not an array"},
    {"{\"command\":[\"a\",1]}", "member 'command[1]' is not a string"},
    {MINIMAL ",\"cgroup_path\":1}", "member 'cgroup_path' is not a string"},
    {WITH_LIMITS(PERIOD NO_IO ",\"pids_max\":0"), OR_NULL("pids_max") "1 to 18446744073709551614"},
    {WITH_LIMITS(PERIOD NO_IO ",\"pids_max\":" MOST),
     OR_NULL("pids_max") "1 to 18446744073709551614"},
    {WITH_LIMITS(NO_IO), "missing member 'resource_limits.cpu_period_us'"},
    {WITH_LIMITS("\"cpu_period_us\":null," NO_IO),
     "member 'resource_limits.cpu_period_us' must be an integer from 1 to " MOST},
    {WITH_LIMITS("\"cpu_period_us\":7"), "missing member 'resource_limits.io_limits'"},
    {WITH_LIMITS(PERIOD "\"io_limits\":[{\"device\":\"8:0\"},{\"rbps\":1}]"),
     "missing member 'resource_limits.io_limits[1].device'"},
    {WITH_LIMITS(PERIOD "\"io_limits\":[{\"device\":\"\",\"wbps\":18446744073709551616}]"),
     OR_NULL("io_limits[0].wbps") "0 to " MOST},
    {WITH_LIMITS(PERIOD "\"io_limits\":[[\"8:0\",1,2,3,4]]"),
     "member 'resource_limits.io_limits[0]' is not an object"},
};

TEST_EACH(not_metadata, a_schema_error_names_the_member)
{
    assert_refused(row->text, strlen(row->text), NUCLEUS_ERROR_SCHEMA, row->message);
}
