/*
 * guarded.c - what runtimes do with guards: 16 parts of a heap, each above one, beside the stacks
 * of threads that run, and of such as have ended and left theirs to the next.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PARTS 16
#define THREADS 4
#define PAGE 4096
#define PART_BYTES (1 << 20)

static void *run_on(void *unused)
{
	pause();
	return unused;
}

static void *touch(void *unused)
{
	char stack[256 << 10];

	memset(stack, 1, sizeof(stack));
	return *(volatile char *)stack ? unused : stack;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	int i;

	(void)argv;
	for (i = 0; i < PARTS; i++) {
		char *part = mmap(NULL, PAGE + PART_BYTES, PROT_NONE,
		                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (part == MAP_FAILED ||
		    mprotect(part + PAGE, PART_BYTES, PROT_READ | PROT_WRITE))
			return 1;
		memset(part + PAGE, 1, PART_BYTES);
	}
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, touch, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_on, NULL);
	puts("ready");
	fflush(stdout);
	if (argc > 1)
		pause();
	usleep(500000); /* how much a process may read of itself is a share of its life */
	return 0;
}
