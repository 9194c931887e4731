/*
 * replay/threads.h - the threads that the events of a process are of.
 */
#ifndef OUTLIVE_REPLAY_THREADS_H
#define OUTLIVE_REPLAY_THREADS_H

#include "base/error.h"
#include "base/hash_index.h"
#include "replay/thread_stack.h"

#include <stddef.h>
#include <stdint.h>

struct thread_table {
	struct thread **items; /* by index: the order in which they were met */
	size_t count, capacity;
	struct hash_index by_serial; /* of index + 1 */
	bool copies_stacks;          /* RING_COPIES_STACKS; to be set before the first */
};

/* The thread of that serial, or NULL. Zeroed is empty. */
struct thread *thread_table_find(const struct thread_table *table, uint32_t serial);

/* A thread that is not there yet, with nothing but its numbers; NULL: no memory. */
struct thread *thread_table_add(struct thread_table *table, uint32_t serial);

/* It is called so (16 bytes, padded with NULs) from `time` on, if nothing later is known. */
void thread_name_set(struct thread *thread, const char *name, uint64_t time);

/*
 * Threads' names as other threads saw them: the definitions of a chunk, without its header.
 * `table` is a struct thread_table. 0: what is wrong in them, address_map_load() says.
 */
int thread_table_names(void *table, const uint8_t *data, size_t bytes,
                       struct error *error);

void thread_table_release(struct thread_table *table);

#endif
