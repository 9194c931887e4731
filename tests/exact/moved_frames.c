/*
 * moved_frames.c - frames that are copied to another part of the same stack and run there,
 * stubs and all, under other callers (clone.S). A stub that is met where it was not put
 * proves nothing about what lies further out: the walk must go on, and so the new callers
 * get theirs.
 *
 * guards: a stub is met only where it was put
 * build: gcc -O2 clone.S
 * build: gcc -O0 clone.S
 * build: clang -O2 clone.S
 */
#include "exact.h"

typedef void clone_function(void (*event)(void), void **clone);
extern clone_function clone_make, clone_run;

static void *clone[9];
static int events;

NOINLINE static void event(void)
{
	allocate_here();
	events++;
}

/* No event of its own before it asks. */
NOINLINE static int caller(int depth, int more)
{
	clone_function *volatile function = more ? clone_make : clone_run;
	int result = depth;

	if (depth) {
		result = caller(depth - 1, more) + 1;
		__asm__ volatile("" : "+r"(result));
		if (!more)
			expect_stub();
		return result;
	}
	function(event, clone);
	expect_stub();
	return more ? caller(more, 0) : 0;
}

int main(void)
{
	exact_begin();
	allocate_here();
	for (int i = 0; i < 100; i++)
		check(caller(i % 3, 1 + i % 5) == i % 3 + 1 + i % 5, "round %d", i);
	check(events == 200, "%d events", events);
	return exact_end();
}
