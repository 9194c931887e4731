/*
 * sigprof_storm.c - a thread that allocates is interrupted by SIGPROF every 20 us. The handler
 * walks no heap, but it lands anywhere in the allocator and in the recorder.
 *
 * expect: count("allocate") == $out.blocks
 * expect: bytes("allocate") == $out.bytes
 * expect: live("allocate") == 0
 * expect: $out.signals >= 3000
 * expect: .lost.events == 0
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id /* older libcs have no name for it */
#define sigev_notify_thread_id _sigev_un._tid
#endif

static volatile sig_atomic_t signals;
static void *volatile sink;

static void on_signal(int number)
{
	(void)number;
	signals++;
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

/*
 * A timer of the kernel sends the signals, not another thread: on few and busy processors, that
 * thread would not run while this one does.
 */
int main(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF };
	struct itimerspec every = { { 0, 20000 }, { 0, 20000 } },
					  never = { { 0, 0 }, { 0, 0 } };
	unsigned long bytes = 0, rounds = 0;
	timer_t timer;

	event.sigev_notify_thread_id = gettid();
	sigaction(SIGPROF, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &every, NULL))
		return 1;
	while (signals < 3000 || rounds < 30)
		bytes += allocate((int)(rounds++ % 30));
	timer_settime(timer, 0, &never, NULL);
	dprintf(STDOUT_FILENO, "signals=%d\nbytes=%lu\nblocks=%lu\n", (int)signals, bytes,
	        rounds * 10000);
	return 0;
}
