/*
 * nested_throws.cpp - exceptions that cleanups throw and catch while another is on its way:
 * nested in each other, rethrown, jumped out of, from threads. What the outer one unwinds is
 * as sure as if there had been no other: no block is inferred, and no stub is lost for it.
 *
 * guards: an exception that a cleanup throws and catches leaves the outer one's rules be
 * inferred: none
 * build: g++ -O2
 * build: g++ -O0
 * build: g++ -O2 -fno-omit-frame-pointer -fcf-protection=full
 * build: clang++ -O2 -fno-optimize-sibling-calls
 */
#include "exact.h"

#include <memory>
#include <pthread.h>
#include <setjmp.h>
#include <string>

#define THREADS 4
#define ROUNDS 12000 /* more frames than there are stubs */

static __thread int cleaned, caught;

NOIPA static void throw_from(int depth, int value)
{
	volatile char room[48];

	room[0] = (char)depth;
	allocate_here();
	if (depth == 0)
		throw value;
	throw_from(depth - 1, value);
	room[0] = 1;
}

NOIPA static int catch_within(int depth, int value);

/* Each cleanup throws on its own account; and those it unwinds do, down to none. */
struct Nested {
	int left;
	void *block;
	explicit Nested(int left) : left(left), block(malloc(40))
	{
	}
	~Nested()
	{
		allocate_here();
		if (left > 0)
			check(catch_within(2, left - 1) == left - 1, "not caught");
		allocate_here();
		free(block);
		cleaned++;
	}
	Nested(const Nested &) = delete;
};

NOIPA static void pass(int depth, int value)
{
	Nested here(value);

	allocate_here();
	if (depth == 0)
		throw_from(3, value);
	pass(depth - 1, value);
	check(false, "came back");
}

NOIPA static int catch_within(int depth, int value)
{
	std::unique_ptr<std::string> text(new std::string(60, 'x'));

	try {
		pass(depth, value);
	} catch (int thrown) {
		allocate_here();
		expect_stub();
		caught++;
		return thrown;
	}
	return -1;
}

NOIPA static void pass_on(int value)
{
	Nested here(value);

	try {
		pass(1, value);
	} catch (int) {
		Nested in_handler(1);

		allocate_here();
		throw; /* past the cleanup of the handler, which throws */
	}
}

NOIPA static int rethrown(int value)
{
	Nested here(1);

	try {
		pass_on(value);
	} catch (int thrown) {
		return thrown;
	}
	return -1;
}

/* A cleanup that jumps within itself; the exception goes on. */
struct Jumps {
	~Jumps()
	{
		jmp_buf landing;
		volatile int times = 0;

		if (setjmp(landing) == 0) {
			allocate_here();
			times++;
			longjmp(landing, 1);
		}
		allocate_here();
		check(times == 1, "jumped %d times", times);
	}
};

NOIPA static void pass_jumps(int depth)
{
	Nested outer(1);
	Jumps jumps;

	allocate_here();
	if (depth == 0)
		throw_from(2, 5);
	pass_jumps(depth - 1);
	check(false, "came back");
}

NOIPA static int jumped(void)
{
	try {
		pass_jumps(3);
	} catch (int thrown) {
		return thrown;
	}
	return -1;
}

NOIPA static void rounds(void)
{
	for (int i = 0; i < 40; i++) {
		check(catch_within(3, 3) == 3, "round %d", i);
		check(rethrown(2) == 2, "round %d", i);
		check(jumped() == 5, "round %d", i);
		allocate_here();
		expect_stub();
	}
}

static void *thread_run(void *unused)
{
	rounds();
	return unused;
}

int main()
{
	pthread_t threads[THREADS];

	exact_begin();
	rounds();
	printf("%d cleaned, %d caught\n", cleaned, caught);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], nullptr, thread_run, nullptr);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], nullptr);
	for (int i = 0; i < ROUNDS; i++)
		check(catch_within(1, 1) == 1, "round %d", i);
	printf("%d cleaned, %d caught\n", cleaned, caught);
	return exact_end();
}
