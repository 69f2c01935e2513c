/* SPDX-License-Identifier: MIT */
/* ckmeta save */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckmeta.h"
#include "error.h"
#include "json_decode.h"
#include "strings.h"

static const char save_help[] =
    "usage: ckmeta save --state FILE [--runtime-version V] DIR\n"
    "       ckmeta save --id ID --pid PID [OPTION...] DIR -- COMMAND [ARG...]\n"
    "       ckmeta save --metadata FILE DIR\n"
    "\n"
    "Replace DIR/metadata.json atomically and durably.\n"
    "\n"
    "  --state FILE         read nucleus's container-state document from FILE;\n"
    "                       if FILE is -, read standard input\n"
    "  --metadata FILE      read metadata as 'ckmeta load' prints it from FILE;\n"
    "                       if FILE is -, read standard input\n"
    "  --id ID              container ID\n"
    "  --pid PID            process ID, a decimal number\n"
    "  --name NAME          container name (default: ID)\n"
    "  --gvisor             the container runs under gVisor\n"
    "  --rootless           the container is rootless\n"
    "  --cgroup PATH        save the limits of the cgroup v2 directory PATH as well\n"
    "  --runtime-version V  version of the container runtime\n"
    "                       (default: the version of ckmeta)\n"
    "  -h, --help           print this help and exit\n"
    "\n"
    "Exit status: 0 saved and durable; 1 failed, the old file is unchanged unless the\n"
    "message says otherwise; 2 usage error; 4 saved, but the file or its directory\n"
    "could not be flushed to disk, or the file could not be closed.\n";

