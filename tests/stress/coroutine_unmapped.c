/*
 * coroutine_unmapped.c - a coroutine's stack is unmapped, and another's ends where the
 * mapping now does: what was known of the stack is no longer true. The first event of the
 * process comes from a coroutine, whose stack is not the thread's own.
 *
 * expect: count("body") == 20
 * expect: live("body") == 0
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#define HALF_BYTES (512 << 10)

static ucontext_t outside, inside;
static void *volatile sink;

static void body(void)
{
	for (int i = 0; i < 10; i++) {
		void *block = malloc(33);

		sink = block;
		free(block);
	}
}

/* The stack of the coroutine is the HALF_BYTES below `top`, to the last byte. */
static int run(char *top)
{
	if (getcontext(&inside))
		return 1;
	inside.uc_stack.ss_sp = top - HALF_BYTES;
	inside.uc_stack.ss_size = HALF_BYTES;
	inside.uc_link = &outside;
	makecontext(&inside, body, 0);
	return swapcontext(&outside, &inside);
}

int main(void)
{
	char *base = mmap(NULL, 2 * HALF_BYTES, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED || run(base + 2 * HALF_BYTES))
		return 1;
	if (munmap(base + HALF_BYTES, HALF_BYTES) || run(base + HALF_BYTES))
		return 1;
	return 0;
}
