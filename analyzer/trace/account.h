/*
 * trace/account.h - reads the account of a flight recorder's ring (account_format.h), which the
 * traced program may have written over: whatever its bytes are, what comes out is consistent.
 */
#ifndef OUTLIVE_TRACE_ACCOUNT_H
#define OUTLIVE_TRACE_ACCOUNT_H

#include "account_format.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_entry {
	struct account_path path; /* frame_count is what is in `frames` */
	size_t first;             /* in account.frames: the innermost */
};

struct account_alive {
	uint32_t entry; /* index into account.entries */
	uint64_t size, time;
};

struct account {
	bool is_known;
	struct account_header header;
	struct account_entry
		*entries; /* [0] has the blocks of the paths that found no room */
	size_t entry_count, entry_capacity;
	uint64_t *frames;
	size_t frame_count, frame_capacity;
	struct account_alive *blocks;
	size_t block_count, block_capacity;
	uint64_t damaged; /* slots and blocks that cannot be: left out */
};

/*
 * Read the account in these bytes, in place of what *account was. 0; -1 and *error: it cannot be
 * read; 1: memory is out. Release it in any case.
 */
int account_load(struct account *account, const uint8_t *data, size_t bytes,
                 struct error *error);
void account_release(struct account *account);

#endif
