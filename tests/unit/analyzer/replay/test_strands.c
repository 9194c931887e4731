/* test_strands.c - a goroutine keeps its frames from thread to thread; those of C end. */
#include "replay/strands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEVELS 16

/* The frames of a strand, as the replay would keep them. */
static void change_apply(struct thread *strand, const struct strand_change *change)
{
	uint32_t keep = strand->level_count - change->event.popped, i;

	if (!strand->levels) {
		strand->levels = calloc(LEVELS, sizeof(*strand->levels));
		strand->level_capacity = LEVELS;
	}
	assert_non_null(strand->levels);
	assert_true(change->event.popped <= strand->level_count);
	for (i = 0; i < change->event.pushed; i++)
		strand->levels[keep + i].location = change->locations[i];
	strand->level_count = keep + change->event.pushed;
}

static void goes_on(struct thread_table *table, struct thread *thread, uint64_t number,
                    uint32_t frames)
{
	struct stack_record record = { .kind = CONTROL_GOROUTINE };

	record.goroutine.number = number;
	record.goroutine.frames = frames;
	assert_int_equal(strand_set(table, thread, &record), 0);
}

/* An event of a thread: pops and pushes frames of its stack. */
static struct strand_change event_of(struct thread *thread, uint32_t popped,
                                     const uint32_t *locations, uint32_t pushed)
{
	struct event event = { .op = OP_MALLOC, .popped = popped, .pushed = pushed };
	struct strand_change change;

	assert_int_equal(strand_follow(thread, &event, locations, &change), 0);
	change_apply(thread->strand, &change);
	return change;
}

static void frames_go_from_thread_to_thread(void **state)
{
	/* three frames of Go, then C */
	static const uint32_t one[] = { 10, 11, 12, 50, 51 }, two[] = { 10, 11, 13, 60 };
	struct thread_table table = { .count = 0 };
	struct thread *first = thread_table_add(&table, 1);
	struct thread *second = thread_table_add(&table, 2), *goroutine;
	struct strand_change change;

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	goes_on(&table, first, 7, 3);
	goroutine = first->strand;
	assert_ptr_not_equal(goroutine, first);
	change = event_of(first, 0, one, 5);
	assert_int_equal(change.event.pushed, 5);
	assert_int_equal(goroutine->level_count, 5);
	/* it leaves the thread, which runs another one meanwhile */
	goes_on(&table, first, 8, 1);
	change = event_of(first, 5, two, 1);
	assert_int_equal(first->strand->level_count, 1);
	assert_int_equal(goroutine->level_count, 5);
	/* and goes on in the second: two frames of Go are as they were, compared, not proven */
	goes_on(&table, second, 7, 3);
	assert_ptr_equal(second->strand, goroutine);
	change = event_of(second, 0, two, 4);
	assert_int_equal(change.event.popped, 3);
	assert_int_equal(change.event.pushed, 2);
	assert_true(change.event.compared);
	assert_int_equal(goroutine->level_count, 4);
	assert_int_equal(goroutine->levels[2].location, 13);
	assert_int_equal(thread_table_threads(&table), 2);
	/* the thread's own events are its own again */
	goes_on(&table, second, 0, 0);
	assert_ptr_equal(second->strand, second);
	thread_table_release(&table);
}

/* Equal frames of C are no proof: the calls into C have ended in between. */
static void frames_of_c_are_not_the_same_in_another_thread(void **state)
{
	static const uint32_t stack[] = { 10, 50, 51 };
	struct thread_table table = { .count = 0 };
	struct thread *first = thread_table_add(&table, 1);
	struct thread *second = thread_table_add(&table, 2);
	struct strand_change change;

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	goes_on(&table, first, 7, 1);
	event_of(first, 0, stack, 3);
	goes_on(&table, first, 0, 0);
	goes_on(&table, second, 7, 1);
	change = event_of(second, 0, stack, 3);
	assert_int_equal(change.event.popped, 2);
	assert_int_equal(change.event.pushed, 2);
	thread_table_release(&table);
}

static struct strand_change gap_event(struct thread *thread, uint32_t popped,
                                      const uint32_t *locations, uint32_t pushed,
                                      uint32_t gap)
{
	struct event event = {
		.op = OP_MALLOC, .popped = popped, .pushed = pushed, .gap = gap
	};
	struct strand_change change;

	assert_int_equal(strand_follow(thread, &event, locations, &change), 0);
	change_apply(thread->strand, &change);
	return change;
}

