/*
 * replay_tap.h - what the analyzer says of every block that was freed, one by one: taken
 * from inside its replay, which keeps sums only.
 *
 * The calls of the replay that a block's end goes through are wrapped by the linker
 * (-Wl,--wrap=live_table_remove,--wrap=block_lives_end,--wrap=path_life_end), so the
 * replay itself carries nothing for this test.
 */
#ifndef REPLAY_TAP_H
#define REPLAY_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tapped_block {
	uint64_t address;   /* at the end of its life */
	uint64_t size;      /* asked for, at the end */
	uint64_t born, end; /* quanta: of its last malloc or realloc, of its free */
	uint32_t path;      /* of its first birth */
	uint32_t escape;    /* physical frames that had ended */
	uint32_t reallocs;
	uint32_t number; /* in the order of ends */
	bool is_exact, crossed;
};

struct tapped_blocks {
	struct tapped_block *blocks;
	size_t count, capacity;
};

/* Filled by every profile_read() in this program. Memory running out ends it. */
extern struct tapped_blocks tapped;

#endif
