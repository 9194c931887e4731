/*
 * process/memory_pages.h - reads many small things of a living process's memory: each page is
 * read once, as it was then. A page that is not in memory is not brought in.
 */
#ifndef OUTLIVE_PROCESS_MEMORY_PAGES_H
#define OUTLIVE_PROCESS_MEMORY_PAGES_H

#include "process/memory.h"

struct memory_pages {
	const struct process_memory *memory; /* borrowed */
	struct memory_page_block *blocks;    /* 16 MiB at most; NULL: none read yet */
};

/* False: it is not in memory, cannot be read, or our memory is out. */
bool memory_pages_copy(struct memory_pages *pages, uint64_t address, void *bytes,
                       size_t size);
void memory_pages_release(struct memory_pages *pages);

#endif
