/*
 * system/own_memory.h - allocates the recorder's own memory. It begins with a struct own_mark,
 * so that a snapshot from outside does not count it as the program's.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_OWN_MEMORY_H
#define OUTLIVE_PRELOAD_SYSTEM_OWN_MEMORY_H

#include "system/system.h"
#include "record_format.h"

/*
 * The struct own_mark comes before the memory that is returned, and determines its alignment.
 */
static inline size_t own_memory_mapped_bytes(size_t size_bytes)
{
	return (size_bytes + sizeof(struct own_mark) + 4095) & ~(size_t)4095;
}

/* Allocate zeroed memory. NULL: there is none. */
static inline void *own_memory_map(size_t size_bytes)
{
	size_t mapped_bytes = own_memory_mapped_bytes(size_bytes);
	struct own_mark *mark = system_map(mapped_bytes, -1);

	if (!mark)
		return NULL;
	*mark = (struct own_mark){ OWN_MARK_MAGIC, mapped_bytes };
	return mark + 1;
}

static inline void own_memory_unmap(void *memory, size_t size_bytes)
{
	system_unmap((struct own_mark *)memory - 1, own_memory_mapped_bytes(size_bytes));
}

#define OWN_GUARD_BYTES 4096

/*
 * Allocate a stack of `size_bytes`, whole pages, with an inaccessible page below it. Returns
 * its low end; NULL: no memory. The struct own_mark is at that end, where a deep stack may
 * overwrite it.
 */
static inline void *own_stack_map(size_t size_bytes)
{
	char *memory = system_map(OWN_GUARD_BYTES + size_bytes, -1);
	struct own_mark *mark;

	if (!memory)
		return NULL;
	system_protect(memory, OWN_GUARD_BYTES, PROT_NONE);
	mark = (struct own_mark *)(void *)(memory + OWN_GUARD_BYTES);
	*mark = (struct own_mark){ OWN_MARK_MAGIC, size_bytes };
	return mark;
}

#endif
