/* replay/live_table.c - the blocks that are live, by address. */
#include "replay/live_table.h"

#include "invariant.h"

#include <stdlib.h>
#include <sys/mman.h>

/* 4096 slots at first; the limit keeps the sizes in bytes far from an overflow */
#define BITS_FIRST 12
#define BITS_MAX 40
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

/*
 * Zeroed memory. Searches touch all of a large table, and with small pages they would miss the
 * TLB.
 */
static void *array_new(size_t bytes)
{
	void *array = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	                   -1, 0);

	if (array == MAP_FAILED)
		return NULL;
	if (bytes >= 2 * HUGE_PAGE_BYTES)
		madvise(array, bytes, MADV_HUGEPAGE);
	return array;
}

static int arrays_new(struct live_table *table, uint32_t bits)
{
	size_t slots = (size_t)1 << bits;

	*table = (struct live_table){ .bits = bits };
	table->addresses = array_new(slots * sizeof(*table->addresses));
	table->blocks = array_new(slots * sizeof(*table->blocks));
	if (table->addresses && table->blocks)
		return 0;
	live_table_release(table);
	return -1;
}

int live_table_init(struct live_table *table)
{
	return arrays_new(table, BITS_FIRST);
}

void live_table_release(struct live_table *table)
{
	size_t slots = (size_t)1 << table->bits;

	if (table->addresses)
		munmap(table->addresses, slots * sizeof(*table->addresses));
	if (table->blocks)
		munmap(table->blocks, slots * sizeof(*table->blocks));
	*table = (struct live_table){ .bits = 0 };
}

/* The slot of an address, or the free slot where it would be put. */
static inline size_t slot_find(const struct live_table *table, uint64_t address)
{
	size_t mask = ((size_t)1 << table->bits) - 1;
	size_t slot = live_table_slot(table, address);

	while (table->addresses[slot] && table->addresses[slot] != address)
		slot = (slot + 1) & mask;
	return slot;
}

static int live_table_grow(struct live_table *table)
{
	size_t slot, to, slots = (size_t)1 << table->bits;
	struct live_table grown;

	if (table->bits >= BITS_MAX || arrays_new(&grown, table->bits + 1))
		return -1;
	for (slot = 0; slot < slots; slot++) {
		if (!table->addresses[slot])
			continue;
		to = slot_find(&grown, table->addresses[slot]);
		grown.addresses[to] = table->addresses[slot];
		grown.blocks[to] = table->blocks[slot];
	}
	grown.count = table->count;
	live_table_release(table);
	*table = grown;
	return 0;
}

struct block *live_table_add(struct live_table *table, uint64_t address, bool *is_new)
{
	size_t slot;

	/* The table is at most two thirds full. */
	if (table->count * 3 >= (size_t)2 << table->bits && live_table_grow(table))
		return NULL;
	/* a free slot remains, so every search ends */
	invariant(address && table->count < (size_t)1 << table->bits);
	slot = slot_find(table, address);
	*is_new = !table->addresses[slot];
	table->count += *is_new;
	table->addresses[slot] = address;
	return &table->blocks[slot];
}

bool live_table_remove(struct live_table *table, uint64_t address, struct block *block)
{
	size_t mask = ((size_t)1 << table->bits) - 1;
	size_t hole = slot_find(table, address), slot, home;

	if (!table->addresses[hole])
		return false;
	*block = table->blocks[hole];
	invariant(table->count);
	table->count--;
	/*
	 * Move back every later block whose search passes the hole, so that no tombstone is
	 * needed.
	 */
	for (slot = (hole + 1) & mask; table->addresses[slot]; slot = (slot + 1) & mask) {
		home = live_table_slot(table, table->addresses[slot]);
		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		table->addresses[hole] = table->addresses[slot];
		table->blocks[hole] = table->blocks[slot];
		hole = slot;
	}
	table->addresses[hole] = 0;
	return true;
}
