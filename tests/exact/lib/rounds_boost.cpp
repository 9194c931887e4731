/*
 * rounds_boost.cpp - rounds_boost COUNT: goes to a fiber of boost.context that leaves three
 * frames unfinished, so often. Every second one is destroyed where it waits, which unwinds its
 * stack by an exception; the others return.
 */
#include "exact.h"

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

namespace context = boost::context;

#define STACK_BYTES 65536

static char stack[STACK_BYTES];
static context::fiber outside;
static long landed;

/* Always the same memory, and no block of the allocator. */
struct one_stack {
	context::stack_context allocate()
	{
		context::stack_context all;

		all.size = sizeof(stack);
		all.sp = stack + sizeof(stack);
		return all;
	}
	void deallocate(context::stack_context &)
	{
	}
};

NOINLINE static void inner()
{
	void *volatile block = malloc(24);

	free(block);
	landed++;
	outside = std::move(outside).resume();
	allocate_here();
}

NOINLINE static void middle()
{
	allocate_here();
	inner();
	allocate_here();
}

NOINLINE static void outer()
{
	allocate_here();
	middle();
	allocate_here();
}

NOINLINE static void round_of_fiber(bool is_destroyed)
{
	context::fiber fiber(std::allocator_arg, one_stack(), [](context::fiber &&back) {
		outside = std::move(back);
		outer();
		return std::move(outside);
	});

	allocate_here();
	fiber = std::move(fiber).resume();
	allocate_here();
	if (!is_destroyed)
		fiber = std::move(fiber).resume();
}

NOINLINE static void fresh(int depth)
{
	allocate_here();
	expect_stub();
	if (depth)
		fresh(depth - 1);
	allocate_here();
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;

	exact_begin();
	for (long i = 0; i < count; i++)
		round_of_fiber(i % 2);
	check(count && landed == count, "%ld of %ld landed", landed, count);
	fresh(30);
	return exact_end();
}
