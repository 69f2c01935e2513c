/* SPDX-License-Identifier: MIT */
/*
 * test_model merged|full|faulty [SCENARIO [TRACE]]
 *
 * Explores every interleaving of each scenario, or of the one that is named; with a trace, as a
 * failure prints it, makes just these choices and prints each step. merged: steps that no other
 * actor can notice are no choices; full: all steps are; faulty: as merged, and one call may
 * fail, in all scenarios but those with the most states, which are named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "events.h"
#include "explorer.h"
#include "kernel.h"
#include "model_calls.h"
#include "model_system.h"
#include "model_world.h"
#include "promises.h"
#include "scenarios.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Breaks of the model, each with a scenario that sees it. */
static const struct planted {
    const char *name;
    enum plant plant;
    const char *scenario, *finding;
} planted_breaks[] = {
    {"planted: fsync of a file does nothing", PLANT_FILE_FSYNC, "overwriting save",
     "after a power cut, the file of a saver is torn"},
    {"planted: fsync of a directory does nothing", PLANT_DIRECTORY_FSYNC, "overwriting save",
     "after a power cut, a save that was acknowledged is lost"},
    {"planted: random numbers repeat", PLANT_RANDOM, "two savers", "a save fails without a reason"},
    {"planted: a listing is empty", PLANT_EMPTY_LIST, "save over old leftovers, umask 0777",
     "a save leaves an old temporary file"},
    {"planted: O_EXCL is ignored", PLANT_EXCL, "save whose first name is taken",
     "the file of an earlier saver is changed"},
    {"planted: rename removes its target first", PLANT_LATE_RENAME, "two savers, a loader",
     "a load fails without a reason"},
};

enum { PLANTED = COUNT(planted_breaks) };

static struct {
    bool is_merged;
    unsigned faults;
    const char *mode;
    unsigned long long states, cut_off;
} options;

/* ---- The model, as the explorer sees it ---- */

static struct answer perform(size_t actor, const struct request *request, unsigned way)
{
    struct answer answer = {0};

    if (request->kind == CALL_END) {
        check_report(actor, request);
        world_end_actor(actor);
    } else {
        check_call(actor, request);
        answer = model_perform(actor, request, way);
    }
    world_forget();
    return answer;
}

/* Where nothing happens beside the steps, a step is private if it is about a file that has one
 * writer and is not renamed yet, or about a descriptor alone. */
static bool is_private(size_t actor, const struct request *request)
{
    static const bool kinds[CALL_KINDS] = {
        [CALL_OPEN_DIRECTORY] = true, [CALL_CLOSE] = true, [CALL_FSTAT] = true,
        [CALL_FCHMOD] = true,         [CALL_WRITE] = true,
    };

    return request->kind == CALL_GETRANDOM || request->kind == CALL_DUP_ABOVE ||
           (options.is_merged && scenario->events == 0 && scenario->kinds[actor] != NUCLEUS &&
            kinds[request->kind]);
}

static size_t count_actors(void)
{
    size_t count = 0;

    while (count < ACTORS && scenario->kinds[count] != NOBODY)
        count++;
    return count;
}

static struct exploration begin(const struct scenario *new_scenario)
{
    memset(&crash_counts, 0, sizeof crash_counts);
    max_faults = options.faults;
    world_begin(new_scenario);
    return (struct exploration){
        .actors = count_actors(),
        .world = &world,
        .world_size = sizeof world,
        .act = act,
        .count_ways = model_count_ways,
        .perform = perform,
        .is_private = is_private,
        .list_events = list_events,
        .happen = happen,
        .check_state = check_state,
        .check_end = check_end,
    };
}

static void print_move(size_t actor, const struct request *request, const struct answer *answer)
{
    static const char kinds[] = ".SLN";

    if (actor == EXPLORER_ACTORS)
        print_message("  -- %s\n", event_text((unsigned)answer->result));
    else
        print_message("  %c%zu %s\n", kinds[scenario->kinds[actor]], actor,
                      model_describe(request, answer));
}

