/*
 * switches.cpp - coroutines switched by hand-written assembly without CFI, as
 * boost.context does it; exceptions inside them while the thread's own frames carry
 * stubs; a coroutine that begins on one thread and ends on another; and one whose stack
 * lies in a frame of the thread, where its walk ends before it meets any stub.
 *
 * guards: if a walk ends before it meets a stub while older frames still carry live ones
 * guards: never patch a slot on a stack that is not the thread's own
 * build: g++ -O2 switch.S
 * build: g++ -O0 switch.S
 * build: g++ -O2 switch.S -static-libgcc -static-libstdc++ -DOWN_UNWINDER
 * build: clang++ -O2 switch.S
 */
#include "exact.h"
#include "switch.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static const unsigned long stack_bytes = 128 * 1024;

struct Coroutine {
	void *inside = nullptr, *outside = nullptr;
	std::string journal;
	bool finished = false, throws = false, own = false;
};

NOIPA static void give_way(Coroutine *self)
{
	std::string text(60, 'w');
	allocate_here();
	if (!self->own)
		expect_no_stub();
	stack_switch(&self->inside, self->outside, self);
	self->journal += text[59];
}

NOIPA static int walk_down(Coroutine *self, int depth)
{
	std::string text(40 + depth, (char)('a' + depth));

	if (depth % 2)
		give_way(self);
	if (depth == 0) {
		if (self->throws)
			throw std::runtime_error("thrown inside");
		return 1;
	}
	int result = walk_down(self, depth - 1);
	self->journal += text[0];
	return result + 1;
}

static void body(void *argument, void *)
{
	Coroutine *self = (Coroutine *)argument;

	for (int i = 0; i < 4; i++) {
		self->throws = i % 2;
		try {
			self->journal += std::to_string(walk_down(self, 5 + i));
		} catch (const std::runtime_error &error) {
			self->journal += error.what();
			allocate_here();
		}
	}
	self->finished = true;
	stack_switch(&self->inside, self->outside, nullptr);
	abort();
}

NOIPA static int resume(Coroutine *self, int depth)
{
	std::string text(33, 'r');

	allocate_here();
	if (!self->own) /* a throw over there may keep stubs away from here */
		expect_stub();
	if (depth)
		return resume(self, depth - 1) + (text[32] == 'r');
	stack_switch(&self->outside, self->inside, nullptr);
	return 1;
}

NOIPA static int resume_and_throw(Coroutine *self, int depth)
{
	try {
		resume(self, depth);
		throw depth;
	} catch (int caught) {
		allocate_here();
		return caught + 1;
	}
}

NOIPA static std::string run(char *stack, bool own, int round)
{
	Coroutine coroutine;
	int step = 0;

	coroutine.own = own;
	coroutine.inside = stack_begin(stack, stack_bytes, body, &coroutine);
	while (!coroutine.finished) {
		int depth = (step++ * 5 + round) % 9;
		check((step % 3 ? resume : resume_and_throw)(&coroutine, depth) == depth + 1,
		      "depth %d", depth);
	}
	allocate_here();
	if (!own)
		expect_stub();
	return coroutine.journal;
}

NOIPA static std::string run_on_own_stack(int round)
{
	alignas(64) char stack[stack_bytes];
	return run(stack, true, round);
}

/* It begins here, goes on in other threads, and ends in yet another. */
NOIPA static std::string migrate(char *stack)
{
	Coroutine coroutine;
	int step = 0;

	coroutine.inside = stack_begin(stack, stack_bytes, body, &coroutine);
	while (!coroutine.finished) {
		if (step++ % 2)
			resume(&coroutine, step % 4);
		else
			std::thread([&] { resume(&coroutine, 3); }).join();
	}
	return coroutine.journal;
}

int main()
{
	std::vector<char> heap(stack_bytes);
	std::string first;

	exact_begin();
	for (int round = 0; round < 60; round++) {
		std::string journal = run(heap.data(), false, round);
		if (round == 0) {
			first = journal;
			printf("%s\n", first.c_str());
		}
		check(journal == first, "heap: %s", journal.c_str());
		journal = run_on_own_stack(round);
		check(journal == first, "own: %s", journal.c_str());
		journal = migrate(heap.data());
		check(journal == first, "migrated: %s", journal.c_str());
	}
	return exact_end();
}
