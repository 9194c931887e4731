/*
 * depths.c - more frames than there are stubs: in one recursion, and in frames that are
 * left by ways nobody announces (setcontext, __builtin_longjmp). Recording goes on
 * plainly, what is lost is counted, the program runs right. backtrace() sees it all.
 *
 * guards: when stubs run out, degrade to plain walking; count it
 * stubs: must run out
 * build: gcc -O2
 * build: gcc -O0
 */
#include "exact.h"

#include <execinfo.h>
#include <pthread.h>
#include <ucontext.h>

NOINLINE static long recurse(long depth)
{
	long result;

	if (depth % 16 == 0)
		allocate_here();
	result = depth ? recurse(depth - 1) : 0;
	__asm__ volatile("" : "+r"(result));
	return result + 1;
}

static ucontext_t context;
static void *volatile landing[5];

NOINLINE static void leave(int depth, int way)
{
	volatile char room[32];

	room[0] = 1;
	allocate_here();
	if (depth)
		leave(depth - 1, way);
	else if (way)
		__builtin_longjmp((void **)landing, 1);
	else
		setcontext(&context);
	room[0] = 2;
}

NOINLINE static void left_by_jump(int depth)
{
	allocate_here();
	if (__builtin_setjmp((void **)landing) == 0)
		leave(depth, 1);
	allocate_here();
}

NOINLINE static void left_by_context(int depth)
{
	volatile int times = 0;

	allocate_here();
	getcontext(&context);
	if (times++ == 0)
		leave(depth, 0);
	allocate_here();
	check(times == 2, "%d times", times);
}

static void *in_thread(void *argument)
{
	(void)argument;
	check(recurse(100000) == 100001, "recursion");
	check(recurse(2000) == 2001, "recursion");
	return NULL;
}

extern char __start_look_code[], __stop_look_code[];

NOINLINE static __attribute__((section("look_code"))) int look(int depth)
{
	int result;

	allocate_here();
	if (depth == 0) {
		static void *addresses[4000];
		int count = backtrace(addresses, 4000), found = 0;

		for (int i = 0; i < count; i++)
			found += (char *)addresses[i] > __start_look_code &&
			         (char *)addresses[i] < __stop_look_code;
		return found - 1; /* this one asks from the frame itself */
	}
	result = look(depth - 1);
	__asm__ volatile("" : "+r"(result));
	return result;
}

int main(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	exact_begin();
	for (int i = 0; i < 200; i += 40)
		check(look(i) == i, "%d frames in a backtrace of %d", look(i), i);
	for (int i = 0; i < 6000; i++) {
		left_by_jump(i % 20);
		left_by_context(i % 20);
	}
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 << 20);
	check(pthread_create(&thread, &attributes, in_thread, NULL) == 0, "thread");
	pthread_join(thread, NULL);
	for (int i = 0; i < 1000; i += 40)
		check(look(i) == i, "%d frames in a backtrace of %d", look(i), i);
	return exact_end();
}
