/* replay_threads.c - the threads that the events are of, by their serials. Layer 6. */
#include "replay.h"

#include <stdlib.h>

static uint64_t thread_hash_of(const void *context, uint32_t number)
{
	return hash_words(((const struct replay *)context)->threads[number - 1]->serial, 1);
}

static struct thread *thread_new(struct replay *replay, uint32_t serial)
{
	size_t capacity = replay->thread_capacity ? 2 * replay->thread_capacity : 16;
	struct thread *thread, **threads;

	if (replay->thread_count == replay->thread_capacity) {
		threads = realloc(replay->threads, capacity * sizeof(struct thread *));
		if (!threads)
			return NULL;
		replay->threads = threads;
		replay->thread_capacity = capacity;
	}
	thread = calloc(1, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->serial = serial;
	thread->index = (uint32_t)replay->thread_count;
	thread->share.peak_epoch = replay->sites.peak_epoch;
	replay->threads[replay->thread_count] = thread;
	if (hash_index_add(&replay->thread_index, hash_words(serial, 1),
	                   (uint32_t)replay->thread_count + 1, thread_hash_of, replay)) {
		free(thread);
		return NULL;
	}
	replay->thread_count++;
	return thread;
}

struct thread *replay_thread(struct replay *replay, uint32_t serial)
{
	uint32_t slot, number;

	if (replay->thread_index.count) {
		slot = hash_index_slot(&replay->thread_index, hash_words(serial, 1));
		while ((number = hash_index_next(&replay->thread_index, &slot))) {
			if (replay->threads[number - 1]->serial == serial)
				return replay->threads[number - 1];
		}
	}
	return thread_new(replay, serial);
}
