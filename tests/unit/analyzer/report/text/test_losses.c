/* test_losses.c - what was lost, mostly why, and what helps. */
#include "report/text/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char text[LOSS_TEXT_BYTES];

static const char *shown(const uint64_t *lost, uint64_t events)
{
	return loss_text(text, sizeof(text), lost, events, "/dev/shm/outlive.1.abcd");
}

static void what_loses_no_event_is_not_reported(void **state)
{
	uint64_t lost[LOST_CAUSES_MAX] = { 0 };

	(void)state;
	assert_string_equal(shown(lost, 100), "");
	lost[LOST_DEFINITIONS] = lost[LOST_STACKS_CUT] = lost[LOST_STUBS] = 7;
	assert_string_equal(shown(lost, 100), "");
}

static void processes_are_reported_of(void **state)
{
	uint64_t lost[LOST_CAUSES_MAX] = { [LOST_CHILDREN] = 1 };

	(void)state;
	assert_string_equal(shown(lost, 100),
	                    "; 1 process was not recorded, nor perhaps what it started");
	lost[LOST_CHILDREN] = 1200;
	lost[LOST_TOO_BIG] = 1;
	assert_string_equal(
		shown(lost, 1),
		"; 1 more was lost (50.0% of all): a stack too deep for a chunk; "
		"1,200 processes were not recorded, nor perhaps what they started");
}

static void both_ways_to_fill_a_ring_are_named(void **state)
{
	uint64_t lost[LOST_CAUSES_MAX] = { [LOST_RING_FULL] = 608112 };

	(void)state;
	assert_string_equal(
		shown(lost, 8598),
		"; 608,112 more were lost (98.6% of all): the ring was full (a bigger --ring "
		"helps), or its memory; each live thread holds 64 KiB of the ring, whose "
		"memory is that of /dev/shm");
	loss_text(text, sizeof(text), lost, 0, "/outlive.1.abcd");
	assert_string_equal(strstr(text, "memory is that of"), "memory is that of /");
	loss_text(text, sizeof(text), lost, 0, "/a\033[31mb/outlive.1.abcd");
	assert_string_equal(strstr(text, "memory is that of"),
	                    "memory is that of /a?[31mb");
}

static void the_main_cause_is_reported(void **state)
{
	uint64_t lost[LOST_CAUSES_MAX] = { [LOST_NESTED] = 1 };

	(void)state;
	assert_string_equal(shown(lost, 1),
	                    "; 1 more was lost (50.0% of all): in signal handlers that "
	                    "interrupted the allocator, or in calls that cannot be "
	                    "distinguished from these");
	lost[LOST_OVERWRITTEN] = 8;
	assert_string_equal(
		shown(lost, 1),
		"; 9 more were lost (90.0% of all), most of them: overwritten by "
		"later ones (flight recorder); a bigger --ring keeps more");
	lost[LOST_CAUSES_MAX - 1] = 90;
	assert_non_null(strstr(shown(lost, 1), "for a reason that a newer outlive knows"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_loses_no_event_is_not_reported),
		cmocka_unit_test(processes_are_reported_of),
		cmocka_unit_test(both_ways_to_fill_a_ring_are_named),
		cmocka_unit_test(the_main_cause_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
