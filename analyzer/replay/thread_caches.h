/*
 * replay/thread_caches.h - the freed blocks that wait in the cache of each thread (glibc's
 * tcache), as the events show: at most 7 of each size. malloc takes such a block for one in use,
 * so that it keeps the memory around it from being given back.
 *
 * glibc also fills a cache from its lists of free blocks: those are not known.
 */
#ifndef OUTLIVE_REPLAY_THREAD_CACHES_H
#define OUTLIVE_REPLAY_THREAD_CACHES_H

#include <stddef.h>
#include <stdint.h>

/* glibc 2.26 to 2.41, malloc/malloc.c: TCACHE_MAX_BINS, TCACHE_FILL_COUNT */
#define CACHE_SIZES 64
#define CACHE_DEPTH 7

struct thread_cache {
	uint8_t counts[CACHE_SIZES];
	uint64_t blocks[CACHE_SIZES][CACHE_DEPTH]; /* addresses; the last is the newest */
};

/* By index of the thread; NULL: nothing was freed yet. All zero: empty. */
struct thread_caches {
	struct thread_cache **items;
	size_t count;
};

/* `chunk`: what malloc takes for the block. If memory is out, the block is left out. */
void thread_caches_put(struct thread_caches *caches, size_t thread, uint64_t address,
                       uint64_t chunk);

/* The block is in use again, by this thread. */
void thread_caches_take(struct thread_caches *caches, size_t thread, uint64_t address,
                        uint64_t chunk);

/* The thread has ended, and its cache with it. */
void thread_caches_end(struct thread_caches *caches, size_t thread);

/* What malloc takes for a block of this cache's size number. */
static inline uint64_t thread_cache_chunk(uint32_t size)
{
	return 32 + (uint64_t)size * 16;
}

void thread_caches_release(struct thread_caches *caches);

#endif
