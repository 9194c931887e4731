/*
 * truth.h - what the generated programs share. Each program knows, for every block, which of the
 * functions that were running at its birth had ended at its free, and prints that at its end.
 *
 * A generated function begins with frame_begin() and ends with frame_end(), whichever way
 * it is left; longjmp's landing ends what it passed over. Nothing here allocates, so the
 * blocks of the program are those of its generated functions.
 */
#ifndef GENERATOR_TRUTH_H
#define GENERATOR_TRUTH_H

#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/mman.h>

#if defined(__clang__)
#define OWN_FRAME __attribute__((noinline))
#else
#define OWN_FRAME __attribute__((noipa))
#endif

#define ACTIVATIONS_MAX (1 << 20)
#define DEPTH_MAX 64 /* of generated functions on a stack */
#define SLOTS 12     /* of a case */
#define FUNCTIONS_MAX 1024
#define SIGNAL_STACK_BYTES (1 << 20)

struct activation {
	activation *caller;
	int depth;
	int ended; /* atomic */
};

/* A block, and what is known of its birth. Zeroed: none. */
struct slot {
	void *block;
	activation *birth;
	int function, thread;
	bool crossed;
};

/* What the functions of one case share. */
struct pool {
	slot slots[SLOTS];
	pthread_mutex_t lock;
	long steps; /* atomic; what they may still do */
};

struct failure {
	long value;
	char text[40];
};

static activation activations[ACTIVATIONS_MAX];
static int activation_count, thread_count;
static long births[FUNCTIONS_MAX], deaths[FUNCTIONS_MAX], crossings[FUNCTIONS_MAX];
static long depths[FUNCTIONS_MAX][DEPTH_MAX + 8];

static __thread activation *top;
static __thread uint64_t dice;
static __thread int thread_number;
static __thread jmp_buf *landing;

static inline unsigned roll(unsigned sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)(dice >> 33) % sides;
}

static inline void thread_begin(uint64_t seed)
{
	dice = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
	thread_number = __atomic_add_fetch(&thread_count, 1, __ATOMIC_RELAXED);
}

/* Traps of all threads, from now on. `flags`: SA_ONSTACK, or 0. */
static inline void trap_handle(void (*handler)(int), int flags)
{
	struct sigaction action = {};

	action.sa_handler = handler;
	action.sa_flags = flags | SA_NODEFER;
	sigaction(SIGTRAP, &action, NULL);
}

/* The thread has another stack, for the handlers that want it. */
struct signal_stack {
	stack_t stack;
	signal_stack() : stack()
	{
		stack.ss_size = SIGNAL_STACK_BYTES;
		stack.ss_sp = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE,
		                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
			abort();
	}
	~signal_stack()
	{
		stack.ss_flags = SS_DISABLE;
		sigaltstack(&stack, NULL);
		munmap(stack.ss_sp, SIGNAL_STACK_BYTES);
	}
	signal_stack(const signal_stack &) = delete;
};

/* Whether one more thing may be done. */
static inline bool may_go(pool *pool)
{
	return __atomic_sub_fetch(&pool->steps, 1, __ATOMIC_RELAXED) > 0;
}

static inline bool may_call(pool *pool)
{
	return (!top || top->depth < DEPTH_MAX - 4) && may_go(pool);
}

/* ---- frames ----------------------------------------------------------------------------- */

static inline activation *frame_begin()
{
	int number = __atomic_fetch_add(&activation_count, 1, __ATOMIC_RELAXED);
	activation *frame = &activations[number];

	if (number >= ACTIVATIONS_MAX)
		abort();
	frame->caller = top;
	frame->depth = top ? top->depth + 1 : 1;
	return top = frame;
}

static inline void frame_end(activation *frame)
{
	__atomic_store_n(&frame->ended, 1, __ATOMIC_RELEASE);
	top = frame->caller;
}

/* A jump has landed in a frame: what was further in has ended. */
static inline void frame_landed(activation *frame)
{
	while (top != frame)
		frame_end(top);
}

/* For functions that exceptions may pass. */
struct frame_guard {
	activation *me;
	frame_guard() : me(frame_begin())
	{
	}
	~frame_guard()
	{
		frame_end(me);
	}
	frame_guard(const frame_guard &) = delete;
};

/* ---- blocks ------------------------------------------------------------------------------- */

static inline slot block_born(void *block, activation *birth, int function)
{
	__atomic_fetch_add(&births[function], 1, __ATOMIC_RELAXED);
	return slot{ block, birth, function, thread_number, false };
}

/* It is about to be freed by the caller: the pointer to free. */
static inline void *block_dies(const slot &slot)
{
	activation *frame = slot.birth;
	int ended = 0;

	if (!slot.block)
		return NULL;
	__atomic_fetch_add(&deaths[slot.function], 1, __ATOMIC_RELAXED);
	if (slot.crossed || slot.thread != thread_number) {
		__atomic_fetch_add(&crossings[slot.function], 1, __ATOMIC_RELAXED);
		return slot.block;
	}
	for (; frame && __atomic_load_n(&frame->ended, __ATOMIC_ACQUIRE);
	     frame = frame->caller)
		ended++;
	__atomic_fetch_add(&depths[slot.function][ended], 1, __ATOMIC_RELAXED);
	return slot.block;
}

/* Put it into a slot of the pool, and return what was there. */
static inline slot pool_swap(pool *pool, slot with)
{
	int number = (int)roll(SLOTS);
	slot before;

	pthread_mutex_lock(&pool->lock);
	before = pool->slots[number];
	pool->slots[number] = with;
	pthread_mutex_unlock(&pool->lock);
	return before;
}

static inline slot pool_take(pool *pool)
{
	return pool_swap(pool, slot{});
}

static inline slot block_grow(slot slot, size_t size)
{
	if (!slot.block)
		return slot;
	slot.crossed |= slot.thread != thread_number;
	slot.block = realloc(slot.block, size);
	return slot;
}

/* No frame of its own, at -O0 either. */
static inline __attribute__((always_inline)) void *block_aligned(size_t alignment,
                                                                 size_t size)
{
	void *block = NULL;

	return posix_memalign(&block, alignment, size) ? NULL : block;
}

/* A local block that a destructor frees. */
struct block_guard {
	slot held;
	explicit block_guard(const slot &held) : held(held)
	{
	}
	~block_guard()
	{
		free(block_dies(held));
	}
	block_guard(const block_guard &) = delete;
};

/* Frees a block of the pool some frames further in. */
static OWN_FRAME int pool_free_deep(pool *pool, int frames)
{
	volatile int result = frames;

	if (frames)
		result += pool_free_deep(pool, frames - 1);
	else
		free(block_dies(pool_take(pool)));
	return result;
}

/* ---- the end ------------------------------------------------------------------------------ */

static inline void truth_print(const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		for (int depth = 0; depth < DEPTH_MAX + 8; depth++) {
			if (depths[i][depth])
				printf("%s depth %d %ld\n", names[i], depth, depths[i][depth]);
		}
		printf("%s crossed 0 %ld\n", names[i], crossings[i]);
		printf("%s kept 0 %ld\n", names[i], births[i] - deaths[i]);
	}
}

#endif
