/* SPDX-License-Identifier: MIT */
/* ckmeta save */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ckmeta.h"
#include "error.h"
#include "fd_io.h"
#include "number.h"

static const char save_help[] =
    "usage: ckmeta save --state FILE DIR\n"
    "       ckmeta save --id ID --pid PID [OPTION...] DIR -- COMMAND [ARG...]\n"
    "\n"
    "Writes DIR/metadata.json, atomically and durably.\n"
    "\n"
    "  --state FILE   nucleus's container-state document; - is standard input\n"
    "  --id ID        the container's ID\n"
    "  --pid PID      its process ID, decimal digits\n"
    "  --name NAME    its name; the ID unless given\n"
    "  --gvisor       it runs under gVisor\n"
    "  --rootless     it runs rootless\n"
    "  --cgroup PATH  its cgroup v2 directory, whose limits are saved too\n"
    "  -h, --help     print this and exit\n"
    "\n"
    "Exit status: 0 saved and durable, 1 failed, 2 usage.\n";

static size_t count_words(char *const *words)
{
    size_t count = 0;

    while (words && words[count])
        count++;
    return count;
}

/* Checks the words of "save --state FILE DIR", where DIR may also stand behind "--". */
static enum exit_code check_state_form(struct arguments *arguments)
{
    static const char others[] = "ipngrc";

    for (const char *letter = others; *letter; letter++) {
        if (arguments->values[(int)*letter])
            return misused("--state excludes the other options");
    }
    if (arguments->operands_count == 0 && count_words(arguments->rest) == 1) {
        arguments->operands[0] = arguments->rest[0];
        return DONE;
    }
    if (arguments->operands_count + count_words(arguments->rest) != 1)
        return misused("--state takes exactly one DIR and no COMMAND");
    return DONE;
}

/* Checks the words of "save --id ID --pid PID DIR -- COMMAND". */
static enum exit_code check_options_form(const struct arguments *arguments, uint32_t *ret_pid)
{
    const char *pid = arguments->values['p'];
    uint64_t number;

    if (!arguments->values['i'] && !pid)
        return misused("save needs --state, or --id and --pid");
    if (!arguments->values['i'])
        return misused("save needs --id");
    if (!pid)
        return misused("save needs --pid");
    if (!nucleus_parse_u64(pid, strlen(pid), &number) || number > UINT32_MAX)
        return misused_word("bad --pid", pid, "it is not a decimal number up to 4294967295");
    if (count_words(arguments->rest) == 0)
        return misused("save needs DIR -- COMMAND, the -- included");
    if (arguments->operands_count != 1)
        return misused("save takes exactly one DIR before --");
    *ret_pid = (uint32_t)number;
    return DONE;
}

/* Reads all that fd has. */
static enum nucleus_status read_all(int fd, char **ret_text, size_t *ret_len,
                                    struct nucleus_error *err)
{
    enum nucleus_status status = NUCLEUS_OK;
    char *text = malloc(NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    ssize_t len;

    if (!text)
        return nucleus_fail_memory(err);
    len = nucleus_read_up_to(fd, text, NUCLEUS_CHECKPOINT_MAX_BYTES + 1,
                             NUCLEUS_CHECKPOINT_MAX_BYTES + 1);
    if (len < 0)
        status = nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
    else if (len > NUCLEUS_CHECKPOINT_MAX_BYTES)
        status = nucleus_fail_large(err);
    if (status != NUCLEUS_OK) {
        free(text);
        return status;
    }
    *ret_text = text;
    *ret_len = (size_t)len;
    return NUCLEUS_OK;
}

/* Reads file, "-" for standard input, as any command reads its input: through symbolic links and
 * pipes. */
static enum nucleus_status read_input(const char *file, char **ret_text, size_t *ret_len,
                                      struct nucleus_error *err)
{
    enum nucleus_status status;
    int fd;

    if (strcmp(file, "-") == 0)
        return read_all(STDIN_FILENO, ret_text, ret_len, err);
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return nucleus_fail_errno(err, NUCLEUS_ERROR_IO, errno);
    status = read_all(fd, ret_text, ret_len, err);
    (void)close(fd);
    return status;
}

/* ret: give it to nucleus_state_document_clear(). */
static enum nucleus_status read_state(const char *file, struct nucleus_state_document *ret,
                                      struct nucleus_error *err)
{
    enum nucleus_status status;
    char *text = NULL;
    size_t len = 0;

    status = read_input(file, &text, &len, err);
    if (status == NUCLEUS_OK)
        status = nucleus_state_document_from_json(text, len, ret, err);
    if (status != NUCLEUS_OK)
        nucleus_error_wrap(err, "cannot read", (struct nucleus_shown){.name = file});
    free(text);
    return status;
}

/* A cgroup file has been named by then; what else is wrong is wrong with the new file. */
static enum exit_code fail_state(struct nucleus_error *err, const char *dir)
{
    if (err->status == NUCLEUS_ERROR_INVALID_ARGUMENT || err->status == NUCLEUS_ERROR_TOO_LARGE)
        nucleus_error_wrap(err, "cannot save", (struct nucleus_shown){dir, "metadata.json"});
    return failed(err);
}

static enum exit_code save_state(const struct nucleus_container_state *state, const char *dir)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    status = nucleus_metadata_from_state(state, &metadata, &err);
    if (status != NUCLEUS_OK)
        return fail_state(&err, dir);
    status = nucleus_metadata_save(&metadata, dir, &err);
    nucleus_metadata_clear(&metadata);
    return status == NUCLEUS_OK ? DONE : failed(&err);
}

static enum exit_code save_from_file(struct arguments *arguments)
{
    struct nucleus_state_document document;
    struct nucleus_error err;
    enum exit_code code = check_state_form(arguments);

    if (code != DONE)
        return code;
    if (read_state(arguments->values['s'], &document, &err) != NUCLEUS_OK)
        return failed(&err);
    code = save_state(&document.state, arguments->operands[0]);
    nucleus_state_document_clear(&document);
    return code;
}

static enum exit_code save_from_options(const struct arguments *arguments)
{
    const char *const *values = arguments->values;
    uint32_t pid = 0;
    enum exit_code code = check_options_form(arguments, &pid);
    const struct nucleus_container_state state = {
        .id = values['i'],
        .name = values['n'] ? values['n'] : values['i'],
        .pid = pid,
        .command = arguments->rest,
        .using_gvisor = values['g'],
        .rootless = values['r'],
        .cgroup_path = values['c'],
    };

    return code == DONE ? save_state(&state, arguments->operands[0]) : code;
}

enum exit_code ckmeta_save(int argc, char **argv)
{
    static const struct option options[] = {
        {"state", required_argument, NULL, 's'},
        {"id", required_argument, NULL, 'i'},
        {"pid", required_argument, NULL, 'p'},
        {"name", required_argument, NULL, 'n'},
        {"gvisor", no_argument, NULL, 'g'},
        {"rootless", no_argument, NULL, 'r'},
        {"cgroup", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct arguments arguments = {0};
    enum exit_code code = parse_arguments(argc, argv, "-:h", options, &arguments);

    if (code != DONE)
        return code;
    if (arguments.values['h'])
        return print_help(save_help);
    return arguments.values['s'] ? save_from_file(&arguments) : save_from_options(&arguments);
}
