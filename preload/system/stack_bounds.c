/*
 * system/stack_bounds.c - find the mapping of a stack.
 *
 * pthread_getattr_np() would know a thread's stack, but deadlocks when it is called from inside
 * the allocator, and does not know the stacks of coroutines and signals.
 */
#include "system/stack_bounds.h"

#include "system/maps_scan.h"

#include <string.h>

#define MAIN_STACK_MAX_BYTES (UINT64_C(1) << 30)

extern void *__libc_stack_end; /* set by ld.so: where the main thread's stack begins */

bool stack_begins_at(uintptr_t sp)
{
	/* The start code may have aligned the stack pointer. */
	return (uintptr_t)__libc_stack_end - sp < 16;
}

/* Finds the mapping that contains `address`, and the one before it. */
struct search {
	uintptr_t address;
	struct maps_mapping found, before;
	bool is_found;
};

static bool mapping_visit(void *context, const struct maps_mapping *mapping)
{
	struct search *search = context;

	if (mapping->start <= search->address && search->address < mapping->end) {
		search->found = *mapping;
		search->is_found = mapping->writable;
		return false;
	}
	search->before = *mapping;
	return true;
}

/* False: there is no mapping, or it is not writable. */
static bool mapping_search(struct search *search)
{
	char buffer[2048];

	return maps_scan(buffer, sizeof(buffer), mapping_visit, search) && search->is_found;
}

static bool mapping_is_main(const struct maps_mapping *mapping)
{
	return memcmp(mapping->tail + 1, "[stack]", 7) == 0;
}

bool stack_bounds_find(uintptr_t address, struct stack_bounds *bounds)
{
	struct search search = { .address = address };

	if (!mapping_search(&search))
		return false;
	bounds->low = search.found.start;
	bounds->high = search.found.end;
	if (mapping_is_main(&search.found)) {
		uintptr_t low = bounds->high > MAIN_STACK_MAX_BYTES
		                    ? bounds->high - MAIN_STACK_MAX_BYTES
		                    : 0;

		bounds->low = low > search.before.end ? low : search.before.end;
	}
	return true;
}

bool stack_mapping_find(uintptr_t address, struct stack_mapping *mapping)
{
	struct search search = { .address = address };
	const struct maps_mapping *found = &search.found, *before = &search.before;

	if (!mapping_search(&search))
		return false;
	*mapping = (struct stack_mapping){ found->start, found->end, found->start,
		                               mapping_is_main(found) };
	if (before->end == mapping->low && !before->readable && !before->writable &&
	    !before->executable)
		mapping->guard_low = before->start;
	return true;
}
