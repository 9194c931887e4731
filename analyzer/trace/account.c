/* trace/account.c - reads the account of a flight recorder's ring. */
#include "trace/account.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

#define PATH_UNIT 8

/* The account's bytes, and where its parts are in them. */
struct parts {
	const uint8_t *paths, *slots, *blocks;
	uint32_t paths_bytes, slot_count, block_count;
	uint32_t *entry_of; /* index of an entry + 1, by number of the call path */
};

void account_release(struct account *account)
{
	free(account->entries);
	free(account->frames);
	free(account->blocks);
	*account = (struct account){ .is_known = false };
}

static bool is_within(uint32_t offset, uint64_t part_bytes, size_t bytes)
{
	return offset >= sizeof(struct account_header) && offset % PATH_UNIT == 0 &&
	       offset <= bytes && part_bytes <= bytes - offset;
}

/* Find the parts. 0, or -1 and *error. */
static int parts_find(struct parts *parts, const struct account_header *header,
                      const uint8_t *data, size_t bytes, struct error *error)
{
	if (header->magic != ACCOUNT_MAGIC)
		return error_set(error, "no account is where one is expected");
	if (!header->mean_bytes || header->mean_bytes > UINT64_C(1) << 40)
		return error_set(error, "an account of a sample in %llu bytes cannot be",
		                 (unsigned long long)header->mean_bytes);
	if (!is_within(header->slots_offset, (uint64_t)header->slot_count * 4, bytes) ||
	    !is_within(header->paths_offset, header->paths_bytes, bytes) ||
	    !is_within(header->blocks_offset,
	               (uint64_t)header->block_count * sizeof(struct account_block), bytes))
		return error_set(error, "the parts of an account of %zu bytes cannot be",
		                 bytes);
	*parts = (struct parts){ .paths = data + header->paths_offset,
		                     .slots = data + header->slots_offset,
		                     .blocks = data + header->blocks_offset,
		                     .paths_bytes = header->paths_bytes,
		                     .slot_count = header->slot_count,
		                     .block_count = header->block_count };
	return 0;
}

/*
 * Add the call path with that number. 0, or 1: memory is out. One that reaches beyond the end, or
 * that another slot had, is counted as damaged.
 */
static int entry_add(struct account *account, struct parts *parts, uint32_t number)
{
	uint64_t at = (uint64_t)number * PATH_UNIT, frames_bytes;
	struct account_entry entry = { .first = account->frame_count };

	if (at + sizeof(entry.path) > parts->paths_bytes || parts->entry_of[number]) {
		account->damaged++;
		return 0;
	}
	memcpy(&entry.path, parts->paths + at, sizeof(entry.path));
	at += sizeof(entry.path);
	frames_bytes = (uint64_t)entry.path.frame_count * sizeof(*account->frames);
	if (entry.path.frame_count > ACCOUNT_FRAMES_MAX ||
	    frames_bytes > parts->paths_bytes - at) {
		account->damaged++;
		return 0;
	}
	if (array_reserve(account->entries, account->entry_capacity,
	                  account->entry_count + 1) ||
	    array_reserve(account->frames, account->frame_capacity,
	                  account->frame_count + entry.path.frame_count))
		return 1;
	if (frames_bytes)
		memcpy(account->frames + account->frame_count, parts->paths + at, frames_bytes);
	account->frame_count += entry.path.frame_count;
	account->entries[account->entry_count++] = entry;
	parts->entry_of[number] = (uint32_t)account->entry_count;
	return 0;
}

/* The path of the others comes first, whatever is in its place. */
static int entries_read(struct account *account, struct parts *parts)
{
	uint32_t number, i;

	if (entry_add(account, parts, ACCOUNT_PATH_OTHERS))
		return 1;
	if (!account->entry_count) {
		if (array_reserve_zeroed(account->entries, account->entry_capacity, 1))
			return 1;
		account->entry_count = 1;
	}
	for (i = 0; i < parts->slot_count; i++) {
		memcpy(&number, parts->slots + (size_t)i * sizeof(number), sizeof(number));
		if (number && number >= parts->paths_bytes / PATH_UNIT)
			account->damaged++;
		else if (number && entry_add(account, parts, number))
			return 1;
	}
	return 0;
}

/* A block whose call path cannot be is one of the others'. */
static int blocks_read(struct account *account, const struct parts *parts)
{
	struct account_block block;
	uint32_t entry, i;
	uint64_t number;

	for (i = 0; i < parts->block_count; i++) {
		memcpy(&block, parts->blocks + (size_t)i * sizeof(block), sizeof(block));
		number = block.what >> ACCOUNT_SIZE_BITS;
		if (!number)
			continue;
		entry = number < parts->paths_bytes / PATH_UNIT ? parts->entry_of[number] : 0;
		if (!entry && number != ACCOUNT_PATH_OTHERS)
			account->damaged++;
		if (array_reserve(account->blocks, account->block_capacity,
		                  account->block_count + 1))
			return 1;
		account->blocks[account->block_count++] = (struct account_alive){
			.entry = entry ? entry - 1 : 0,
			.size = block.what & ACCOUNT_SIZE_MAX,
			.time = block.time,
		};
	}
	return 0;
}

int account_load(struct account *account, const uint8_t *data, size_t bytes,
                 struct error *error)
{
	struct parts parts;
	int result;

	account_release(account);
	if (bytes < sizeof(account->header))
		return error_set(error, "an account is shorter than its header");
	memcpy(&account->header, data, sizeof(account->header));
	if (parts_find(&parts, &account->header, data, bytes, error))
		return -1;
	parts.entry_of = calloc((size_t)parts.paths_bytes / PATH_UNIT + 2,
	                        sizeof(*parts.entry_of));
	if (!parts.entry_of)
		return 1;
	result = entries_read(account, &parts) || blocks_read(account, &parts);
	free(parts.entry_of);
	account->is_known = !result;
	return result;
}
