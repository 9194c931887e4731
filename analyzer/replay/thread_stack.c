/* replay/thread_stack.c - a thread as its events show it. */
#include "replay/thread_stack.h"

#include "base/array.h"

#include <stdlib.h>

int thread_stack_reserve(struct thread *thread, uint32_t depth)
{
	return array_reserve(thread->stack, thread->stack_capacity, depth);
}

bool thread_stack_is_same(const struct thread *thread, const uint32_t *locations,
                          uint32_t count)
{
	uint32_t i;

	if (thread->depth != count)
		return false;
	for (i = 0; i < count; i++) {
		if (thread->stack[i].location != locations[i])
			return false;
	}
	return true;
}

void thread_stack_cut(struct thread *thread, uint32_t index)
{
	struct frame *frame;
	uint64_t path;
	uint32_t i;

	if (index >= thread->depth || thread->stack[index].is_cut)
		return;
	thread->stack[index].is_cut = true;
	path = index ? thread->stack[index - 1].path : CALL_PATH_ROOT;
	for (i = index; i < thread->depth; i++) {
		frame = &thread->stack[i];
		path = frame->is_cut ? call_path_cut(path, frame->location)
		                     : call_path(path, frame->location);
		frame->path = path;
		frame->node = CALL_NODE_NONE;
	}
}
