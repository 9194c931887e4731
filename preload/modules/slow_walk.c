/*
 * modules/slow_walk.c - calls the _Unwind_Backtrace() of a libgcc that is linked in statically.
 *
 * Static and hidden, because a shared unwinder would replace the program's. Not libunwind,
 * because no distribution's libunwind.a can be linked into a shared object, and because it
 * takes the loader's lock on a cache miss.
 */
#include "modules/slow_walk.h"

#include <errno.h>
#include <unwind.h>

#include "arch.h"

#define INNER_FRAMES_MAX 4096 /* from here to the point; give up beyond that */

/*
 * libgcc's functions under other names, as this library exports hooks of them. Missing in
 * tests.
 */
extern _Unwind_Word libgcc_GetCFA(struct _Unwind_Context *) __attribute__((weak));
extern _Unwind_Reason_Code libgcc_Backtrace(_Unwind_Trace_Fn, void *)
	__attribute__((weak));

static uintptr_t frame_sp(struct _Unwind_Context *frame)
{
	/* The "CFA" of a frame in a backtrace is its stack pointer. A stub's may be one more. */
	uintptr_t cfa = libgcc_GetCFA ? libgcc_GetCFA(frame) : _Unwind_GetCFA(frame);

	return cfa & ~(uintptr_t)7;
}

struct search {
	const struct walk_point *from;
	slow_walk_visit *visit;
	void *context;
	bool found;
	int frames;
};

static _Unwind_Reason_Code frame_seen(struct _Unwind_Context *frame, void *argument)
{
	struct search *search = argument;
	int interrupted = 0;
	struct walk_point point = {
		.ip = _Unwind_GetIPInfo(frame, &interrupted),
		.sp = frame_sp(frame),
		.fp = _Unwind_GetGR(frame, ARCH_DWARF_FP),
	};

	if (!search->found) {
		search->found = point.ip == search->from->ip && point.sp == search->from->sp;
		return ++search->frames < INNER_FRAMES_MAX ? _URC_NO_REASON : _URC_END_OF_STACK;
	}
	return search->visit(search->context, &point, interrupted != 0) ? _URC_NO_REASON
	                                                                : _URC_END_OF_STACK;
}

void slow_walk(const struct walk_point *from, slow_walk_visit *visit, void *context)
{
	struct search search = { .from = from, .visit = visit, .context = context };
	int saved_errno = errno;

	(libgcc_Backtrace ? libgcc_Backtrace : _Unwind_Backtrace)(frame_seen, &search);
	errno = saved_errno;
}
