/*
 * base/array.h - the one way to let arrays grow: at least twofold, so that adding n items costs
 * about n copies, not n squared.
 */
#ifndef OUTLIVE_BASE_ARRAY_H
#define OUTLIVE_BASE_ARRAY_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_FIRST_BYTES 64 /* the smallest allocation .. */
#define ARRAY_FIRST_ITEMS 4  /* .. with room for at least this many items */

/* The capacity that follows `capacity`, with room for `wanted` items; 0: more than `most`. */
static inline size_t array_capacity(size_t capacity, size_t wanted, size_t item_bytes,
                                    size_t most)
{
	size_t larger = ARRAY_FIRST_BYTES / item_bytes;

	if (most > PTRDIFF_MAX / item_bytes)
		most = PTRDIFF_MAX / item_bytes;
	if (wanted > most)
		return 0;
	if (larger < ARRAY_FIRST_ITEMS)
		larger = ARRAY_FIRST_ITEMS;
	if (capacity)
		larger = capacity <= most / 2 ? 2 * capacity : most;
	if (larger < wanted)
		larger = wanted;
	return larger < most ? larger : most;
}

/* Returns the items, which may have moved; NULL: no memory, and they are unchanged. */
static inline void *array_grown(void *items, size_t *capacity, size_t wanted,
                                size_t item_bytes, size_t most, int is_zeroed)
{
	size_t larger = array_capacity(*capacity, wanted, item_bytes, most);
	char *grown = larger ? realloc(items, larger * item_bytes) : NULL;

	if (!grown)
		return NULL;
	if (is_zeroed)
		memset(grown + *capacity * item_bytes, 0, (larger - *capacity) * item_bytes);
	*capacity = larger;
	return grown;
}

/* clang-tidy cannot know that what has a capacity is not NULL. */
#ifdef __clang_analyzer__
#define ARRAY_HAS_ROOM(items, capacity, wanted) \
	((items) && (size_t)(wanted) <= (size_t)(capacity))
#else
#define ARRAY_HAS_ROOM(items, capacity, wanted) ((size_t)(wanted) <= (size_t)(capacity))
#endif

#define ARRAY_RESERVE(items, capacity, wanted, is_zeroed)                            \
	(ARRAY_HAS_ROOM(items, capacity, wanted) ? 0 : __extension__({                   \
		size_t array_capacity_ = (capacity);                                         \
		void *array_items_ = array_grown((items), &array_capacity_, (wanted),        \
		                                 sizeof(*(items)), (__typeof__(capacity))-1, \
		                                 is_zeroed);                                 \
		static_assert((__typeof__(capacity))-1 > 0, "a capacity has no sign");       \
		if (array_items_) {                                                          \
			(items) = array_items_;                                                  \
			(capacity) = (__typeof__(capacity))array_capacity_;                      \
		}                                                                            \
		array_items_ ? 0 : -1;                                                       \
	}))

/*
 * Make room for `wanted` items in all. `items` points to the array or is NULL; `capacity` is an
 * unsigned integer of any width: the items that there is room for now. Both must be variables
 * or fields, and are updated. 0, or -1: no memory, and both are unchanged.
 */
#define array_reserve(items, capacity, wanted) ARRAY_RESERVE(items, capacity, wanted, 0)

/* The same; the new items, up to the new capacity, are zeroed. */
#define array_reserve_zeroed(items, capacity, wanted) \
	ARRAY_RESERVE(items, capacity, wanted, 1)

#endif
