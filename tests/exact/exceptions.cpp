/*
 * exceptions.cpp - exceptions thrown through frames that carry stubs: caught, rethrown,
 * nested, kept in an exception_ptr, passing destructors that allocate while the stack is
 * being unwound; each destructor runs once, in order.
 *
 * guards: the CFA of a stub is rsp + 1, and an explicit rule for rsp
 * guards: modules that carry their own unwinder are not patched (-DOWN_UNWINDER)
 * build: g++ -O0
 * whole: g++ -O1
 * whole: g++ -O2 -D_GLIBCXX_ASSERTIONS
 * build: g++ -O3
 * build: g++ -O2 -fomit-frame-pointer -fno-asynchronous-unwind-tables -fno-optimize-sibling-calls
 * whole: g++ -O2 -fno-omit-frame-pointer
 * build: g++ -O2 -flto
 * build: g++ -O2 -fcf-protection=full
 * build: g++ -O2 -mstackrealign -mavx2
 * whole: g++ -O2 -static-libgcc -DOWN_UNWINDER
 * build: g++ -O2 -static-libgcc -static-libstdc++ -DOWN_UNWINDER
 * whole: g++ -O2 -fstack-protector-all -fstack-clash-protection
 * build: g++ -O2 -Wl,--no-as-needed -l:libunwind.so.8 needs:libunwind
 * whole: clang++ -O0
 * build: clang++ -O2
 * whole: clang++ -O2 -stdlib=libc++ needs:libc++
 * build: clang++ -O2 -stdlib=libc++ -lunwind needs:libc++
 */
#include "exact.h"

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

static std::string journal;
static int living;

struct Noisy {
	char name;
	std::unique_ptr<std::string> text;

	explicit Noisy(char c) : name(c), text(new std::string(40, c))
	{
		living++;
	}
	Noisy(const Noisy &) = delete;
	~Noisy()
	{
		/* Events in the middle of an unwinding. */
		std::vector<std::string> more(3, std::string(50, name));
		allocate_here();
		journal += more[2][0];
		living--;
	}
};

struct Failure : std::runtime_error {
	std::string detail;
	explicit Failure(const std::string &what)
		: std::runtime_error(what), detail(64, '!')
	{
	}
};

NOIPA static int thrower(int depth)
{
	Noisy here('a' + depth % 26);

	allocate_here();
	if (depth == 0)
		throw Failure("from the bottom");
	return thrower(depth - 1) + 1;
}

/* No event before the call: only the throw itself can put its stub. */
NOIPA static int quiet(int depth, int (*function)(int))
{
	volatile char room[100];

	room[depth % 100] = (char)depth;
	return (depth ? quiet(depth - 1, function) : function(4)) + room[depth % 100];
}

NOIPA static int catches(int depth)
{
	Noisy outer('Z');

	allocate_here();
	expect_stub();
	try {
		quiet(depth, thrower);
		check(false, "came back");
	} catch (const Failure &failure) {
		expect_stub();
		check(failure.detail.size() == 64, "detail");
		check(strcmp(failure.what(), "from the bottom") == 0, "what");
		allocate_here();
		return 7;
	}
	return 0;
}

NOIPA static int rethrows(int depth)
{
	Noisy here('0' + depth % 10);

	try {
		if (depth == 0)
			quiet(3, thrower);
		else
			rethrows(depth - 1);
	} catch (Failure &failure) {
		Noisy in_handler('.');
		failure.detail += (char)('0' + depth);
		if (depth % 3 == 2) {
			allocate_here();
			throw Failure(failure.detail);
		}
		throw;
	}
	return 0;
}

NOIPA static void nested(int depth)
{
	try {
		Noisy here('n');
		throw depth;
	} catch (int caught) {
		check(caught == depth, "nested %d", caught);
		if (depth > 0) {
			try {
				nested(depth - 1);
				quiet(2, thrower);
			} catch (const Failure &) {
				allocate_here();
			}
		}
		try {
			throw std::string("inner");
		} catch (const std::string &text) {
			check(text == "inner", "text");
		}
		check(std::uncaught_exceptions() == 0, "uncaught");
	}
}

/* `throw;` from deeper frames that never allocated, past cleanups that do. */
NOIPA static void rethrow_deep(int depth)
{
	Noisy *late = depth == 3 ? new Noisy('L') : nullptr;
	std::unique_ptr<Noisy> owner(late);
	volatile int left = depth;

	if (left == 0)
		throw;
	rethrow_deep(left - 1);
	check(false, "came back");
}

NOIPA static int catches_deep(void)
{
	try {
		try {
			throw 42;
		} catch (int) {
			rethrow_deep(6);
		}
	} catch (int value) {
		return value;
	}
	return 0;
}

NOIPA static std::exception_ptr keep(void)
{
	try {
		quiet(5, thrower);
	} catch (...) {
		return std::current_exception();
	}
	return nullptr;
}

NOIPA static void throw_kept(std::exception_ptr kept, int depth)
{
	Noisy here('k');
	if (depth)
		return throw_kept(kept, depth - 1);
	std::rethrow_exception(kept);
}

static void function_try(int depth)
try {
	Noisy here('f');
	quiet(depth, thrower);
} catch (const Failure &failure) {
	throw std::logic_error(failure.what());
}

struct Thrower_in_destructor {
	~Thrower_in_destructor() noexcept(false)
	{
		quiet(2, thrower);
	}
};

int main()
{
	exact_begin();
	for (int round = 0; round < 20; round++) {
		check(catches(round) == 7, "round %d", round);
		try {
			rethrows(8);
		} catch (const Failure &failure) {
			journal += failure.what();
			journal += failure.detail.substr(60);
		}
		nested(5);
		check(catches_deep() == 42, "deep");
		std::exception_ptr kept = keep();
		for (int again = 0; again < 3; again++) {
			try {
				throw_kept(kept, again * 3);
			} catch (const Failure &failure) {
				journal += failure.detail[0];
			}
		}
		try {
			function_try(round);
		} catch (const std::logic_error &error) {
			journal += error.what();
		}
		try {
			Thrower_in_destructor bomb;
		} catch (const Failure &) {
			journal += "bomb";
		}
		check(living == 0, "%d objects still live", living);
		if (round < 2)
			printf("%s\n", journal.c_str());
		journal.clear();
	}
	return exact_end();
}
