/*
 * hooks/backtrace.c - the hooks of backtrace() and _Unwind_Backtrace(). A program that reads
 * its own stack gets the frames that it would get without the recorder.
 *
 * An unwinder reports a return stub as a frame of its own. These hooks leave out those frames,
 * and the hook's own, which comes first.
 */
#include "hooks/hook.h"
#include "event/lifecycle.h"
#include "stack/late_function.h"

struct _Unwind_Context;
typedef int visit_function(struct _Unwind_Context *, void *);

struct visit {
	visit_function *function;
	void *argument;
	uintptr_t (*get_ip)(struct _Unwind_Context *);
	bool has_begun; /* the hook's own frame has been passed */
};

static int visit_frame(struct _Unwind_Context *context, void *argument)
{
	struct visit *visit = argument;

	if (stub_is(visit->get_ip(context)))
		return 0; /* _URC_NO_REASON: continue with the next frame */
	if (!visit->has_begun) {
		visit->has_begun = true;
		return 0;
	}
	return visit->function(context, visit->argument);
}

int hook__Unwind_Backtrace(visit_function *function, void *argument)
{
	struct walk_start caller = CALLER();
	struct visit visit = { .function = function, .argument = argument };
	int (*walk)(visit_function *, void *) = late_function(LATE__Unwind_Backtrace,
	                                                      caller.return_address);
	int result;

	visit.get_ip = (uintptr_t(*)(struct _Unwind_Context *))late_function(
		LATE__Unwind_GetIP, caller.return_address);
	result = walk(visit_frame, &visit);
	/* Not a tail call: visit_frame() skips the frame of this function. */
	__asm__ volatile("" ::: "memory");
	return result;
}
EXPORT(_Unwind_Backtrace);

/*
 * Entries of `found`. Each frame may bring a stub with it, and the hook's own frame is one
 * more.
 */
#define ADDRESSES_AT_HAND 256
#define ADDRESSES_MAX (1 << 21)

static int addresses_filter(void **addresses, int count, void *const *found,
                            int found_count)
{
	int kept = -1; /* the hook's own frame comes first */

	for (int i = 0; i < found_count && kept < count; i++) {
		if (stub_is((uintptr_t)found[i]))
			continue;
		if (kept >= 0)
			addresses[kept] = found[i];
		kept++;
	}
	return kept < 0 ? 0 : kept;
}

int hook_backtrace(void **addresses, int count)
{
	struct walk_start caller = CALLER();
	int (*function)(void **, int) = late_function(LATE_backtrace,
	                                              caller.return_address);
	void *at_hand[ADDRESSES_AT_HAND], **found = at_hand;
	int room = count > ADDRESSES_MAX / 2 - 2 ? ADDRESSES_MAX : 2 * count + 3, kept;

	if (count <= 0)
		return function(addresses, count);
	if (room > ADDRESSES_AT_HAND)
		found = system_map((size_t)room * sizeof(*found), -1);
	if (!found) { /* out of memory: fewer frames */
		found = at_hand;
		room = ADDRESSES_AT_HAND;
	}
	kept = addresses_filter(addresses, count, found, function(found, room));
	if (found != at_hand)
		system_unmap(found, (size_t)room * sizeof(*found));
	return kept;
}
EXPORT(backtrace);
