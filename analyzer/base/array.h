/*
 * base/array.h - one way to make arrays grow: at least twofold, so that adding n items costs
 * n copies or so, not n squared.
 */
#ifndef OUTLIVE_BASE_ARRAY_H
#define OUTLIVE_BASE_ARRAY_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_FIRST_BYTES 64 /* the least that is asked for .. */
#define ARRAY_FIRST_ITEMS 4  /* .. if that is room for so many */

/* The capacity after `capacity`, with room for `wanted` items; 0: more than `most`. */
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

/* The items, which may have moved; NULL: no memory, and they are as they were. */
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

#define ARRAY_RESERVE(items, capacity, wanted, is_zeroed)                            \
	((size_t)(wanted) <= (size_t)(capacity) ? 0 : __extension__({                    \
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
 * Room for `wanted` items in all. `items` is a pointer to them or NULL, `capacity` an unsigned
 * number of any width: how many there is room for now. Both are variables or fields, and are
 * changed. 0; or -1: no memory, and both are as they were.
 */
#define array_reserve(items, capacity, wanted) ARRAY_RESERVE(items, capacity, wanted, 0)

/* The same, and the new items are zero bytes: all of them, up to the capacity. */
#define array_reserve_zeroed(items, capacity, wanted) \
	ARRAY_RESERVE(items, capacity, wanted, 1)

#endif
