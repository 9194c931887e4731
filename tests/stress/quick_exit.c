/*
 * quick_exit.c - leaves by _exit from a thread while two others are inside the allocator:
 * no destructor runs, nothing that was counted may be missing.
 *
 * build: -pthread
 * exit: 7
 * expect: count("last_words") == 1000
 * expect: live("last_words") == 1000 * 8
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *volatile sinks[3];

static void *noise(void *slot)
{
	for (;;) {
		*(void *volatile *)slot = malloc(40);
		free(*(void *volatile *)slot);
	}
	return NULL;
}

static __attribute__((noinline)) void last_words(void)
{
	for (int i = 0; i < 1000; i++)
		sinks[0] = malloc(8);
}

static void *leaver(void *argument)
{
	usleep(20000);
	last_words();
	_exit(7);
	return argument;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, noise, (void *)&sinks[1]) ||
	    pthread_create(&thread, NULL, noise, (void *)&sinks[2]) ||
	    pthread_create(&thread, NULL, leaver, NULL))
		return 1;
	pause();
	return 0;
}
