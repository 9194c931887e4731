/*
 * sigprof_storm.c - a thread that allocates is interrupted by SIGPROF as often as another
 * thread can send it. The handler walks no heap, but it lands anywhere in the allocator
 * and in the recorder.
 *
 * build: -pthread
 * expect: count("allocate") == $out.blocks
 * expect: bytes("allocate") == $out.bytes
 * expect: live("allocate") == 0
 * expect: $out.signals >= 3000
 * expect: .lost.events == 0
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t signals, finished;
static void *volatile sink;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void *storm(void *victim)
{
	while (!finished) {
		pthread_kill(*(pthread_t *)victim, SIGPROF);
		for (volatile int i = 0; i < 2000; i++)
			;
	}
	return NULL;
}

static __attribute__((noinline)) unsigned long allocate(int depth)
{
	unsigned long bytes = 0;

	if (depth > 0)
		return allocate(depth - 1) + (sink == NULL);
	for (int i = 0; i < 10000; i++) {
		size_t size = 16 + (size_t)i % 512;

		sink = malloc(size);
		bytes += size;
		free(sink);
	}
	return bytes;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	pthread_t self = pthread_self(), thread;
	unsigned long bytes = 0, rounds = 0;

	sigaction(SIGPROF, &action, NULL);
	if (pthread_create(&thread, NULL, storm, &self))
		return 1;
	while (signals < 3000 || rounds < 30)
		bytes += allocate((int)(rounds++ % 30));
	finished = 1;
	pthread_join(thread, NULL);
	dprintf(STDOUT_FILENO, "signals=%d\nbytes=%lu\nblocks=%lu\n", (int)signals, bytes,
	        rounds * 10000);
	return 0;
}
