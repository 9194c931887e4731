/* record/snapshot_thread.c - lets a thread sleep until something is due. */
#include "record/snapshot_thread.h"

#include "base/kernel_clock.h"

#include <signal.h>

/* Fixed, since the default depends on RLIMIT_STACK, which may be set for the program. */
#define STACK_BYTES ((size_t)1 << 20)

void snapshot_thread_init(struct snapshot_thread *thread)
{
	pthread_condattr_t clock;

	*thread = (struct snapshot_thread){ .asleep_ns = 0 };
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->changed, &clock);
	pthread_condattr_destroy(&clock);
}

void snapshot_thread_release(struct snapshot_thread *thread)
{
	pthread_cond_destroy(&thread->changed);
}

int snapshot_thread_start(struct snapshot_thread *thread, void *(*run)(void *),
                          void *context)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int failure;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&thread->thread, &attributes, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return failure;
}

/*
 * Convert a time of the kernel's clock to libc's clock, which the condition variable uses: a
 * preloaded library may fake it.
 */
static struct timespec libc_time(uint64_t kernel_ns)
{
	uint64_t now_ns = kernel_now_ns(), wait_ns;
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	wait_ns = kernel_ns > now_ns ? kernel_ns - now_ns : 0;
	wait_ns += (uint64_t)time.tv_nsec;
	time.tv_sec += (time_t)(wait_ns / SECOND_NS);
	time.tv_nsec = (long)(wait_ns % SECOND_NS);
	return time;
}

void snapshot_thread_sleep(struct snapshot_thread *thread, pthread_mutex_t *lock,
                           uint64_t until_ns)
{
	struct timespec until;

	thread->asleep_ns = until_ns;
	if (until_ns == UINT64_MAX) {
		pthread_cond_wait(&thread->changed, lock);
	} else {
		until = libc_time(until_ns);
		pthread_cond_timedwait(&thread->changed, lock, &until);
	}
	thread->asleep_ns = 0;
}

void snapshot_thread_wake(struct snapshot_thread *thread, uint64_t due_ns)
{
	if (due_ns < thread->asleep_ns)
		pthread_cond_signal(&thread->changed);
}
