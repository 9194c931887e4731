/*
 * operators.cpp - operator new and delete in all their forms, and what the standard
 * library does with them, arrive through malloc and free.
 *
 * expect: count("plain") == 10 and bytes("plain") == 10 * 40
 * expect: count("arrays") == 11 and bytes("arrays") == 11 * 160
 * expect: count("aligned") == 12 and live("aligned") == 0
 * expect: count("nothrow") == 13
 * expect: count("strings") == 14
 * expect: live("lose") == 40
 * expect: by("plain") | all(.frames[0].function | startswith("operator new"))
 * expect: .lost.events == 0
 */
#include <cstdint>
#include <new>
#include <string>

struct thing {
	char bytes[40];
};
struct alignas(128) wide {
	char bytes[128];
};

static void *volatile sink;

static __attribute__((noinline)) void plain()
{
	for (int i = 0; i < 10; i++) {
		thing *one = new thing;
		sink = one;
		delete one;
	}
}

static __attribute__((noinline)) void arrays()
{
	for (int i = 0; i < 11; i++) {
		thing *many = new thing[4];
		sink = many;
		delete[] many;
	}
}

static __attribute__((noinline)) void aligned()
{
	for (int i = 0; i < 12; i++) {
		wide *one = new wide;
		sink = one;
		if (reinterpret_cast<uintptr_t>(one) % 128)
			throw std::bad_alloc();
		delete one;
	}
}

static __attribute__((noinline)) void nothrow()
{
	for (int i = 0; i < 13; i++) {
		thing *one = new (std::nothrow) thing;
		sink = one;
		delete one;
	}
}

static __attribute__((noinline)) void strings()
{
	for (int i = 0; i < 14; i++) {
		std::string text(100, 'x');
		sink = &text[0];
	}
}

static __attribute__((noinline)) void lose()
{
	sink = new thing;
}

int main()
{
	plain();
	arrays();
	aligned();
	nothrow();
	strings();
	lose();
	return 0;
}
