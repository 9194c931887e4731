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
		cmocka_unit_test(what_does_not_fit_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