static const struct option save_options[] = {
    {"state", required_argument, NULL, 's'},
    {"metadata", required_argument, NULL, 'm'},
    {"id", required_argument, NULL, 'i'},
    {"pid", required_argument, NULL, 'p'},
    {"name", required_argument, NULL, 'n'},
    {"gvisor", no_argument, NULL, 'g'},
    {"rootless", no_argument, NULL, 'r'},
    {"cgroup", required_argument, NULL, 'c'},
    {"runtime-version", required_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* A mode that reads everything it saves from a file. */
struct input_mode {
    const char *option;
    char letter;        /* of the option */
    const char *others; /* letters of the options that it excludes */
    const char *kind;   /* of document */
    const struct nucleus_object *type;
};

/* Returns DONE, or USAGE after printing a message. */
static enum exit_code check_input_mode(struct arguments *arguments, const struct input_mode *mode)
{
    char before[64];

    (void)snprintf(before, sizeof before, "%s cannot be combined with ", mode->option);
    for (const char *letter = mode->others; *letter; letter++) {
        if (arguments->typed[(int)*letter])
            return usage_error_arg(arguments->help_command, before, arguments->typed[(int)*letter],
                                   "");
    }
    join_operands(arguments);
    return check_operands(arguments, 1);
}

/* Decodes the input into *ret, which must be zeroed. Returns DONE, or another code after printing a
 * message. */
static enum exit_code read_input_mode(struct arguments *arguments, const struct input_mode *mode,
                                      void *ret)
{
    const char *file = arguments->values[(int)mode->letter];
    enum exit_code code = check_input_mode(arguments, mode);
    struct nucleus_error err;
    enum nucleus_status status;
    char *text;
    size_t len;

    if (code != DONE)
        return code;
    if (read_input(file, &text, &len, &err) != NUCLEUS_OK)
        return report_error(&err);
    status = nucleus_json_decode(text, len, mode->type, ret, &err);
    free(text);
    if (status == NUCLEUS_OK)
        return DONE;
    prefix_input_error(mode->kind, file, &err);
    return report_error(&err);
}

static const struct input_mode state_mode = {"--state", 's', "mipngrc", "state document",
                                             &nucleus_state_object};
static const struct input_mode metadata_mode = {"--metadata", 'm', "sipngrcv", "metadata",
                                                &nucleus_metadata_object};

static enum exit_code check_pid(const struct arguments *arguments, uint32_t *ret)
{
    const char *pid = arguments->values['p'];
    uint64_t number;

    if (!nucleus_parse_u64((struct nucleus_span){pid, strlen(pid)}, &number) || number > UINT32_MAX)
        return usage_error_arg(arguments->help_command, "invalid PID ", pid,
                               ": expected a decimal number from 0 to 4294967295");
    *ret = (uint32_t)number;
    return DONE;
}

/* Checks the mode with --id and --pid. Returns DONE, or USAGE after printing a message. */
static enum exit_code check_options_mode(const struct arguments *arguments, uint32_t *ret_pid)
{
    const char *help_command = arguments->help_command;
    const char *id = arguments->values['i'];
    const bool has_command = arguments->rest[0] != NULL;
    enum exit_code code;

    if (!id && !arguments->values['p'])
        return usage_error(help_command,
                           "one of --state, --metadata, or --id with --pid is required");
    if (!id)
        return usage_error(help_command, "missing required option '--id'");
    if (!arguments->values['p'])
        return usage_error(help_command, "missing required option '--pid'");
    if (id[0] == '\0')
        return usage_error(help_command, "--id is empty");
    code = check_pid(arguments, ret_pid);
    if (code == DONE)
        code = check_operands(arguments, has_command ? 1 : SIZE_MAX);
    if (code == DONE && !has_command)
        return usage_error(help_command, "missing operand: COMMAND (write it after '--')");
    return code;
}

static enum exit_code save_metadata(struct nucleus_metadata *metadata, const char *dir)
{
    struct nucleus_error err;
    enum nucleus_status status = nucleus_metadata_save(metadata, dir, &err);

    nucleus_metadata_clear(metadata);
    return status == NUCLEUS_OK ? DONE : report_error(&err);
}

static enum exit_code save_state(const struct nucleus_container_state *state, const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_from_state(state, &metadata, &err) == NUCLEUS_OK)
        return save_metadata(&metadata, dir);
    /* A message about a value is only the reason; one about the cgroup is complete. */
    if (err.status == NUCLEUS_ERROR_INVALID_ARGUMENT || err.status == NUCLEUS_ERROR_TOO_LARGE)
        nucleus_error_wrap(&err, "cannot save ",
                           (struct nucleus_display_path){dir, "metadata.json"}, ": ");
    return report_error(&err);
}

static enum exit_code save_from_state(struct arguments *arguments)
{
    struct nucleus_state_document document = {{0}};
    enum exit_code code = read_input_mode(arguments, &state_mode, &document.state);

    if (code != DONE)
        return code;
    document.state.version = arguments->values['v'];
    code = save_state(&document.state, arguments->operands[0]);
    nucleus_state_document_clear(&document);
    return code;
}

static enum exit_code save_from_metadata(struct arguments *arguments)
{
    struct nucleus_metadata metadata = {0};
    enum exit_code code = read_input_mode(arguments, &metadata_mode, &metadata);

    return code == DONE ? save_metadata(&metadata, arguments->operands[0]) : code;
}

static enum exit_code save_from_options(const struct arguments *arguments)
{
    const char *const *values = arguments->values;
    uint32_t pid = 0;
    enum exit_code code = check_options_mode(arguments, &pid);
    const struct nucleus_container_state state = {
        .id = values['i'],
        .name = values['n'] ? values['n'] : values['i'],
        .pid = pid,
        .command = arguments->rest,
        .using_gvisor = values['g'],
        .rootless = values['r'],
        .version = values['v'],
        .cgroup_path = values['c'],
    };

    return code == DONE ? save_state(&state, arguments->operands[0]) : code;
}

enum exit_code ckmeta_save(int argc, char **argv)
{
    struct arguments arguments = {.help_command = "ckmeta save --help"};
    enum exit_code code = parse_arguments(argc, argv, "-:h", save_options, &arguments);

    if (code != DONE)
        return code;
    if (arguments.values['h'])
        return print_help(save_help);
    if (arguments.values['s'])
        return save_from_state(&arguments);
    return arguments.values['m'] ? save_from_metadata(&arguments) : save_from_options(&arguments);
}
