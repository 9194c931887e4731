/*
 * odd_values.c - what lies in the place of a return address may be anything where stacks
 * are copied, or begin by hand: canaries, pointers, small numbers, code made at run time.
 * Many of them, in an order that makes writer and reader of a trace predict them.
 *
 * guards: a return address that cannot be one ends the walk and is never stored
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#define ROUNDS 300

static long variable;

/* Allocates with `value` in the place of its return address. */
NOINLINE static void allocate_under(uintptr_t value)
{
	volatile uintptr_t *slot = (uintptr_t *)__builtin_frame_address(0) + 1;
	uintptr_t return_address = *slot;

	*slot = value;
	allocate_here();
	allocate_here();
	*slot = return_address;
}

/* The same one frame further in. */
NOINLINE static void allocate_further_in(uintptr_t value)
{
	allocate_under(value);
	allocate_here();
}

/* malloc(24), called by code that no module holds: a frame with rbp, then the end of it. */
static void *(*code_make(void))(void)
{
	static const unsigned char code[] = {
		0x55,                      /* push %rbp */
		0x48, 0x89, 0xe5,          /* mov %rsp, %rbp */
		0xbf, 24,   0,    0, 0,    /* mov $24, %edi */
		0x48, 0xb8, 0,    0, 0, 0, /* movabs $malloc, %rax */
		0,    0,    0,    0,       /* */
		0xff, 0xd0,                /* call *%rax */
		0x5d,                      /* pop %rbp */
		0xc3,                      /* ret */
	};
	void *(*function)(size_t) = malloc;
	char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                    -1, 0);

	memcpy(memory, code, sizeof(code));
	memcpy(memory + 11, &function, sizeof(function));
	check(mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0, "not executable");
	return (void *(*)(void))(uintptr_t)memory;
}

static void *run(void *argument)
{
	void *(*made)(void) = code_make();
	uintptr_t local, canary = 0x5bd1e995a7c3d100 ^ (uintptr_t)argument;

	for (uintptr_t round = 0; round < ROUNDS; round++) {
		const uintptr_t values[] = {
			canary,
			~(uintptr_t)0,
			round,
			(uintptr_t)1 << 47 | round,
			(uintptr_t)1 << 48 | (uintptr_t)run,
			(uintptr_t)0xffff8000 << 32,
			(uintptr_t)1 << 63 | (uintptr_t)malloc,
			(uintptr_t)&variable,
			(uintptr_t)&local,
			(uintptr_t)made + 22, /* its return address, without a call of it */
			canary + round * 0x100,
			0x7fffffffffff,
			0,
		};

		for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
			allocate_under(values[i]);
			allocate_further_in(values[i]);
		}
		allocate_here();
		free(made());
	}
	check(munmap((void *)(uintptr_t)made, 4096) == 0, "not unmapped");
	allocate_further_in((uintptr_t)made + 22);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	exact_begin();
	run(NULL);
	check(pthread_create(&thread, NULL, run, (void *)0x1234567) == 0, "no thread");
	pthread_join(thread, NULL);
	/* Sizes and addresses: no number is too large, and none too odd. */
	for (int shift = 0; shift < 64; shift++) {
		size_t size = (size_t)1 << shift;

		free(calloc(1, shift < 20 ? size : 1));
		if (shift > 50)
			check(!malloc(size) && !calloc(size, 3), "%d: there was so much", shift);
	}
	check(!malloc(SIZE_MAX) && !calloc(SIZE_MAX, SIZE_MAX), "there was so much");
	free(memalign((size_t)1 << 20, 10));
	return exact_end();
}
