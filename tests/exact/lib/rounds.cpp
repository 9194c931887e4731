/*
 * rounds.cpp - rounds KIND COUNT: leaves three frames or more that carry stubs, without
 * returning from them, COUNT times: by exceptions, longjmp, __builtin_longjmp, a longjmp of the
 * allocator (-DJUMPING, with lib/jumping.c); or turns to a coroutine and leaves it unfinished;
 * or ends a thread; or looks up what is not there. At the end frames that were not met before
 * must have stubs.
 */
#include "exact.h"

#include <csetjmp>
#include <dlfcn.h>
#include <pthread.h>
#include <ucontext.h>

#define STACK_BYTES 32768

static jmp_buf landing;
static void *builtin_landing[5];
static ucontext_t program, coroutine;
static long count, landed;
static void (*leave)();

NOINLINE static void leave_by_throw()
{
	throw landed;
}

NOINLINE static void leave_by_longjmp()
{
	longjmp(landing, 1);
}

NOINLINE static void leave_by_builtin()
{
	__builtin_longjmp(builtin_landing, 1);
}

NOINLINE static void inner()
{
	void *volatile block = malloc(24);

	free(block);
	leave();
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

NOINLINE static void round_of_throw()
{
	leave = leave_by_throw;
	try {
		outer();
	} catch (long number) {
		landed += number == landed;
	}
}

NOINLINE static void round_of_longjmp()
{
	leave = leave_by_longjmp;
	if (setjmp(landing) == 0)
		outer();
	else
		landed++;
}

NOINLINE static void round_of_builtin()
{
	leave = leave_by_builtin;
	if (__builtin_setjmp(builtin_landing) == 0)
		outer();
	else
		landed++;
}

#ifdef JUMPING
extern "C" void (*jumping_leave)(void);

NOINLINE static void leave_by_allocator()
{
	void *volatile block;

	jumping_leave = leave_by_longjmp;
	block = malloc(4711);
	check(false, "the allocator returned %p", block);
}

NOINLINE static void round_of_allocator()
{
	leave = leave_by_allocator;
	if (setjmp(landing) == 0)
		outer();
	else
		landed++;
}
#endif

static void leave_by_switch()
{
	landed++;
	swapcontext(&coroutine, &program);
}

static void coroutine_run()
{
	outer();
}

NOINLINE static void round_of_coroutine()
{
	static char stack[STACK_BYTES];

	leave = leave_by_switch;
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(stack);
	coroutine.uc_link = NULL;
	makecontext(&coroutine, coroutine_run, 0);
	swapcontext(&program, &coroutine);
	allocate_here();
}

static void leave_by_exit()
{
	landed++;
	pthread_exit(NULL);
}

static void leave_by_cancel()
{
	landed++;
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void *thread_run(void *argument)
{
	outer();
	return argument;
}

NOINLINE static void round_of_thread()
{
	pthread_t thread;

	leave = landed % 2 ? leave_by_exit : leave_by_cancel;
	if (pthread_create(&thread, NULL, thread_run, NULL) == 0)
		pthread_join(thread, NULL);
}

NOINLINE static void round_of_dlsym()
{
	allocate_here();
	landed += dlsym(RTLD_DEFAULT, "no_such_symbol") == NULL && dlerror() != NULL;
}

NOINLINE static void round_of_dlopen()
{
	allocate_here();
	landed += dlopen("/no/such/library.so", RTLD_NOW) == NULL && dlerror() != NULL;
}

static const struct kind {
	const char *name;
	void (*round)();
} kinds[] = {
	{ "throw", round_of_throw },         { "longjmp", round_of_longjmp },
	{ "builtin", round_of_builtin },     { "coroutine", round_of_coroutine },
	{ "dlsym", round_of_dlsym },         { "dlopen", round_of_dlopen },
	{ "thread", round_of_thread },
#ifdef JUMPING
	{ "allocator", round_of_allocator },
#endif
};

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
	exact_begin();
	for (const kind &kind : kinds) {
		if (argc != 3 || strcmp(kind.name, argv[1]) != 0)
			continue;
		count = atol(argv[2]);
		for (long i = 0; i < count; i++)
			kind.round();
	}
	check(count && landed == count, "%ld of %ld landed", landed, count);
	fresh(30);
	return exact_end();
}
