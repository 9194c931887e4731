/* segments/large_blocks.c - keeps the live large blocks sorted by address. */
#include "segments/large_blocks.h"

#include "base/array.h"
#include "base/page.h"

#include <stdlib.h>

#define HEADER_BYTES 16 /* before a block that glibc mapped: the header begins a page */
/* Changes gathered before the first merge. */
#define CHANGES_MIN 1024
#define ADDRESS_MAX (UINT64_MAX & ~(PAGE - 1))

static int change_compare(const void *one, const void *two)
{
	const struct large_block *a = one, *b = two;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void live_large_release(struct live_large *large)
{
	free(large->blocks);
	free(large->changes);
	*large = (struct live_large){ .is_failed = large->is_failed };
}

static void fail(struct live_large *large)
{
	large->is_failed = true;
	live_large_release(large);
}

/*
 * Merge the gathered changes into the sorted blocks. The last change of an address counts. Both
 * are sorted, so one pass is enough: a change replaces the block of the same address, or
 * removes it if its size is 0. If memory is out, everything is dropped: without the changes,
 * the blocks would be wrong.
 */
static void changes_merge(struct live_large *large)
{
	const struct large_block *changes = large->changes, *blocks = large->blocks;
	struct large_block *merged;
	size_t count = 0, at = 0, i;

	if (!large->change_count)
		return;
	merged = malloc((large->count + large->change_count) * sizeof(*merged));
	if (!merged) {
		fail(large);
		return;
	}
	qsort(large->changes, large->change_count, sizeof(*changes), change_compare);
	for (i = 0; i < large->change_count; i++) {
		if (i + 1 < large->change_count && changes[i + 1].address == changes[i].address)
			continue;
		while (at < large->count && blocks[at].address < changes[i].address)
			merged[count++] = blocks[at++];
		if (at < large->count && blocks[at].address == changes[i].address)
			at++;
		if (changes[i].size)
			merged[count++] = changes[i];
	}
	while (at < large->count)
		merged[count++] = blocks[at++];
	free(large->blocks);
	large->blocks = merged;
	large->count = count;
	large->change_count = 0;
}

/*
 * Make room for one more change. The array holds as many changes as there are blocks, so that a
 * merge costs little for each of them.
 */
static bool changes_room(struct live_large *large)
{
	size_t room = large->count > CHANGES_MIN ? large->count : CHANGES_MIN;

	if (large->change_count < large->change_room)
		return true;
	changes_merge(large);
	if (large->is_failed)
		return false;
	if (array_reserve(large->changes, large->change_room, room)) {
		fail(large);
		return false;
	}
	return true;
}

void live_large_set(struct live_large *large, uint64_t address, uint64_t size)
{
	if (large->is_failed || !changes_room(large))
		return;
	large->changes[large->change_count] = (struct large_block){ address, size,
		                                                        large->change_count };
	large->change_count++;
}

/*
 * Address and size come from events of the trace and may be anything: each sum is checked, and
 * *end stays above the start even at the end of the address space.
 */
uint64_t large_block_pages(uint64_t address, uint64_t size, uint64_t *end)
{
	uint64_t start = address & ~(PAGE - 1), last = address;

	/* glibc maps a header, the block in steps of 16 bytes, and one more word. */
	if (address - start == HEADER_BYTES && size < ADDRESS_MAX / 2)
		size = ((size + 23) & ~UINT64_C(15)) + 8 - HEADER_BYTES;
	last += size;
	if (last < address || last > ADDRESS_MAX - PAGE)
		last = ADDRESS_MAX - PAGE;
	*end = (last + PAGE - 1) & ~(PAGE - 1);
	if (*end <= start)
		*end = start + PAGE > start ? start + PAGE : UINT64_MAX;
	return start;
}

/* The index of the first block, from `from` on, whose address is not below `address`. */
static size_t block_find(const struct live_large *large, size_t from, uint64_t address)
{
	size_t low = from, high = large->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (large->blocks[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Spans and blocks are both sorted by address. `done` is how far the span is covered: pages
 * that two blocks share are counted once.
 */
void live_large_measure(struct live_large *large, const struct large_spans *spans)
{
	uint64_t start, end, done;
	struct large_span *span;
	size_t at = 0, i;

	if (spans->count)
		changes_merge(large);
	for (i = 0; i < spans->count; i++) {
		span = &spans->spans[i];
		span->block_bytes = 0;
		at = block_find(large, at, span->start);
		at -= at > 0; /* the block before may reach into the span */
		for (done = span->start; at < large->count; at++) {
			start = large_block_pages(large->blocks[at].address, large->blocks[at].size,
			                          &end);
			if (start >= span->end)
				break;
			start = start > done ? start : done;
			end = end < span->end ? end : span->end;
			if (end <= start)
				continue;
			span->block_bytes += end - start;
			done = end;
		}
	}
}
