/*
 * record/thread.h - a thread that sleeps until something is due.
 */
#ifndef OUTLIVE_RECORD_THREAD_H
#define OUTLIVE_RECORD_THREAD_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

struct sampler_thread {
	pthread_t thread;
	pthread_cond_t changed;
	uint64_t asleep_ns; /* until then, if nobody wakes it; 0: it is awake */
};

void sampler_thread_init(struct sampler_thread *thread);
void sampler_thread_release(struct sampler_thread *thread);

/* Signals are for the thread that waits for them, not for this one. 0, or an errno. */
int sampler_thread_start(struct sampler_thread *thread, void *(*run)(void *),
                         void *context);

/* By the thread itself, under the lock: until the time (UINT64_MAX: for ever), or woken. */
void sampler_thread_sleep(struct sampler_thread *thread, pthread_mutex_t *lock,
                          uint64_t until_ns);

/*
 * Under the lock. Something is due then; it sleeps on if that is no earlier than what it
 * waits for: of a thousand processes a second each would wake it for nothing.
 */
void sampler_thread_wake(struct sampler_thread *thread, uint64_t due_ns);

#endif
