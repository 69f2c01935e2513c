/* SPDX-License-Identifier: MIT */
/* ckmeta load */
#include <stdlib.h>
#include <string.h>

#include "ckmeta.h"
#include "json_encode.h"
#include "members.h"

static const char load_help[] =
    "usage: ckmeta load [-0] DIR [FIELD]\n"
    "\n"
    "Check DIR/metadata.json and print it as JSON, or print the value of one FIELD:\n"
    "container_id, container_name, original_pid, command, checkpoint_at, version,\n"
    "using_gvisor, rootless, cgroup_path or resource_limits.\n"
    "\n"
    "  -0, --null  end the value, or each element of command, with a NUL instead of a\n"
    "              newline; requires a FIELD\n"
    "  -h, --help  print this help and exit\n"
    "\n"
    "Exit status: 0 printed; 1 failed; 2 usage error; 3 DIR or its metadata.json does\n"
    "not exist.\n";

/* Prints text and a terminator, which is a newline or NUL. */
static bool put_terminated(const char *text, char end)
{
    return put(text, strlen(text)) && put(&end, 1);
}

static enum exit_code print_strings(char *const *list, char end)
{
    bool done = true;

    for (; done && *list; list++)
        done = put_terminated(*list, end);
    return finish_output(done);
}

/* Prints the document, or the JSON value of one field. */
static enum exit_code print_json(const struct nucleus_metadata *metadata,
                                 const struct nucleus_member *field, char end)
{
    enum nucleus_status status;
    struct nucleus_error err;
    enum exit_code code;
    char *text;
    size_t len;

    if (field)
        status = nucleus_json_encode_member(field, metadata, SIZE_MAX, &text, &len, &err);
    else
        status =
            nucleus_json_encode(&nucleus_metadata_object, metadata, SIZE_MAX, &text, &len, &err);
    if (status != NUCLEUS_OK)
        return report_error(&err);
    code = finish_output(put_terminated(text, end));
    free(text);
    return code;
}

/* Prints the value of one field: strings unquoted, other types as JSON. */
static enum exit_code print_field(const struct nucleus_metadata *metadata,
                                  const struct nucleus_member *field, char end)
{
    const char *text;

    if (field->kind == NUCLEUS_STRINGS)
        return print_strings(nucleus_member_get_pointer(field, metadata), end);
    if (field->kind != NUCLEUS_STRING && field->kind != NUCLEUS_OPTIONAL_STRING)
        return print_json(metadata, field, end);
    text = nucleus_member_get_pointer(field, metadata);
    return finish_output(put_terminated(text ? text : "", end));
}

/* Sets *ret_field if there is a FIELD. Returns DONE, or USAGE after printing a message. */
static enum exit_code check_load(struct arguments *arguments,
                                 const struct nucleus_member **ret_field)
{
    enum exit_code code;
    const char *field;

    join_operands(arguments);
    code = check_operands(arguments, 2);
    if (code != DONE)
        return code;
    field = arguments->operands[1];
    if (!field && arguments->values['0'])
        return usage_error(arguments->help_command, "missing operand: FIELD, required by -0");
    if (!field)
        return DONE;
    *ret_field =
        nucleus_member_find(&nucleus_metadata_object, (struct nucleus_span){field, strlen(field)});
    return *ret_field ? DONE
                      : usage_error_arg(arguments->help_command, "unknown field ", field, "");
}

enum exit_code ckmeta_load(int argc, char **argv)
{
    static const struct option options[] = {
        {"null", no_argument, NULL, '0'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct arguments arguments = {.help_command = "ckmeta load --help"};
    const struct nucleus_member *field = NULL;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum exit_code code = parse_arguments(argc, argv, "-:0h", options, &arguments);

    if (code != DONE)
        return code;
    if (arguments.values['h'])
        return print_help(load_help);
    code = check_load(&arguments, &field);
    if (code != DONE)
        return code;
    if (nucleus_metadata_load(arguments.operands[0], &metadata, &err) != NUCLEUS_OK) {
        (void)report_error(&err);
        return err.status == NUCLEUS_ERROR_NOT_FOUND ? NOT_FOUND : FAILED;
    }
    if (field)
        code = print_field(&metadata, field, arguments.values['0'] ? '\0' : '\n');
    else
        code = print_json(&metadata, NULL, '\n');
    nucleus_metadata_clear(&metadata);
    return code;
}
