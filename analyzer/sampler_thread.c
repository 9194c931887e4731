/* sampler_thread.c - sleep until something is due. Layer 4. */
#include "sampler_thread.h"

#include <signal.h>

uint64_t sampler_clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void sampler_thread_init(struct sampler_thread *thread)
{
	pthread_condattr_t clock;

	*thread = (struct sampler_thread){ .asleep_ns = 0 };
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&thread->changed, &clock);
	pthread_condattr_destroy(&clock);
}

void sampler_thread_release(struct sampler_thread *thread)
{
	pthread_cond_destroy(&thread->changed);
}

int sampler_thread_start(struct sampler_thread *thread, void *(*run)(void *),
                         void *context)
{
	sigset_t all, before;
	int failure;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failure = pthread_create(&thread->thread, NULL, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failure;
}

void sampler_thread_sleep(struct sampler_thread *thread, pthread_mutex_t *lock,
                          uint64_t until_ns)
{
	struct timespec until = { (time_t)(until_ns / SECOND_NS),
		                      (long)(until_ns % SECOND_NS) };

	thread->asleep_ns = until_ns;
	if (until_ns == UINT64_MAX)
		pthread_cond_wait(&thread->changed, lock);
	else
		pthread_cond_timedwait(&thread->changed, lock, &until);
	thread->asleep_ns = 0;
}

void sampler_thread_wake(struct sampler_thread *thread, uint64_t due_ns)
{
	if (due_ns < thread->asleep_ns)
		pthread_cond_signal(&thread->changed);
}
