/*
 * go/arenas.h - where Go's runtimes have reserved addresses for their heaps, as seen when a program
 * with cgo did so: its runtime maps memory by C, and so by mmap().
 */
#ifndef OUTLIVE_PRELOAD_GO_ARENAS_H
#define OUTLIVE_PRELOAD_GO_ARENAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define GO_ARENA_BYTES (UINT64_C(64) << 20)

/*
 * Remember what a mapping call of the code at `caller` has reserved at the address that it asked
 * for, if that code is in a module with a runtime.
 */
void go_arenas_note(uintptr_t caller, uintptr_t address, size_t size_bytes);

/* The same, if the call is like one for the heap: for nothing else does Go ask for an address. */
static inline void go_arenas_see(uintptr_t caller, const void *asked,
                                 const void *result, size_t size_bytes, int protection,
                                 int flags)
{
	uintptr_t address = (uintptr_t)asked;

	if (protection == PROT_NONE && address && asked == result &&
	    !((address | size_bytes) % GO_ARENA_BYTES) && flags & MAP_ANONYMOUS)
		go_arenas_note(caller, address, size_bytes);
}

/* Whether more than half of [start, end) is in such arenas. */
bool go_arenas_hold(uintptr_t start, uintptr_t end);

#endif
