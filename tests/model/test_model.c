/* SPDX-License-Identifier: MIT */
/*
 * test_model merged|full|faulty [SCENARIO [TRACE]]
 *
 * Explores every interleaving of each scenario, or of SCENARIO. With TRACE, which a failure prints,
 * makes only these choices and prints each step.
 *
 * merged: steps that no other actor can observe are not choices; a single actor is compared with
 *         the kernel
 * full:   all steps are choices, except the generation of a name and the move of a descriptor
 * faulty: like merged, but one call may fail; skips and lists the scenarios with the most states
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "explorer.h"
#include "kernel.h"
#include "model_calls.h"
#include "model_world.h"
#include "support.h"

static const char *mode = "merged";
static struct exploration total; /* without the findings */

static bool is_expected(const char *text)
{
    for (size_t i = 0; i < COUNT(scenario->expected); i++)
        if (scenario->expected[i] && strcmp(scenario->expected[i], text) == 0)
            return true;
    return false;
}

/* Prints a finding, its trace, and the command that repeats the trace. */
static void print_finding(const struct finding *finding)
{
    print_message("%s, after this trace:\n", finding->text);
    world_begin(scenario);
    explore(finding->trace);
    print_message("  again: test_model %s '%s' %s\n", mode, scenario->name, finding->trace);
}

/* Fails the test unless the findings are the expected ones. Errors that are planted in the model
 * may cause additional findings. */
static void check_findings(const struct exploration *found)
{
    size_t missing = 0, unexpected = 0;

    while (missing < COUNT(scenario->expected) && scenario->expected[missing])
        missing++;
    for (size_t i = 0; i < found->count; i++) {
        if (is_expected(found->findings[i].text)) {
            missing--;
        } else if (scenario->planted == PLANTED_NOTHING) {
            print_finding(&found->findings[i]);
            unexpected++;
        }
    }
    assert_int_equal(unexpected, 0);
    if (missing > 0)
        fail_msg("%zu expected findings were not reported", missing);
}

static void explore_scenario(void **state)
{
    static struct exploration found;

    world_begin(*state);
    explore(NULL);
    found = explored;
    print_message("%llu states, %llu steps, %llu crash states\n", found.states, found.steps,
                  found.crash_states);
    total.states += found.states;
    total.steps += found.steps;
    total.crash_states += found.crash_states;
    check_findings(&found);
    if (is_merged && max_faults == 0 && scenario->actors[1] == '\0' && scenario->events == 0 &&
        scenario->planted == PLANTED_NOTHING) {
        world_begin(scenario);
        compare_with_kernel();
    }
}

/* Follows the trace and prints its findings. Returns the exit status, 1 if there are any. */
static int follow(const struct scenario *new_scenario, const char *trace)
{
    world_begin(new_scenario);
    explore(trace);
    for (size_t i = 0; i < explored.count; i++)
        print_message("%s\n", explored.findings[i].text);
    return explored.count > 0;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[100];
    size_t count = 0;
    int failed;

    assert(scenarios_count <= COUNT(tests));
    if (argc > 1)
        mode = argv[1];
    max_faults = strcmp(mode, "faulty") == 0;
    is_merged = max_faults > 0 || strcmp(mode, "merged") == 0;
    if (argc > 4 || (!is_merged && strcmp(mode, "full") != 0)) {
        (void)fputs("usage: test_model merged|full|faulty [SCENARIO [TRACE]]\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < scenarios_count; i++) {
        const struct scenario *of = &scenarios[i];

        if (argc > 2 && strcmp(argv[2], of->name) != 0)
            continue;
        if (argc > 3)
            return follow(of, argv[3]);
        if (of->planted != PLANTED_NOTHING && strcmp(mode, "merged") != 0)
            continue;
        if (of->is_large && max_faults > 0)
            print_message("not explored with faults: %s\n", of->name);
        else
            tests[count++] = (struct CMUnitTest){.name = of->name,
                                                 .test_func = explore_scenario,
                                                 .initial_state = (void *)(uintptr_t)of};
    }
    if (count == 0) {
        (void)fprintf(stderr, "test_model: unknown scenario '%s'\n", argc > 2 ? argv[2] : "");
        return 2;
    }
    print_message("at most %u fault(s)\n", max_faults);
    failed = _cmocka_run_group_tests("model", tests, count, NULL, NULL);
    print_message("%llu states, %llu steps, %llu crash states, %.1f seconds of processor time\n",
                  total.states, total.steps, total.crash_states, (double)clock() / CLOCKS_PER_SEC);
    return failed;
}
