/* ring/account.c - memory of the account in a flight recorder's ring. */
#include "ring/account.h"

#include <stdatomic.h>

#include "system/system.h"

#define PATH_BYTES_USUAL \
	128 /* slots are at most half full with call paths of this size */
#define PATH_UNIT 8
#define PAGES_MAX (ACCOUNT_BYTES_MAX / ARCH_PAGE_BYTES)

/* One bit for each page of the account that has memory: the others must not be touched. */
static _Atomic uint64_t has_memory[PAGES_MAX / 64];

struct ring_account ring_account;

static uint32_t page_up(uint64_t bytes)
{
	return (uint32_t)((bytes + ARCH_PAGE_BYTES - 1) & ~(ARCH_PAGE_BYTES - 1));
}

struct ring_account account_plan(uint64_t ring_bytes, uint32_t block_count,
                                 uint64_t *bytes)
{
	struct ring_account plan = { .block_count = block_count, .slot_count = 1 };
	uint64_t wanted = ring_bytes / ACCOUNT_RING_SHARE;

	*bytes = 0;
	if (!block_count)
		return plan;
	wanted = wanted > ACCOUNT_PATHS_BYTES_MIN ? wanted : ACCOUNT_PATHS_BYTES_MIN;
	wanted = wanted < ACCOUNT_PATHS_BYTES_MAX ? wanted : ACCOUNT_PATHS_BYTES_MAX;
	plan.paths_bytes = page_up(wanted);
	while (plan.slot_count * 2 <= plan.paths_bytes / PATH_BYTES_USUAL)
		plan.slot_count *= 2;
	plan.slots_offset = sizeof(struct account_header);
	plan.paths_offset = page_up(plan.slots_offset + plan.slot_count * sizeof(uint32_t));
	plan.blocks_offset = plan.paths_offset + plan.paths_bytes;
	*bytes = page_up(plan.blocks_offset +
	                 (uint64_t)block_count * sizeof(struct account_block));
	return plan;
}

/* Get memory for these bytes of the account. False: there is none. */
static bool memory_get(uint64_t offset, uint64_t bytes)
{
	char *memory = (char *)ring_account.header;
	uint64_t page = offset / ARCH_PAGE_BYTES;

	for (; page * ARCH_PAGE_BYTES < offset + bytes; page++) {
		_Atomic uint64_t *word = &has_memory[page / 64];
		uint64_t bit = UINT64_C(1) << page % 64;

		if (atomic_load_explicit(word, memory_order_relaxed) & bit)
			continue;
		if (!ring_account.is_populated &&
		    system_advise(memory + page * ARCH_PAGE_BYTES, ARCH_PAGE_BYTES,
		                  MADV_POPULATE_WRITE) < 0)
			return false;
		atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
	}
	return true;
}

bool account_make(const struct ring_account *plan, void *memory, uint64_t mean_bytes)
{
	struct account_path *others;

	account_let_go();
	ring_account = *plan;
	ring_account.header = memory;
	/* the first path's page, too */
	if (!memory_get(0, (uint64_t)plan->paths_offset + 1)) {
		account_let_go();
		return false;
	}
	*ring_account.header = (struct account_header){
		.magic = ACCOUNT_MAGIC,
		.mean_bytes = mean_bytes,
		.slots_offset = plan->slots_offset,
		.slot_count = plan->slot_count,
		.paths_offset = plan->paths_offset,
		.paths_bytes = plan->paths_bytes,
		.blocks_offset = plan->blocks_offset,
		.block_count = plan->block_count,
		.paths_used = PATH_UNIT * ACCOUNT_PATH_OTHERS + sizeof(struct account_path),
	};
	others = account_path_at(ACCOUNT_PATH_OTHERS);
	others->hash = 1;
	return true;
}

void account_let_go(void)
{
	ring_account = (struct ring_account){ .header = NULL };
	for (size_t i = 0; i < sizeof(has_memory) / sizeof(has_memory[0]); i++)
		atomic_store_explicit(&has_memory[i], 0, memory_order_relaxed);
}

struct account_path *account_path_at(uint32_t number)
{
	uint64_t offset = (uint64_t)number * PATH_UNIT;

	if (!ring_account.header || !number ||
	    offset + sizeof(struct account_path) > ring_account.paths_bytes)
		return NULL;
	return (struct account_path *)((char *)ring_account.header +
	                               ring_account.paths_offset + offset);
}

static _Atomic uint32_t *slot_at(uint64_t hash, uint32_t probe)
{
	_Atomic uint32_t *slots = (_Atomic uint32_t *)((char *)ring_account.header +
	                                               ring_account.slots_offset);

	return &slots[(hash + probe) & (ring_account.slot_count - 1)];
}

/* Whether the call path in a slot has this hash. The program may have overwritten the slot. */
static bool slot_is(uint32_t number, uint64_t hash)
{
	const struct account_path *path = account_path_at(number);
	uint64_t at = (uint64_t)ring_account.paths_offset + (uint64_t)number * PATH_UNIT;

	return path && memory_get(at, sizeof(*path)) && path->hash == hash;
}

uint32_t account_path_find(uint64_t hash)
{
	for (uint32_t i = 0; i < ACCOUNT_PROBES; i++) {
		/* acquire: all of the path was written before */
		uint32_t number = atomic_load_explicit(slot_at(hash, i), memory_order_acquire);

		if (!number)
			return 0;
		if (slot_is(number, hash))
			return number;
	}
	return 0;
}

struct account_path *account_path_reserve(uint32_t frame_count)
{
	_Atomic uint64_t *used = (_Atomic uint64_t *)&ring_account.header->paths_used;
	uint64_t bytes = sizeof(struct account_path) + frame_count * sizeof(uint64_t);
	uint64_t at = atomic_load_explicit(used, memory_order_relaxed);

	/* asked before, so that what is added does not grow for ever */
	if (at > ring_account.paths_bytes || at + bytes > ring_account.paths_bytes)
		return NULL;
	at = atomic_fetch_add_explicit(used, bytes, memory_order_relaxed);
	if (at > ring_account.paths_bytes || at + bytes > ring_account.paths_bytes ||
	    at % PATH_UNIT || !memory_get(ring_account.paths_offset + at, bytes))
		return NULL;
	return account_path_at((uint32_t)(at / PATH_UNIT));
}

uint32_t account_path_publish(struct account_path *path)
{
	char *paths = (char *)ring_account.header + ring_account.paths_offset;
	uint32_t number = (uint32_t)(((char *)path - paths) / PATH_UNIT);

	for (uint32_t i = 0; i < ACCOUNT_PROBES; i++) {
		uint32_t other = 0;

		/* release: whoever finds the slot finds all of the path */
		if (atomic_compare_exchange_strong(slot_at(path->hash, i), &other, number))
			return number;
		if (slot_is(other, path->hash))
			return other;
	}
	return 0;
}

struct account_block *account_block_at(uint32_t slot)
{
	uint64_t offset = ring_account.blocks_offset +
	                  (uint64_t)slot * sizeof(struct account_block);

	if (slot >= ring_account.block_count ||
	    !memory_get(offset, sizeof(struct account_block)))
		return NULL;
	return (struct account_block *)((char *)ring_account.header + offset);
}

void account_count_unplaced(void)
{
	atomic_fetch_add_explicit((_Atomic uint64_t *)&ring_account.header->unplaced, 1,
	                          memory_order_relaxed);
}
