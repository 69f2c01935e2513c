/* SPDX-License-Identifier: MIT */
/* A thread is cancelled before a call of the library, or at any of its system calls. The call is
 * carried through, and then the thread ends: no descriptor and no temporary file is left. */
#include "support.h"

#include <pthread.h>
#include <string.h>

#include "system_calls.h"

static const struct action {
    const char *name;
    act_on_files *act;
    size_t calls; /* at least */
} actions[] = {
    {"save", save_new, 10}, {"load", load_sample, 5}, {"from_state", capture_limits, 20}};

static struct {
    const char *dir;
    const struct action *action;
    size_t nth;   /* call at which the thread is cancelled; 0: before all of them */
    size_t calls; /* that were made */
    enum nucleus_status status;
    int cancellation; /* as the library leaves it */
    bool is_over;     /* the library came to its end ... */
    bool is_alive;    /* ... and the thread lived on after it had looked */
} run;

static void cancel_in_time(struct call *call)
{
    (void)call;
    if (++run.calls == run.nth)
        (void)pthread_cancel(pthread_self());
}

static void *work(void *before)
{
    int ignored;

    (void)pthread_setcancelstate(*(int *)before, &ignored);
    if (run.nth == 0)
        (void)pthread_cancel(pthread_self());
    run.status = run.action->act(run.dir, NULL);
    run.is_over = true;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &run.cancellation);
    pthread_testcancel();
    run.is_alive = true;
    return NULL;
}

/* Returns false if there was no nth call. */
static bool cancel_at(const struct action *action, const char *dir, size_t nth, int before)
{
    size_t descriptors = count_descriptors();
    pthread_t thread;

    memset(&run, 0, sizeof run);
    run.dir = dir;
    run.action = action;
    run.nth = nth;
    watch_calls(cancel_in_time, NULL);
    assert_int_equal(pthread_create(&thread, NULL, work, &before), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    if (unwatch_calls().misuse || !run.is_over || run.status != NUCLEUS_OK)
        fail_msg("%s, cancelled at call %zu, is not carried through", action->name, nth);
    assert_int_equal(run.cancellation, before);
    assert_int_equal(run.is_alive, run.calls < nth);
    assert_int_equal(count_descriptors(), descriptors);
    assert_int_equal(count_names(dir), 1);
    return run.calls >= nth;
}

static void a_call_is_carried_through_when_its_thread_is_cancelled(void **state)
{
    assert_int_equal(save_sample("old", *state, NULL), NUCLEUS_OK);
    for (size_t i = 0; i < COUNT(actions); i++) {
        size_t nth = 0;

        while (cancel_at(&actions[i], *state, nth, PTHREAD_CANCEL_ENABLE))
            nth++;
        assert_true(nth > actions[i].calls);
        (void)cancel_at(&actions[i], *state, 1, PTHREAD_CANCEL_DISABLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_is_carried_through_when_its_thread_is_cancelled,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