static bool is_expected(const char *text)
{
    for (size_t i = 0; i < COUNT(scenario->expected); i++)
        if (scenario->expected[i] && strcmp(scenario->expected[i], text) == 0)
            return true;
    return false;
}

static bool is_found(const struct exploration_result *result, const char *text)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(result->findings[i].text, text) == 0)
            return true;
    return false;
}

/* Prints how it comes to a finding, and how to see that again. */
static void print_finding(const struct scenario *of, const struct finding *finding)
{
    static struct exploration_result unused;
    const struct exploration exploration = begin(of);

    print_message("%s, %llu times; a trace:\n", finding->text, finding->count);
    (void)explorer_follow(&exploration, &finding->trace, print_move, &unused);
    print_message("  again: test_model %s '%s' ", options.mode, of->name);
    for (size_t i = 0; i < finding->trace.length; i++)
        print_message("%s%u", i > 0 ? "." : "", (unsigned)finding->trace.choices[i]);
    print_message("\n");
}

/* ---- Tests ---- */

static struct exploration_result result;

static void explore_scenario(void **state)
{
    const struct scenario *of = *state;
    const struct exploration exploration = begin(of);
    struct timespec from, to;
    size_t unexpected = 0;

    plant = PLANT_NOTHING;
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    explore(&exploration, false, &result);
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    options.states += result.states;
    options.cut_off += crash_counts.cut_off;
    print_message("%llu states, %llu steps, %llu ends, %llu crash states, %.2f s%s\n",
                  result.states, result.steps, result.ends, crash_counts.images,
                  (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
                  crash_counts.cut_off > 0 ? "; not all subsets of the changes of names" : "");
    for (size_t i = 0; i < result.count; i++) {
        if (is_expected(result.findings[i].text))
            continue;
        print_finding(of, &result.findings[i]);
        unexpected++;
    }
    assert_int_equal(unexpected, 0);
    for (size_t i = 0; i < COUNT(of->expected); i++)
        if (of->expected[i] && !is_found(&result, of->expected[i]))
            fail_msg("'%s' is documented, and does not occur", of->expected[i]);
}

static const struct scenario *find_scenario(const char *name)
{
    for (size_t i = 0; i < scenarios_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    return NULL;
}

static void find_planted_break(void **state)
{
    const struct planted *planted = *state;
    const struct scenario *of = find_scenario(planted->scenario);
    struct exploration exploration;

    assert_non_null(of);
    exploration = begin(of);
    plant = planted->plant;
    explore(&exploration, false, &result);
    plant = PLANT_NOTHING;
    if (!is_found(&result, planted->finding))
        fail_msg("'%s' is not found in '%s'", planted->finding, of->name);
}

/* The steps that an actor makes alone. */
static struct alone {
    struct answer (*perform)(size_t actor, const struct request *request);
    struct request requests[200];
    struct answer answers[200];
    size_t count;
} * alone;

static struct answer record(size_t actor, const struct request *request)
{
    const struct answer answer = alone->perform(actor, request);

    assert_true(alone->count < COUNT(alone->requests));
    alone->requests[alone->count] = *request;
    alone->answers[alone->count++] = answer;
    return answer;
}

static struct answer perform_in_model(size_t actor, const struct request *request)
{
    return perform(actor, request, 0);
}

static bool is_same_step(const struct alone *a, const struct alone *b, size_t i)
{
    const uint8_t kind = a->requests[i].kind;
    struct answer one = a->answers[i], other = b->answers[i];

    if (memcmp(&a->requests[i], &b->requests[i], sizeof a->requests[i]) != 0)
        return false;
    if (kind == CALL_LSTAT || kind == CALL_FSTAT || kind == CALL_STAT) {
        /* Inode numbers differ; sizes and numbers of links are the file's own only for files. */
        one.data[0] &= UINT32_MAX;
        other.data[0] &= UINT32_MAX;
        if ((one.data[0] & S_IFMT) != S_IFREG)
            one.data[0] &= S_IFMT, other.data[0] &= S_IFMT, one.data[1] = other.data[1],
                                                            one.data[2] = other.data[2];
    }
    return memcmp(&one, &other, sizeof one) == 0;
}

/* The model and the kernel give the same calls, the same answers and the same end. */
static void compare_with_kernel(void **state)
{
    static struct alone model, kernel;
    char root[] = "/tmp/nucleus-test-XXXXXX";
    const struct exploration exploration = begin(*state);
    const int working = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_same;

    (void)exploration;
    assert_non_null(mkdtemp(root));
    assert_int_equal(chdir(root), 0);
    kernel = (struct alone){.perform = kernel_perform};
    model = (struct alone){.perform = perform_in_model};
    if (kernel_begin()) {
        const mode_t mask = umask(scenario->umask);

        alone = &kernel;
        explorer_run_alone(act, 0, record);
        (void)umask(mask);
        alone = &model;
        explorer_run_alone(act, 0, record);
        for (size_t i = 0; i < model.count || i < kernel.count; i++)
            if (!is_same_step(&model, &kernel, i)) {
                print_message("model:  %s\n",
                              model_describe(&model.requests[i], &model.answers[i]));
                fail_msg("kernel: %s", model_describe(&kernel.requests[i], &kernel.answers[i]));
            }
        is_same = kernel_is_as_world();
        assert_true(is_same);
        assert_true(model.count > 3);
    } else {
        print_message("cannot be made here\n");
    }
    kernel_end();
    assert_int_equal(fchdir(working), 0);
    (void)close(working);
    assert_int_equal(rmdir(root), 0);
}

/* ---- */

static int follow_trace(const char *name, const char *text)
{
    const struct scenario *of = find_scenario(name);
    struct exploration exploration;
    struct trace trace = {0};

    if (!of) {
        (void)fprintf(stderr, "test_model: there is no scenario '%s'\n", name);
        return 2;
    }
    for (char *end; trace.length < EXPLORER_DEPTH; text = end + 1) {
        trace.choices[trace.length++] = (uint8_t)strtoul(text, &end, 10);
        if (*end != '.')
            break;
    }
    exploration = begin(of);
    if (!explorer_follow(&exploration, &trace, print_move, &result))
        print_message("there is no such trace\n");
    for (size_t i = 0; i < result.count; i++)
        print_message("%s\n", result.findings[i].text);
    return result.count > 0;
}

static void add_test(struct CMUnitTest *tests, size_t *count, const char *name,
                     CMUnitTestFunction test, const void *row)
{
    tests[(*count)++] = (struct CMUnitTest){
        .name = name, .test_func = test, .initial_state = (void *)(uintptr_t)row};
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[2 * MAX_SCENARIOS + PLANTED];
    static char names[MAX_SCENARIOS][100];
    size_t count = 0;
    bool is_quick;
    int failed;

    options.mode = argc > 1 ? argv[1] : "merged";
    options.faults = strcmp(options.mode, "faulty") == 0;
    options.is_merged = strcmp(options.mode, "full") != 0;
    is_quick = options.is_merged && options.faults == 0;
    if (argc > 3)
        return follow_trace(argv[2], argv[3]);
    for (size_t i = 0; i < scenarios_count; i++) {
        if (argc > 2 && strcmp(argv[2], scenarios[i].name) != 0)
            continue;
        if (scenarios[i].is_large && options.faults > 0) {
            print_message("not explored with faults: %s\n", scenarios[i].name);
            continue;
        }
        add_test(tests, &count, scenarios[i].name, explore_scenario, &scenarios[i]);
        (void)snprintf(names[i], sizeof names[i], "the kernel agrees: %s", scenarios[i].name);
        if (is_quick && scenarios[i].kinds[1] == NOBODY && scenarios[i].events == 0)
            add_test(tests, &count, names[i], compare_with_kernel, &scenarios[i]);
    }
    for (size_t i = 0; i < PLANTED && is_quick && argc < 3; i++)
        add_test(tests, &count, planted_breaks[i].name, find_planted_break, &planted_breaks[i]);
    failed = _cmocka_run_group_tests("model", tests, count, NULL, NULL);
    print_message(
        "%llu states in all; at most %u fault(s); %llu states whose changes of names were "
        "too many for all subsets\n",
        options.states, options.faults, options.cut_off);
    return failed;
}
