/* replay_tap.c - every block's end, seen between the parts of the replay. */
#include "replay_tap.h"

#include "replay/block_lives.h"
#include "replay/live_table.h"
#include "replay/path_lives.h"

#include <stdio.h>
#include <stdlib.h>

struct tapped_blocks tapped;

/* What is known so far of the block that is ending: filled on the way to path_life_end(). */
static struct tapped_block ending;

__typeof__(live_table_remove) __real_live_table_remove, __wrap_live_table_remove;
__typeof__(block_lives_end) __real_block_lives_end, __wrap_block_lives_end;
__typeof__(path_life_end) __real_path_life_end, __wrap_path_life_end;

bool __wrap_live_table_remove(struct live_table *table, uint64_t address,
                              struct block *block)
{
	ending.address = address;
	return __real_live_table_remove(table, address, block);
}

int __wrap_block_lives_end(struct block_lives *lives, struct thread *const *threads,
                           struct thread *by, uint64_t time, const struct block *block)
{
	ending.born = block->time;
	ending.end = time;
	return __real_block_lives_end(lives, threads, by, time, block);
}

int __wrap_path_life_end(struct path_lives *lives, uint32_t path,
                         const struct life_end *end)
{
	if (tapped.count == tapped.capacity) {
		tapped.capacity = tapped.capacity ? 2 * tapped.capacity : 1 << 16;
		tapped.blocks = realloc(tapped.blocks,
		                        tapped.capacity * sizeof(*tapped.blocks));
		if (!tapped.blocks) {
			fputs("out of memory for the blocks\n", stderr);
			exit(2);
		}
	}
	ending.path = path;
	ending.size = end->size;
	ending.escape = end->depth;
	ending.reallocs = end->reallocs;
	ending.is_exact = end->proof != PROOF_INFERRED;
	ending.crossed = end->has_crossed;
	ending.number = (uint32_t)tapped.count;
	tapped.blocks[tapped.count++] = ending;
	return __real_path_life_end(lives, path, end);
}
