/*
 * replay/kept.h - what the pages of libc's heap hold at one time: live blocks, what malloc adds
 * to them, and what is free but kept. Which live blocks pin the free parts of their pages.
 *
 * All is exact as far as the blocks are known, except what malloc adds (live_probes.h).
 */
#ifndef OUTLIVE_REPLAY_KEPT_H
#define OUTLIVE_REPLAY_KEPT_H

#include "replay/live_table.h"
#include "replay/thread_caches.h"
#include "segments/heap_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in memory: resident == live + overhead + whole + pinned. */
struct kept_bytes {
	uint64_t resident;
	uint64_t live;     /* asked for by live blocks */
	uint64_t overhead; /* headers and rounding of these, and malloc's own data */
	uint64_t whole;    /* pages without a live byte .. */
	uint64_t cached;   /* .. of them, with freed blocks in a thread's cache */
	uint64_t top;      /* .. of the others, above all in use in a thread's arena */
	uint64_t pinned;   /* free parts of pages that hold a live byte */
	uint64_t blocks;   /* live blocks, in memory or not */
};

struct kept_arena {
	uint64_t address; /* 0: the main arena */
	uint64_t areas;   /* [heap], or heaps of 64 MiB */
	struct kept_bytes bytes;
};

/* The live blocks of a call path that lie in the heap. */
struct kept_path {
	uint32_t path; /* 0: blocks that are not counted: filters leave them out */
	uint64_t blocks, bytes;
};

/* More blocks than a page has room for are damage. */
#define KEPT_PATHS_ON_PAGE 1024

/* A page in memory that holds live blocks, and has a free part. */
struct kept_page {
	uint32_t first; /* the paths of its blocks begin here in `on_pages` */
	uint16_t count, free_bytes;
};

struct kept {
	bool is_filled;
	uint64_t time; /* quanta */
	bool is_exit;  /* when the exit phase began */
	struct kept_bytes all;
	uint64_t
		pinned_own;  /* part of `pinned`: on pages that hold only malloc's own data */
	uint64_t absent; /* bytes of live blocks in the heap that are not in memory */
	/* blocks that malloc mapped on their own, and what it added; nothing of them is kept */
	uint64_t mapped_blocks, mapped_bytes, mapped_overhead;
	uint64_t other_blocks, other_bytes; /* in memory that is neither */
	uint64_t
		heap_peak; /* most that blocks in the heap ever took until then, with overhead */
	struct kept_arena *arenas; /* the main arena first, then by bytes kept */
	size_t arena_count;
	struct kept_path *paths;
	size_t path_count, path_capacity;
	struct kept_page *pages;
	uint32_t *on_pages;
	size_t page_count;
};

/*
 * Fill in *kept (all zero) from the blocks that are live, and those in caches of threads. 0, or
 * -1: memory is out.
 */
int kept_measure(struct kept *kept, const struct heap_map *map,
                 const struct live_table *live, const struct thread_caches *caches);
void kept_release(struct kept *kept);

/* What is free but kept. */
static inline uint64_t kept_free(const struct kept_bytes *bytes)
{
	return bytes->whole + bytes->pinned;
}

/* What malloc_trim(0) gives back of it. */
static inline uint64_t kept_trimmable(const struct kept_bytes *bytes)
{
	return bytes->whole - bytes->cached - bytes->top;
}

#endif
