/*
 * activations.c - who runs: the hooks of -finstrument-functions, and longjmp.
 *
 * The hooks see the frame address of their function (it is built with frame pointers),
 * which tells an activation from one that longjmp left behind, and a call from a function
 * that was inlined: that one has the frame of its caller and is no activation of its own. With
 * ORACLE_SOURCE it is one: then activations are those of the functions of the source.
 */
#define _GNU_SOURCE
#include "activations.h"

#include "oracle_log.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define DEPTH_MAX (1u << 18)
#define ARENA_COUNT 4096u
#define HOOK __attribute__((no_instrument_function, visibility("default")))

struct running {
	uint64_t function, frame;
	struct activation *activation; /* NULL: no block has asked for it yet */
	bool is_inlined;               /* into the one below */
};

struct thread {
	struct running *stack;
	uint32_t depth, number;
	struct activation *arena;
	uint32_t arena_left;
};

#ifdef ORACLE_SOURCE
static const bool is_of_source = true;
#else
static const bool is_of_source = false;
#endif

/* Of the target, which exports it if it matters when it begins and ends. */
extern int main(int, char **) __attribute__((weak));

static __thread struct thread thread __attribute__((tls_model("initial-exec")));

void *oracle_map(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

uint32_t activation_thread(void)
{
	static uint32_t threads;
	struct oracle_header *header;

	if (!thread.number) {
		thread.number = __atomic_add_fetch(&threads, 1, __ATOMIC_RELAXED);
		header = oracle_header();
		if (header)
			header->threads = thread.number;
	}
	return thread.number;
}

/* ---- asked by the allocator -------------------------------------------------------- */

/* Record which functions are on a stack. The log is for one process, and for few stacks. */
static void stack_add(uint64_t name, uint64_t caller, uint64_t function)
{
	struct oracle_header *header = oracle_header();
	uint32_t slot = oracle_hash(name, ORACLE_STACKS_BITS);
	struct oracle_stack *stack;

	for (; header; slot = (slot + 1) % (1u << ORACLE_STACKS_BITS)) {
		uint64_t none = 0;

		stack = &header->stacks[slot];
		if (stack->name == name)
			return;
		if (!__atomic_compare_exchange_n(&stack->name, &none, name, false,
		                                 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			continue;
		if (__atomic_add_fetch(&header->stack_count, 1, __ATOMIC_RELAXED) >
		    1u << (ORACLE_STACKS_BITS - 1))
			abort();
		stack->caller = caller;
		stack->function = function;
		return;
	}
}

static struct activation *activation_new(const struct running *running,
                                         struct activation *caller)
{
	struct activation *new;

	if (!thread.arena_left) {
		thread.arena = oracle_map(ARENA_COUNT * sizeof(*thread.arena));
		thread.arena_left = ARENA_COUNT;
	}
	new = &thread.arena[--thread.arena_left];
	new->caller = caller;
	new->function = running->function;
	new->depth = caller ? caller->depth + 1 : 1;
	new->stack = oracle_mix(caller ? caller->stack : 0, running->function);
	stack_add(new->stack, caller ? caller->stack : 0, running->function);
	return new;
}

struct activation *activation_innermost(void)
{
	uint32_t known = thread.depth;
	struct activation *caller = NULL;

	while (known && !thread.stack[known - 1].activation)
		known--;
	if (known)
		caller = thread.stack[known - 1].activation;
	for (; known < thread.depth; known++) {
		if (!thread.stack[known].is_inlined)
			caller = activation_new(&thread.stack[known], caller);
		thread.stack[known].activation = caller;
	}
	return caller;
}

uint32_t activations_ended(const struct activation *innermost,
                           const struct activation **owner)
{
	uint32_t ended = 0;

	while (innermost && __atomic_load_n(&innermost->ended, __ATOMIC_ACQUIRE)) {
		innermost = innermost->caller;
		ended++;
	}
	*owner = innermost;
	return ended;
}

/* ---- hooks ------------------------------------------------------------------------- */

static void function_add(uint64_t function)
{
	struct oracle_header *header = oracle_header();
	uint32_t slot = oracle_hash(function, ORACLE_FUNCTIONS_BITS);

	if (!header)
		return;
	__atomic_fetch_add(&header->calls, 1, __ATOMIC_RELAXED);
	while (header->functions[slot] != function) {
		if (!header->functions[slot]) {
			/* Two threads may add two functions in one slot: the loser goes on. */
			uint64_t none = 0;

			if (__atomic_compare_exchange_n(&header->functions[slot], &none, function,
			                                false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
				return;
			continue;
		}
		slot = (slot + 1) % (1u << ORACLE_FUNCTIONS_BITS);
	}
}

static void activation_end(void)
{
	struct running *top = &thread.stack[--thread.depth];

	if (top->activation && !top->is_inlined)
		__atomic_store_n(&top->activation->ended, 1, __ATOMIC_RELEASE);
}

/* What lies further in than an address has ended. */
static uint64_t unwind_to(uint64_t address)
{
	uint64_t count = 0;

	while (thread.depth && thread.stack[thread.depth - 1].frame < address) {
		activation_end();
		count++;
	}
	return count;
}

static void count_stale(uint64_t count)
{
	struct oracle_header *header = oracle_header();

	if (count && header)
		__atomic_fetch_add(&header->stale, count, __ATOMIC_RELAXED);
}

/* main() begins, or its end does. */
static void main_note(bool is_start)
{
	struct oracle_header *header = oracle_header();
	struct timespec time;
	uint64_t *note;

	if (!header)
		return;
	note = is_start ? &header->main_start : &header->main_end;
	clock_gettime(CLOCK_MONOTONIC, &time);
	if (!*note)
		*note = (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

HOOK void __cyg_profile_func_enter(void *function, void *call_site)
{
	uint64_t frame = *(uint64_t *)__builtin_frame_address(0);
	struct running *top;

	(void)call_site;
	if (!thread.stack)
		thread.stack = oracle_map(DEPTH_MAX * sizeof(*thread.stack));
	count_stale(unwind_to(frame));
	if (thread.depth == DEPTH_MAX)
		abort();
	top = &thread.stack[thread.depth++];
	*top = (struct running){ .function = (uint64_t)function, .frame = frame };
	top->is_inlined = !is_of_source && thread.depth > 1 && top[-1].frame == frame;
	function_add((uint64_t)function);
	if (main && (uint64_t)function == (uint64_t)main)
		main_note(true);
}

HOOK void __cyg_profile_func_exit(void *function, void *call_site)
{
	uint64_t frame = *(uint64_t *)__builtin_frame_address(0);
	const struct running *top;

	(void)call_site;
	count_stale(unwind_to(frame));
	top = thread.depth ? &thread.stack[thread.depth - 1] : NULL;
	if (top && top->frame == frame && top->function == (uint64_t)function)
		activation_end();
	else
		count_stale(1);
	if (main && (uint64_t)function == (uint64_t)main)
		main_note(false);
}

/* ---- longjmp ----------------------------------------------------------------------- */

/*
 * glibc's jmp_buf on x86-64: the seventh word is the stack pointer, mixed with the word
 * at %fs:0x30 and rotated left by 17.
 */
static void jump_add(struct __jmp_buf_tag *environment)
{
	uint64_t word = (uint64_t)environment->__jmpbuf[6], key;
	struct oracle_header *header = oracle_header();
	uint64_t count;

	__asm__("movq %%fs:0x30, %0" : "=r"(key));
	count = unwind_to((word >> 17 | word << 47) ^ key);
	if (header)
		__atomic_fetch_add(&header->unwound, count, __ATOMIC_RELAXED);
}

static void (*jump)(struct __jmp_buf_tag[1], int) __attribute__((noreturn));

static __attribute__((constructor)) void jump_find(void)
{
	*(void **)&jump = dlsym(RTLD_NEXT, "siglongjmp");
}

#define JUMP(name)                                                                \
	HOOK __attribute__((noreturn)) void name(struct __jmp_buf_tag environment[1], \
	                                         int value)                           \
	{                                                                             \
		jump_add(environment);                                                    \
		jump(environment, value);                                                 \
	}

JUMP(longjmp)
JUMP(_longjmp)
JUMP(siglongjmp)
JUMP(__longjmp_chk)

/* ---- exit -------------------------------------------------------------------------- */

HOOK __attribute__((noreturn)) void exit(int status)
{
	void (*next)(int) __attribute__((noreturn));

	main_note(false);
	*(void **)&next = dlsym(RTLD_NEXT, "exit");
	next(status);
}
