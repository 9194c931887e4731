/*
 * ring/account.h - the account in a flight recorder's ring (account_format.h): memory for call
 * paths and for the sampled blocks that are live. What is in it is event/births.c's.
 *
 * Nothing here takes a lock: a signal handler, or a thread that is killed, can leave none taken. A
 * page is first touched when it is needed, in a way that fails where the file system is full.
 */
#ifndef OUTLIVE_PRELOAD_RING_ACCOUNT_H
#define OUTLIVE_PRELOAD_RING_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account_format.h"

struct ring_account {
	struct account_header *header; /* NULL: the ring has none */
	/* copies of what its header says, which the program can overwrite */
	uint32_t slot_count, paths_bytes, block_count;
	uint32_t slots_offset, paths_offset, blocks_offset;
	bool is_populated; /* all of it has memory */
};

extern struct ring_account ring_account;

/*
 * Plan an account for a ring whose chunks have so many bytes: its parts, and in all *bytes, whole
 * pages. `block_count` 0: it gets none.
 */
struct ring_account account_plan(uint64_t ring_bytes, uint32_t block_count,
                                 uint64_t *bytes);

/*
 * The planned account is in zeroed memory at `memory`: write its header. It becomes the ring's.
 * False: the file system has no room for its beginning, and there is none.
 */
bool account_make(const struct ring_account *plan, void *memory, uint64_t mean_bytes);

/* The ring's account is another one, or gone. */
void account_let_go(void);

/* The call path with that hash; 0: it has none yet. */
uint32_t account_path_find(uint64_t hash);

/*
 * Memory for a new call path, which is written to, and then handed to account_path_publish(). NULL:
 * there is none.
 */
struct account_path *account_path_reserve(uint32_t frame_count);

/*
 * Returns the number of the call path: another one's, if another thread has published the same
 * meanwhile; 0: no slot is free.
 */
uint32_t account_path_publish(struct account_path *path);

/* A call path by its number; NULL: it cannot be. */
struct account_path *account_path_at(uint32_t number);

/* The account's block for that slot of the table of addresses; NULL: there is no memory. */
struct account_block *account_block_at(uint32_t slot);

/* A sampled block that is in no slot, or whose slot has no memory. */
void account_count_unplaced(void);

#endif
