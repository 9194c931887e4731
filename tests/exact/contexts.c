/*
 * contexts.c - coroutines by makecontext and swapcontext: on stacks from the heap, from
 * mmap, and carved out of the thread's own stack; resumed from changing depths, left by
 * uc_link, abandoned half way, with longjmp inside them while frames of the thread wait.
 *
 * guards: never patch a slot on a stack that is not the thread's own
 * guards: if a walk ends before it meets a stub while older frames still carry live ones
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"

#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#define STACK_BYTES 65536
#define COROUTINES 6

struct coroutine {
	ucontext_t inside, outside;
	char *stack;
	int number, finished, wants_jump, is_own;
	long sum;
	jmp_buf jump;
};

static struct coroutine coroutines[COROUTINES];

NOINLINE static void give_way(struct coroutine *self)
{
	allocate_here();
	if (!self->is_own)
		expect_no_stub();
	check(swapcontext(&self->inside, &self->outside) == 0, "swap");
	allocate_here();
}

NOINLINE static long descend(struct coroutine *self, int depth)
{
	char *text = malloc((size_t)depth + 1);
	long sum;

	memset(text, 'a', (size_t)depth);
	text[depth] = '\0';
	if (depth % 3 == 0)
		give_way(self);
	if (self->wants_jump && depth == 0)
		longjmp(self->jump, 1);
	sum = (long)strlen(text) + (depth ? descend(self, depth - 1) : 0);
	free(text);
	return sum;
}

static void body(unsigned int number)
{
	struct coroutine *self = &coroutines[number];

	allocate_here();
	for (int i = 0; i < 4; i++) {
		self->wants_jump = i == 2;
		if (setjmp(self->jump) == 0)
			self->sum += descend(self, 8 + i);
		else
			self->sum += 1000; /* no event: the thread's frames still wait */
		if (i == 3)
			give_way(self);
	}
	self->finished = 1;
}

NOINLINE static int resume(struct coroutine *coroutine, int depth)
{
	volatile char room[200];

	room[depth] = 1;
	if (depth % 2)
		allocate_here();
	if (depth > 0)
		return resume(coroutine, depth - 1) + room[depth];
	allocate_here();
	if (exact_recorded)
		expect_stub();
	check(swapcontext(&coroutine->outside, &coroutine->inside) == 0, "swap");
	return room[depth];
}

static void coroutine_begin(int number, char *stack)
{
	struct coroutine *coroutine = &coroutines[number];

	*coroutine = (struct coroutine){ .number = number,
		                             .stack = stack,
		                             .is_own = coroutine->is_own };
	getcontext(&coroutine->inside);
	coroutine->inside.uc_stack.ss_sp = stack;
	coroutine->inside.uc_stack.ss_size = STACK_BYTES;
	coroutine->inside.uc_link = &coroutine->outside;
	makecontext(&coroutine->inside, (void (*)(void))body, 1, number);
}

NOINLINE static void run_all(int round)
{
	int steps = 0, running = COROUTINES;

	allocate_here();
	while (running) {
		running = 0;
		for (int i = 0; i < COROUTINES; i++) {
			int depth = (steps * 7 + i * 3 + round) % 12;

			if (coroutines[i].finished)
				continue;
			running++;
			check(resume(&coroutines[i], depth) == depth + 1, "depth %d", depth);
			steps++;
		}
		allocate_here();
		expect_stub();
		/* Now and then one is thrown away half way, and begins again. */
		if (round % 4 == 1 && steps == 12)
			coroutine_begin(2, coroutines[2].stack);
	}
	for (int i = 0; i < COROUTINES; i++)
		check(coroutines[i].sum == 36 + 45 + 66 + 1000, "%d: %ld", i,
		      coroutines[i].sum);
}

/* Their stacks in a frame of this thread: the frames below are further in than they. */
NOINLINE static void run_on_own_stack(int round)
{
	char stacks[2][STACK_BYTES] __attribute__((aligned(64)));

	for (int i = 0; i < COROUTINES; i++) {
		coroutines[i].is_own = i < 2;
		coroutine_begin(i, i < 2 ? stacks[i] : coroutines[i].stack);
	}
	run_all(round);
}

/* The first events of this thread are a coroutine's: no stub further out forbids any. */
static void *fresh_thread(void *argument)
{
	struct coroutine *coroutine = argument;

	while (!coroutine->finished)
		swapcontext(&coroutine->outside, &coroutine->inside);
	return NULL;
}

static void run_in_fresh_thread(void)
{
	char *stack = malloc(STACK_BYTES);
	pthread_t thread;

	coroutines[0].is_own = 0;
	coroutine_begin(0, stack);
	check(pthread_create(&thread, NULL, fresh_thread, &coroutines[0]) == 0,
	      "no thread");
	pthread_join(thread, NULL);
	check(coroutines[0].sum == 36 + 45 + 66 + 1000, "%ld", coroutines[0].sum);
	free(stack);
}

int main(void)
{
	exact_begin();
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < COROUTINES; i++) {
			char *stack = i % 2 ? malloc(STACK_BYTES)
			                    : mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			coroutines[i].is_own = 0;
			coroutine_begin(i, stack);
		}
		char *stacks[COROUTINES];
		for (int i = 0; i < COROUTINES; i++)
			stacks[i] = coroutines[i].stack;
		run_all(round);
		run_on_own_stack(round);
		run_in_fresh_thread();
		for (int i = 0; i < COROUTINES; i++) {
			if (i % 2)
				free(stacks[i]);
			else
				munmap(stacks[i], STACK_BYTES);
		}
	}
	return exact_end();
}
