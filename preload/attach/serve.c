/*
 * attach/serve.c - the service thread of a process that was attached to. It begins a recording,
 * follows the objects that the program opens, and ends the recording when the ring says so.
 */
#include <link.h>
#include <linux/futex.h>

#include "attach/words.h"
#include "event/lifecycle.h"
#include "modules/loaded_objects.h"
#include "modules/map.h"
#include "modules/real.h"
#include "ring/ring.h"
#include "stack/thread_survey.h"
#include "system/control.h"
#include "system/settings.h"
#include "system/system.h"

#define TURN_NS UINT64_C(2000000) /* between two checks of the list of objects */
#define TURNS_MAX_SHARE 20 /* such a check takes at most one part in this of the time */
#define AGAIN_FIRST_NS UINT64_C(10000000) /* lazy binding was under way: patch again */
#define AGAIN_LAST_NS UINT64_C(1000000000)
#define QUIET_TURN_NS UINT64_C(1000000)
#define QUIET_LATE_NS UINT64_C(100000000)

void *outlive_serve(struct attach_request *request)
	__attribute__((visibility("default")));

static void counts_show(void)
{
	outlive_control.words = words_counts.patched;
	outlive_control.foreign = words_counts.foreign;
	outlive_control.denied = words_counts.denied;
	outlive_control.lost = words_counts.lost;
	outlive_control.put_back = words_counts.put_back;
}

/* ---- the beginning ---------------------------------------------------------------- */

struct beginning {
	const struct settings *settings;
	bool has_begun;
};

/* While this runs, no object can be unloaded. */
static int begin(struct dl_phdr_info *info, size_t size_bytes, void *argument)
{
	struct beginning *beginning = argument;

	(void)info;
	(void)size_bytes;
	beginning->has_begun = lifecycle_begin(beginning->settings);
	return 1;
}

static enum attach_failure start(const struct attach_request *request, bool *has_begun)
{
	struct settings settings;
	struct beginning beginning = { &settings, false };

	if (!loaded_is_late())
		return ATTACH_NOT_LATE;
	if (!settings_take(&settings, request))
		return ATTACH_WRONG_REQUEST;
	dl_iterate_phdr(begin, &beginning);
	*has_begun = beginning.has_begun;
	if (!*has_begun)
		return ATTACH_NO_RING;
	outlive_control.session = recorder.session;
	if (words_patch() && words_counts.patched)
		return ATTACH_NO_FAILURE;
	return words_counts.patched ? ATTACH_NO_ROOM : ATTACH_NO_WORDS;
}

/* ---- while it records ------------------------------------------------------------- */

/* Sleep, but not beyond a change of the wish. */
static void wish_wait(uint64_t duration_ns)
{
	const struct timespec time = { .tv_sec = (time_t)(duration_ns / 1000000000),
		                           .tv_nsec = (long)(duration_ns % 1000000000) };

	system_call(SYS_futex, (long)&ring.header->wish, FUTEX_WAIT, WISH_NONE, (long)&time,
	            0, 0);
}

static bool is_wanted(void)
{
	return *(volatile const uint32_t *)&ring.header->wish == WISH_NONE &&
	       recorder.is_recording;
}

static void follow(void)
{
	uint64_t begun_ns = system_time_ns(CLOCK_MONOTONIC), again_ns = AGAIN_FIRST_NS;
	uint64_t turn_ns = TURN_NS;

	while (is_wanted()) {
		uint64_t now_ns;
		bool is_due;

		wish_wait(turn_ns);
		now_ns = system_time_ns(CLOCK_MONOTONIC);
		is_due = now_ns - begun_ns >= again_ns;
		if (is_due)
			again_ns = again_ns < AGAIN_LAST_NS ? again_ns * 10 : UINT64_MAX;
		if (words_follow(is_due))
			counts_show();
		turn_ns = (system_time_ns(CLOCK_MONOTONIC) - now_ns) * TURNS_MAX_SHARE;
		turn_ns = turn_ns > TURN_NS ? turn_ns : TURN_NS;
	}
}

/* ---- the end ---------------------------------------------------------------------- */

static void end(void)
{
	uint32_t steps = WISH_STEPS(*(volatile const uint32_t *)&ring.header->wish);
	uint64_t waited_ns = 0;

	control_set_state(ATTACH_ENDING);
	/* First: while words are put back one by one, no stub may come into a frame any more. */
	lifecycle_halt();
	words_restore();
	counts_show();
	while ((outlive_control.inside = lifecycle_inside()) != 0 &&
	       waited_ns < QUIET_LATE_NS) {
		system_sleep_ns(QUIET_TURN_NS);
		waited_ns += QUIET_TURN_NS;
	}
	/* Stubs that stand are harmless. Whoever asked wants to know whether any are left. */
	while ((outlive_control.standing = thread_survey_standing()) != 0 && steps--)
		system_sleep_ns((long)WISH_STEP_NS);
	lifecycle_end();
	/* A thread may wait in a hook for long, as in read(). Until it has left, no other begins. */
	while ((outlive_control.inside = lifecycle_inside()) != 0)
		system_sleep_ns(QUIET_LATE_NS);
}

/* Of two requests at a time, one is served. */
static bool begin_alone(struct attach_request *request)
{
	uint32_t inert = ATTACH_INERT;
	bool is_first = atomic_compare_exchange_strong(
		(_Atomic uint32_t *)&outlive_control.state, &inert, ATTACH_STARTING);

	if (is_first)
		outlive_control.failure = ATTACH_NO_FAILURE;
	atomic_store_explicit((_Atomic uint32_t *)&request->answer,
	                      is_first ? ATTACH_SERVED : ATTACH_BUSY, memory_order_release);
	return is_first;
}

/*
 * The thread stays in here as long as the process is recorded. It was created with all signals
 * blocked, and calls no allocator. Its guard is held all the time: a hook that it reaches records
 * nothing.
 */
void *outlive_serve(struct attach_request *request)
{
	static const char name[] = "outlive";
	bool has_begun = false;

	guard_take((uintptr_t)__builtin_frame_address(0));
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	if (!begin_alone(request))
		return NULL;
	system_call(SYS_prctl, PR_SET_NAME, (long)name, 0, 0, 0, 0);
	outlive_control.pid = system_pid();
	outlive_control.mapping = request->mapping;
	outlive_control.mapping_bytes = request->mapping_bytes;
	outlive_control.failure = start(request, &has_begun);
	counts_show();
	if (outlive_control.failure == ATTACH_NO_FAILURE) {
		control_set_state(ATTACH_RECORDING);
		follow();
	}
	if (has_begun)
		end();
	control_set_state(ATTACH_INERT);
	return NULL;
}
