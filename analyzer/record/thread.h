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
	uint64_t asleep_ns; /* sleeps until then, unless woken; 0: it is awake */
};

void sampler_thread_init(struct sampler_thread *thread);
void sampler_thread_release(struct sampler_thread *thread);

/* All signals are blocked in the new thread: another thread waits for them. 0, or an errno. */
int sampler_thread_start(struct sampler_thread *thread, void *(*run)(void *),
                         void *context);

/*
 * Call in the thread, under the lock: sleeps until `until_ns` (UINT64_MAX: for ever), or until
 * it is woken.
 */
void sampler_thread_sleep(struct sampler_thread *thread, pthread_mutex_t *lock,
                          uint64_t until_ns);

/*
 * Call under the lock: something is due at `due_ns`. Wakes the thread only if that is earlier
 * than what it waits for; otherwise a thousand new processes a second would each wake it for
 * nothing.
 */
void sampler_thread_wake(struct sampler_thread *thread, uint64_t due_ns);

#endif
