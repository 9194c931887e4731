/*
 * stack_copies.c - coroutines that share one stack: leaving one copies its part of the
 * stack away, coming back copies it there again, stubs included (greenlet, stackless,
 * some Scheme and Ruby continuations). Meanwhile the same addresses hold other frames.
 * COPY_BY_JUMP leaves and comes back by longjmp instead of an assembly switch.
 *
 * guards: a stub is not reused before it has run, or the frame is proven unwound
 * build: gcc -O2 switch.S
 * build: gcc -O0 switch.S
 * build: clang -O2 switch.S
 * build: gcc -O2 switch.S -DCOPY_BY_JUMP
 * build: gcc -O0 switch.S -DCOPY_BY_JUMP
 */
#include "exact.h"
#include "switch.h"

#include <alloca.h>
#include <setjmp.h>

#ifndef COROUTINES
#define COROUTINES 5
#define ROUNDS 40
#endif
#define DEPTH 12

struct coroutine {
	int number, finished, steps;
	long sum;
	void *saved_sp;
	char *copy;
	size_t copy_bytes;
	jmp_buf jump;
};

static struct coroutine coroutines[COROUTINES];
static char *base; /* parts of the stack further in than this are swapped */
static void *scheduler_sp;
static jmp_buf scheduler_jump;
static char switch_stack[65536];
static int stood; /* stubs seen; not everywhere: a frame that came back may lack one */

/* ---- copying, on a stack of its own, so that it does not copy over itself --------- */

static struct coroutine *moving;
static int moving_out;

#ifdef COPY_BY_JUMP
/* Coming back: be further in than what is about to be written, then jump. */
NOINLINE static void restore(struct coroutine *self)
{
	volatile char room[1024];

	room[0] = 0;
	if ((char *)__builtin_frame_address(0) > base - self->copy_bytes - 4096)
		restore(self);
	memcpy(base - self->copy_bytes, self->copy, self->copy_bytes);
	longjmp(self->jump, 1 + room[0]);
}

NOINLINE static void save(struct coroutine *self)
{
	char *here = (char *)__builtin_frame_address(0) - 512;

	self->copy_bytes = (size_t)(base - here);
	self->copy = malloc(self->copy_bytes);
	if (setjmp(self->jump))
		return; /* back again */
	memcpy(self->copy, here, self->copy_bytes);
	longjmp(scheduler_jump, 1);
}

static void give_way(struct coroutine *self)
{
	save(self);
	free(self->copy);
	self->copy = NULL;
}
#else
static void copier(void *argument, void *pass)
{
	(void)argument;
	(void)pass;
	if (moving_out) {
		moving->copy_bytes = (size_t)(base - (char *)moving->saved_sp);
		moving->copy = malloc(moving->copy_bytes);
		memcpy(moving->copy, moving->saved_sp, moving->copy_bytes);
		stack_switch(&(void *){ NULL }, scheduler_sp, NULL);
	}
	memcpy(moving->saved_sp, moving->copy, moving->copy_bytes);
	stack_switch(&(void *){ NULL }, moving->saved_sp, NULL);
}

static void *copier_begin(struct coroutine *coroutine, int out)
{
	moving = coroutine;
	moving_out = out;
	return stack_begin(switch_stack, sizeof(switch_stack), copier, NULL);
}

NOINLINE static void give_way(struct coroutine *self)
{
	allocate_here();
	stood += has_stub();
	stack_switch(&self->saved_sp, copier_begin(self, 1), NULL);
	free(self->copy);
	self->copy = NULL;
}
#endif

/* ---- what they do -------------------------------------------------------------- */

NOINLINE static long descend(struct coroutine *self, int depth)
{
	int number = self->number;
	char *text = malloc((size_t)depth + 10);
	long sum;

	text[0] = (char)(number % 64 + '0');
	allocate_here();
	if ((depth + number) % 3 == 0)
		give_way(self);
	sum = depth ? descend(self, depth - 1) : 0;
	if (depth % 4 == number % 4)
		give_way(self);
	check(text[0] == number % 64 + '0', "coroutine %d has another's text", number);
	free(text);
	return sum + number * 100 + depth;
}

NOINLINE static void body(struct coroutine *self)
{
	for (int i = 0; i < 3; i++)
		self->sum += descend(self, DEPTH);
	self->finished = 1;
}

NOINLINE static void start(struct coroutine *self)
{
	body(self);
#ifdef COPY_BY_JUMP
	longjmp(scheduler_jump, 1);
#else
	stack_switch(&self->saved_sp, scheduler_sp, NULL);
#endif
}

#ifdef COPY_BY_JUMP
NOINLINE static void start_below(struct coroutine *self)
{
	volatile char *room = alloca(8192);

	room[0] = 0;
	start(self);
}
#endif

NOINLINE static void step(struct coroutine *self)
{
	/* The scheduler's own frame lies further out than `base`. */
	volatile char *room = alloca(256);

	room[0] = 0;
	self->steps++;
#ifdef COPY_BY_JUMP
	if (setjmp(scheduler_jump))
		return;
	if (self->steps == 1)
		start_below(self);
	restore(self);
#else
	if (self->steps == 1) {
		/* As a call would, but so that it can be left by a switch. */
		uint64_t *top = (uint64_t *)(((uintptr_t)base - 4096) & ~(uintptr_t)63);
		stack_switch(&scheduler_sp,
		             stack_begin((char *)top - 4096, 4096,
		                         (void (*)(void *, void *))start, self),
		             NULL);
	} else {
		stack_switch(&scheduler_sp, copier_begin(self, 0), NULL);
	}
#endif
}

NOINLINE static void schedule(int round)
{
	int running = 1;
	const long each = 3 * (DEPTH * (DEPTH + 1) / 2), frames = 3 * (DEPTH + 1);

	memset(coroutines, 0, sizeof(coroutines));
	while (running) {
		running = 0;
		for (int i = 0; i < COROUTINES; i++) {
			coroutines[i].number = i;
			if (coroutines[i].finished)
				continue;
			running = 1;
			allocate_here();
			step(&coroutines[i]);
			if (i == round % COROUTINES)
				allocate_here();
		}
	}
	for (int i = 0; i < COROUTINES; i++)
		check(coroutines[i].sum == each + frames * i * 100, "%d: %ld", i,
		      coroutines[i].sum);
}

NOINLINE static void below(int round)
{
	base = (char *)__builtin_frame_address(0) - 4096;
	/* step() and schedule() stand between here and base. */
	schedule(round);
}

int main(void)
{
	exact_begin();
	for (int round = 0; round < ROUNDS; round++)
		below(round);
#ifndef COPY_BY_JUMP
	check(!exact_recorded || stood > 0, "no stub ever stood");
#endif
	return exact_end();
}
