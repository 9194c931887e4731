/*
 * catches_only.cpp - frames that catch, in a program without a cleanup: it imports no
 * unwinder, and what it catches is thrown by the C++ runtime. That runtime's unwinder is
 * the process's, or, linked in statically, one that nobody can see throw.
 *
 * guards: no stub appears between the two phases of a throw
 * build: g++ -O2
 * build: g++ -O0
 * build: g++ -O2 -no-pie
 * build: g++ -O2 -static-libstdc++ -static-libgcc -DOWN_UNWINDER
 */
#include "exact.h"

#include <string_view>

static std::string_view text = "short";

NOINLINE static int thrown(unsigned depth)
{
	return depth ? thrown(depth - 1) + 1 : text.at(1000);
}

/* It returns into the frame that catches: a stub must not come there unseen. */
NOINLINE static int thrown_below(unsigned depth)
{
	allocate_here();
	expect_stub();
	return thrown(depth) + 1;
}

NOINLINE static int caught_at(unsigned depth)
{
	int caught = 0;

	try {
		thrown_below(depth);
	} catch (...) {
		caught = 1;
	}
	allocate_here();
	return caught;
}

int main()
{
	int caught = 0;

	exact_begin();
	for (unsigned i = 0; i < 3000; i++)
		caught += caught_at(i % 7);
	check(caught == 3000, "%d caught", caught);
	return exact_end();
}
