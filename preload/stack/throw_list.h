/*
 * stack/throw_list.h - the exceptions of a thread that are in flight; see stack/throws.h.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THROW_LIST_H
#define OUTLIVE_PRELOAD_STACK_THROW_LIST_H

#include <stdbool.h>
#include <stdint.h>

#define THROWS_MAX 8
#define CEILING_ALL 1

/* An exception that is not known to be caught; see stack/throws.h. */
struct throw_entry {
	const void *exception; /* NULL: it lands nowhere */
	uint32_t keep;         /* this many outer frames have stood since the throw */
	bool is_written;       /* an event brought the frames up to date before it */
	bool patch_none;       /* no frame may get a stub until it lands */
};

struct throw_list {
	struct throw_entry throws[THROWS_MAX]; /* the last that moved is last */
	uint32_t count;
	bool is_unsure; /* an exception may be in flight that was taken off the list */
	const void *exception; /* the last of them; NULL: none, or unknown */
	/*
	 * No stub is put at this slot or further out, until an event is further out and no
	 * exception is in flight. CEILING_ALL: none anywhere until an exception is caught. 0:
	 * no ceiling.
	 */
	uintptr_t ceiling;
	uintptr_t ceiling_slot; /* its value without CEILING_ALL */
};

#endif
