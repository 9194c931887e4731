/*
 * first_and_last.c - allocations before any constructor has run (.preinit_array), in the
 * first and the last constructor, in atexit handlers, and in the destructors of the
 * program and of a library it links: each is recorded, and a block of the first moment
 * can be freed in the last.
 *
 * library: lib/late.c
 * build: -L. -l:late.so -Wl,-rpath,$ORIGIN -Wl,--no-as-needed
 * expect: count("before_constructors") == 3
 * expect: live("before_constructors") == 0
 * expect: count("first_constructor") == 4
 * expect: count("at_exit") == 5
 * expect: count("last_destructor") == 6
 * expect: count("library_starts") == 1
 * expect: count("library_ends") == 5
 * expect: live("library_ends") == 110
 */
#include <stdlib.h>

void late_link(void);
static void *early[3];
static void *volatile sink;

static __attribute__((noinline)) void allocate_and_free(int count)
{
	for (int i = 0; i < count; i++) {
		sink = malloc(30);
		free(sink);
	}
}

static __attribute__((noinline)) void before_constructors(void)
{
	for (int i = 0; i < 3; i++)
		early[i] = malloc(100);
}

__attribute__((section(".preinit_array"),
               used)) static void (*preinit)(void) = before_constructors;

__attribute__((constructor(101), noinline)) static void first_constructor(void)
{
	allocate_and_free(4);
	sink = NULL;
}

__attribute__((destructor(101), noinline)) static void last_destructor(void)
{
	allocate_and_free(6);
	for (int i = 0; i < 3; i++)
		free(early[i]);
}

static __attribute__((noinline)) void at_exit(void)
{
	allocate_and_free(5);
	sink = NULL;
}

int main(void)
{
	late_link();
	return atexit(at_exit);
}
