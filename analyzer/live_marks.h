/*
 * live_marks.h - what is live at times that were asked for. Layer 1.
 */
#ifndef OUTLIVE_LIVE_MARKS_H
#define OUTLIVE_LIVE_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* Of one time. */
struct live_mark {
	uint64_t time; /* quanta */
	uint64_t live_bytes, live_blocks;
	uint64_t chunk_bytes; /* what glibc's malloc takes for these blocks, at least */
};

struct live_marks {
	struct live_mark *marks; /* the caller's, by time */
	size_t count, done;
	uint64_t chunk_bytes; /* of all blocks that live now */
};

/*
 * What glibc's malloc takes for a block: its size and a word, in steps of 16, 32 at least.
 * A large one, mapped on its own, takes whole pages; from which size on changes as the
 * program runs, so what that is more is left out.
 */
static inline uint64_t chunk_bytes(uint64_t size)
{
	return size < 25 ? 32 : (size + 23) & ~UINT64_C(15);
}

/*
 * So much is live: of the marks up to `time` that were not filled yet. When the next is
 * due; UINT64_MAX: there is none.
 */
uint64_t live_marks_fill(struct live_marks *marks, uint64_t time, uint64_t live_bytes,
                         uint64_t live_blocks);

#endif
