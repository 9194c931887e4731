/* go/labels.c - labels of goroutines. Sources: runtime/pprof/label.go; runtime/map.go of 1.23. */
#include "go/labels.h"

#include <stdbool.h>
#include <string.h>

#include "arch.h"
#include "system/system.h"

#define LABELS_MAX 16
#define BUCKETS_MAX 4 /* log2: more would not be labels */
#define PAGES 4

struct string {
	uintptr_t at;
	uint64_t bytes;
};

struct label {
	struct string key, value;
};

/* What is read of one goroutine. */
struct reading {
	uintptr_t pages[PAGES]; /* known to be readable */
	uint32_t page_count;
	struct label labels[LABELS_MAX];
	uint32_t count;
	bool is_cut; /* there are more */
};

static bool page_check(struct reading *reading, uintptr_t page)
{
	for (uint32_t i = 0; i < PAGES; i++) {
		if (reading->pages[i] == page)
			return true;
	}
	if (!system_is_surely_readable((const void *)page))
		return false;
	reading->pages[reading->page_count++ % PAGES] = page;
	return true;
}

/* Whether the bytes can be read, which are no more than a page. */
static bool check(struct reading *reading, uintptr_t at, uint64_t bytes)
{
	const uintptr_t mask = ~(uintptr_t)(ARCH_PAGE_BYTES - 1);

	return at >= ARCH_PAGE_BYTES && !(at >> ARCH_ADDRESS_BITS) &&
	       bytes <= ARCH_PAGE_BYTES && page_check(reading, at & mask) &&
	       (!bytes || page_check(reading, (at + bytes - 1) & mask));
}

static bool copy(struct reading *reading, void *to, uintptr_t at, uint64_t bytes)
{
	if (at % sizeof(uintptr_t) || !check(reading, at, bytes))
		return false;
	memcpy(to, (const void *)at, bytes);
	return true;
}

static bool label_add(struct reading *reading, const struct label *label)
{
	if (reading->count == LABELS_MAX) {
		reading->is_cut = true;
		return true;
	}
	reading->labels[reading->count++] = *label;
	return (!label->key.bytes || check(reading, label->key.at, 1)) &&
	       (!label->value.bytes || check(reading, label->value.at, 1));
}

/* ---- a list ---------------------------------------------------------------------- */

static bool list_read(struct reading *reading, uintptr_t at)
{
	struct {
		uintptr_t at;
		uint64_t count, capacity;
	} list;
	struct label label;

	if (!copy(reading, &list, at, sizeof(list)) || list.count > list.capacity ||
	    list.count > UINT32_MAX)
		return false;
	reading->is_cut = list.count > LABELS_MAX;
	for (uint64_t i = 0; i < list.count && i < LABELS_MAX; i++) {
		if (!copy(reading, &label, list.at + i * sizeof(label), sizeof(label)) ||
		    !label_add(reading, &label))
			return false;
	}
	return true;
}

/* ---- a map ----------------------------------------------------------------------- */

#define CELLS 8
/* The first byte of a cell's hash, or: */
enum { CELL_EVACUATED_FIRST = 2, CELL_EVACUATED_LAST = 4, CELL_FULL = 5 };

struct map {
	uint64_t count;
	uint8_t flags, buckets_log2;
	uint16_t overflows;
	uint32_t seed;
	uintptr_t buckets, old_buckets;
};
#define MAP_SAME_SIZE_GROW 8

struct bucket {
	uint8_t hashes[CELLS];
	struct string keys[CELLS], values[CELLS];
	uintptr_t next;
};

/* A bucket and those behind it. */
static bool bucket_read(struct reading *reading, uintptr_t at, bool is_old)
{
	struct bucket bucket;

	for (int length = 0; at; at = bucket.next) {
		if (++length > LABELS_MAX || !copy(reading, &bucket, at, sizeof(bucket)))
			return false;
		if (is_old && bucket.hashes[0] >= CELL_EVACUATED_FIRST &&
		    bucket.hashes[0] <= CELL_EVACUATED_LAST)
			return true; /* its labels are in the new buckets */
		for (int i = 0; i < CELLS; i++) {
			if (bucket.hashes[i] >= CELL_FULL &&
			    !label_add(reading,
			               &(struct label){ bucket.keys[i], bucket.values[i] }))
				return false;
		}
	}
	return true;
}

static bool buckets_read(struct reading *reading, uintptr_t at, int log2, bool is_old)
{
	for (int i = 0; i < 1 << log2; i++) {
		if (!bucket_read(reading, at + (uintptr_t)i * sizeof(struct bucket), is_old))
			return false;
	}
	return true;
}

static bool map_read(struct reading *reading, uintptr_t at)
{
	struct map map;
	uintptr_t map_at;
	int old;

	if (!copy(reading, &map_at, at, sizeof(map_at)))
		return false;
	if (!map_at)
		return true;
	if (!copy(reading, &map, map_at, sizeof(map)) || map.buckets_log2 > BUCKETS_MAX)
		return false;
	if (!map.count)
		return true;
	old = map.buckets_log2 - !(map.flags & MAP_SAME_SIZE_GROW);
	return buckets_read(reading, map.buckets, map.buckets_log2, false) &&
	       (!map.old_buckets || old < 0 ||
	        buckets_read(reading, map.old_buckets, old, true)) &&
	       (reading->is_cut || reading->count == map.count);
}

/* ---- writing --------------------------------------------------------------------- */

static uint8_t *string_put(struct reading *reading, uint8_t *at,
                           const struct string *string, uint64_t bytes)
{
	if (bytes && check(reading, string->at, bytes))
		memcpy(at, (const void *)string->at, bytes);
	else
		memset(at, '?', bytes);
	return at + bytes;
}

/* Write as many labels as there is room for; each key and value has at most half of it. */
static uint32_t labels_put(struct reading *reading, uint8_t *to)
{
	uint8_t *at = to + 1;
	uint8_t count = 0;

	for (uint32_t i = 0; i < reading->count; i++) {
		struct label *label = &reading->labels[i];
		uint64_t key = label->key.bytes, value = label->value.bytes;

		if (key > GOROUTINE_LABEL_MAX || value > GOROUTINE_LABEL_MAX)
			reading->is_cut = true;
		key = key > GOROUTINE_LABEL_MAX ? GOROUTINE_LABEL_MAX : key;
		value = value > GOROUTINE_LABEL_MAX ? GOROUTINE_LABEL_MAX : value;
		if (at + 2 + key + value > to + GOROUTINE_LABELS_MAX) {
			reading->is_cut = true;
			break;
		}
		*at++ = (uint8_t)key;
		*at++ = (uint8_t)value;
		at = string_put(reading, at, &label->key, key);
		at = string_put(reading, at, &label->value, value);
		count++;
	}
	*to = (uint8_t)(count << 1 | reading->is_cut);
	return count ? (uint32_t)(at - to) : 0;
}

__attribute__((noinline)) uint32_t go_labels_read(const struct goroutine *goroutine,
                                                  uint8_t *to)
{
	struct reading reading;

	reading.page_count = reading.count = 0;
	reading.is_cut = false;
	memset(reading.pages, 0, sizeof(reading.pages));
	if (!(goroutine->are_labels_map ? map_read : list_read)(&reading,
	                                                        goroutine->labels))
		return 0;
	return labels_put(&reading, to);
}
