/*
 * replay/threads.h - the threads of a process, as its events show them.
 */
#ifndef OUTLIVE_REPLAY_THREADS_H
#define OUTLIVE_REPLAY_THREADS_H

#include "base/error.h"
#include "base/hash_index.h"
#include "replay/labels.h"
#include "replay/thread_stack.h"

#include <stddef.h>
#include <stdint.h>

#define IDLE_LISTS 64

struct thread_table {
	struct thread **items; /* by index: in the order in which they were first seen */
	size_t count, capacity;
	struct hash_index by_serial;    /* holds index + 1 */
	struct hash_index by_goroutine; /* likewise; see replay/strands.h */
	uint32_t stale;                 /* entries of it that mean nothing any more */
	uint8_t *
		seen; /* a bit for each number of a goroutine that was counted; see strands.c */
	size_t seen_bytes;
	struct label_table labels; /* of goroutines */
	/* strands for other goroutines, by next_idle; in a list by their start */
	struct thread *idle[IDLE_LISTS];
	bool copies_stacks; /* RING_COPIES_STACKS; set before the first thread is added */
};

/* The thread with that serial number, or NULL. A zeroed table is empty. */
struct thread *thread_table_find(const struct thread_table *table, uint32_t serial);

/* How many threads made events: goroutines are in the table, too, and are not counted. */
size_t thread_table_threads(const struct thread_table *table);

/* What the table is of, for a sentence: "thread", or "goroutine or thread". */
const char *thread_table_kind(const struct thread_table *table);

/* Add a thread that is not in the table, with nothing but its numbers; NULL: no memory. */
struct thread *thread_table_add(struct thread_table *table, uint32_t serial);

/* Add a strand that is no thread; NULL: no memory. */
struct thread *thread_table_add_strand(struct thread_table *table);

/* Call when no thread runs the goroutine, or no block remembers it, any more. */
void thread_strand_idle(struct thread_table *table, struct thread *strand);

/*
 * The thread has this name (16 bytes, padded with NULs) from `time` on, unless a later name is
 * known.
 */
void thread_name_set(struct thread *thread, const char *name, uint64_t time);

/*
 * Read the names of threads that other threads saw: the definitions of a chunk, without its
 * header. `table` is a struct thread_table. Always returns 0: address_map_load() reports what
 * is wrong in them.
 */
int thread_table_names(void *table, const uint8_t *data, size_t bytes,
                       struct error *error);

void thread_table_release(struct thread_table *table);

#endif
