/*
 * system/own_memory.h - allocates the recorder's own memory. It begins with a struct own_header,
 * so that a snapshot from outside does not count it as the program's.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_OWN_MEMORY_H
#define OUTLIVE_PRELOAD_SYSTEM_OWN_MEMORY_H

#include "system/system.h"
#include "record_format.h"

/*
 * The struct own_header comes before the memory that is returned, and determines its alignment.
 */
static inline size_t own_memory_mapped_bytes(size_t size_bytes)
{
	return (size_bytes + sizeof(struct own_header) + 4095) & ~(size_t)4095;
}

/* Allocate zeroed memory. NULL: there is none. */
static inline void *own_memory_map(size_t size_bytes)
{
	size_t mapped_bytes = own_memory_mapped_bytes(size_bytes);
	struct own_header *header = system_map(mapped_bytes, -1);

	if (!header)
		return NULL;
	*header = (struct own_header){ OWN_HEADER_MAGIC, mapped_bytes };
	return header + 1;
}

static inline void own_memory_unmap(void *memory, size_t size_bytes)
{
	system_unmap((struct own_header *)memory - 1, own_memory_mapped_bytes(size_bytes));
}

#define OWN_GUARD_BYTES ARCH_PAGE_BYTES

/*
 * Allocate a stack of `size_bytes`, whole pages, with an inaccessible page below it. Returns
 * its low end; NULL: no memory. The struct own_header is at that end, where a deep stack may
 * overwrite it.
 */
static inline void *own_stack_map(size_t size_bytes)
{
	char *memory = system_map(OWN_GUARD_BYTES + size_bytes, -1);
	struct own_header *header;

	if (!memory)
		return NULL;
	system_protect(memory, OWN_GUARD_BYTES, PROT_NONE);
	header = (struct own_header *)(void *)(memory + OWN_GUARD_BYTES);
	*header = (struct own_header){ OWN_HEADER_MAGIC, size_bytes };
	return header;
}

#endif
