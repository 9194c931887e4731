/*
 * record/snapshot_thread.h - a thread that sleeps until something is due.
 */
#ifndef OUTLIVE_RECORD_SNAPSHOT_THREAD_H
#define OUTLIVE_RECORD_SNAPSHOT_THREAD_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

struct snapshot_thread {
	pthread_t thread;
	pthread_cond_t changed;
	uint64_t asleep_ns; /* sleeps until then, unless woken; 0: it is awake */
};

void snapshot_thread_init(struct snapshot_thread *thread);
void snapshot_thread_release(struct snapshot_thread *thread);

/* All signals are blocked in the new thread: another thread waits for them. 0, or an errno. */
int snapshot_thread_start(struct snapshot_thread *thread, void *(*run)(void *),
                          void *context);

/*
 * Call in the thread, under the lock: sleeps until `until_ns` (UINT64_MAX: for ever), or until
 * it is woken.
 */
void snapshot_thread_sleep(struct snapshot_thread *thread, pthread_mutex_t *lock,
                           uint64_t until_ns);

/*
 * Call under the lock: something is due at `due_ns`. Wakes the thread only if that is earlier
 * than what it waits for; otherwise a thousand new processes a second would each wake it for
 * nothing.
 */
void snapshot_thread_wake(struct snapshot_thread *thread, uint64_t due_ns);

#endif
