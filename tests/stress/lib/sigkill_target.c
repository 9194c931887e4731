/*
 * sigkill_target.c - four threads allocate and free until they are killed. Each counts,
 * in a mapping shared with whoever looks afterwards, the calls that have *returned*: all
 * of those must be in the recording, and at most the one call that was under way more.
 *
 *   sigkill_target FILE          run, counting in FILE
 *   sigkill_target --print FILE  print the counts: {"pid": P, "threads": {"TID": [A, F]}}
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define THREADS 4
#define KEPT 64

struct counts {
	_Atomic int pid; /* set last: all threads run */
	struct {
		_Atomic int tid;
		_Atomic unsigned long allocations, frees;
		char padding[40];
	} threads[THREADS];
};

static struct counts *counts;

/* Different depths and sizes, so that chunks fill at different events. */
static __attribute__((noinline)) void *allocate(unsigned depth, size_t bytes)
{
	void *block = depth ? allocate(depth - 1, bytes) : malloc(bytes);

	__asm__ volatile("" : : "r"(block) : "memory"); /* no tail call */
	return block;
}

static void *work(void *argument)
{
	long number = (long)argument;
	unsigned random = 12345u + (unsigned)number;
	void *kept[KEPT] = { NULL };

	counts->threads[number].tid = gettid();
	for (;;) {
		unsigned slot;

		random = random * 1664525u + 1013904223u;
		slot = (random >> 8) % KEPT;
		if (kept[slot]) {
			free(kept[slot]);
			counts->threads[number].frees++;
		}
		kept[slot] = allocate(random >> 29, 16 + (random >> 16) % 500);
		counts->threads[number].allocations++;
	}
	return NULL;
}

static int print(void)
{
	printf("{\"pid\": %d, \"threads\": {", counts->pid);
	for (int i = 0; i < THREADS; i++)
		printf("%s\"%d\": [%lu, %lu]", i ? ", " : "", counts->threads[i].tid,
		       counts->threads[i].allocations, counts->threads[i].frees);
	printf("}}\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[argc - 1] : "counts";
	int file = open(path, O_RDWR | O_CREAT, 0600);
	pthread_t thread;

	if (file < 0 || ftruncate(file, sizeof(*counts)))
		return 1;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (counts == MAP_FAILED)
		return 1;
	if (argc > 2 && !strcmp(argv[1], "--print"))
		return print();
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, work, (void *)i))
			return 1;
	for (int i = 0; i < THREADS; i++)
		while (counts->threads[i].tid == 0)
			usleep(100);
	counts->pid = getpid();
	pause();
	return 0;
}