/* C has called a goroutine back, which waits while the scheduler runs: no call has ended. */
static void what_waits_beneath_the_scheduler_goes_on(void **state)
{
	/* Go, C, Go again, C; the scheduler's own; and what the goroutine calls then */
	static const uint32_t stack[] = { 10, 50, 11, 51 }, own[] = { 80, 81 },
						  next[] = { 12, 52 };
	struct thread_table table = { .count = 0 };
	struct thread *thread = thread_table_add(&table, 1), *goroutine;
	struct strand_change change;

	(void)state;
	assert_non_null(thread);
	goes_on(&table, thread, 7, 1);
	goroutine = thread->strand;
	event_of(thread, 0, stack, 4);
	goes_on(&table, thread, GOROUTINE_SCHEDULER | 1, 0);
	change = gap_event(thread, 0, own, 2, 5);
	assert_int_equal(thread->strand->level_count, 2);
	assert_int_equal(thread->strand->levels[0].location, 80);
	assert_int_equal(change.event.gap, 0);
	/* its next event follows the one before, in its own frames */
	change = event_of(thread, 1, own, 1);
	assert_int_equal(change.event.popped, 1);
	assert_false(change.event.is_plain);
	goes_on(&table, thread, 7, 1);
	change = event_of(thread, 3, next, 2);
	assert_ptr_equal(thread->strand, goroutine);
	assert_int_equal(change.event.popped, 1);
	assert_int_equal(change.event.pushed, 2);
	assert_false(change.event.is_plain);
	assert_int_equal(goroutine->level_count, 5);
	assert_int_equal(goroutine->levels[4].location, 52);
	thread_table_release(&table);
}

/* The goroutine has gone on elsewhere: what the thread kept of it is no longer so. */
static void what_has_gone_on_elsewhere_did_not_wait(void **state)
{
	static const uint32_t stack[] = { 10, 50, 51 }, own[] = { 80 };
	struct thread_table table = { .count = 0 };
	struct thread *first = thread_table_add(&table, 1);
	struct thread *second = thread_table_add(&table, 2);
	struct strand_change change;

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	goes_on(&table, first, 7, 1);
	event_of(first, 0, stack, 3);
	goes_on(&table, first, GOROUTINE_SCHEDULER | 1, 0);
	gap_event(first, 0, own, 1, 4);
	goes_on(&table, second, 7, 1);
	event_of(second, 0, stack, 3);
	goes_on(&table, second, 0, 0);
	goes_on(&table, first, 7, 1);
	change = event_of(first, 1, own, 1);
	assert_true(change.event.is_plain);
	assert_true(change.event.compared);
	assert_int_equal(change.event.popped, 2);
	thread_table_release(&table);
}

static void goroutine_begins(struct thread_table *table, struct thread *thread,
                             uint64_t number, uint32_t start)
{
	struct stack_record record = { .kind = CONTROL_GOROUTINE };

	record.goroutine.number = number;
	record.goroutine.start_location = start;
	assert_int_equal(strand_set(table, thread, &record), 0);
}

/* Strands are used again only for goroutines with the same start, whose figures are added up. */
static void a_strand_is_of_one_start(void **state)
{
	struct thread_table table = { .count = 0 };
	struct thread *thread = thread_table_add(&table, 1);
	struct thread *workers;

	(void)state;
	assert_non_null(thread);
	goroutine_begins(&table, thread, 7, 3);
	workers = thread->strand;
	/* the same list as the first */
	goroutine_begins(&table, thread, 8, 3 + IDLE_LISTS);
	assert_ptr_not_equal(thread->strand, workers);
	goroutine_begins(&table, thread, 9, 3);
	assert_ptr_equal(thread->strand, workers);
	assert_int_equal(workers->goroutines, 2);
	goroutine_begins(&table, thread, GOROUTINE_SCHEDULER | 1, 0);
	assert_int_equal(thread->strand->start, STRAND_NO_START);
	thread_table_release(&table);
}

/* A damaged trace may pop more frames than there are, or name more of Go than there are. */
static void what_does_not_fit_is_survived(void **state)
{
	static const uint32_t stack[] = { 10, 11 };
	struct thread_table table = { .count = 0 };
	struct thread *thread = thread_table_add(&table, 1);
	struct strand_change change;

	(void)state;
	assert_non_null(thread);
	goes_on(&table, thread, 7, UINT32_MAX);
	event_of(thread, 0, stack, 2);
	change = event_of(thread, 1000, stack, 2);
	assert_true(change.event.popped <= 2);
	assert_int_equal(thread->strand->level_count, 2);
	goes_on(&table, thread, 8, UINT32_MAX);
	event_of(thread, 2, stack, 1);
	assert_int_equal(thread->strand->level_count, 1);
	thread_table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_from_thread_to_thread),
		cmocka_unit_test(frames_of_c_are_not_the_same_in_another_thread),
		cmocka_unit_test(what_waits_beneath_the_scheduler_goes_on),
		cmocka_unit_test(what_has_gone_on_elsewhere_did_not_wait),
		cmocka_unit_test(a_strand_is_of_one_start),
		cmocka_unit_test(what_does_not_fit_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
