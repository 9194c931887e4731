/*
 * ring/ring.h - the process's ring, and its chunks.
 *
 * Every atomic on a chunk state is paired as ring_format.h says; the reader is another
 * process. Nothing here waits without a bound, allocates, or keeps a descriptor.
 */
#ifndef OUTLIVE_PRELOAD_RING_RING_H
#define OUTLIVE_PRELOAD_RING_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "ring_format.h"

struct ring {
	struct ring_header *header; /* NULL: not recording */
	_Atomic uint64_t *states;
	uint8_t *chunks;
	uint32_t chunk_count;
	size_t mapped_bytes;
	/* All of it. The kernel cannot populate (before 5.14): the whole file was allocated. */
	bool is_populated;
};

extern struct ring ring;

/* True if the reader of the ring whose page 0 this is was active lately. */
bool ring_reader_is_alive(const struct ring_header *header, uint64_t now_ns);

/* In a forked child: no ring, and no chunk of its parent's. */
void ring_let_go(void);

/*
 * Let go of the file: private memory without content is mapped in its place. ring_drop() unmaps
 * that, too, when surely no thread writes into it any more.
 */
void ring_leave(void);
void ring_drop(void);

/*
 * Take a chunk of `kind`. NULL: none within the bound; the caller drops what it wanted to
 * write, and counts it. On success *room is the offset of the first free byte: after the
 * header, or further on in a parked chunk.
 */
struct chunk_header *ring_take_chunk(enum chunk_kind kind, uint64_t time,
                                     uint32_t *room);

/* The chunk is full, or its writer has finished with it. */
void ring_finish_chunk(struct chunk_header *chunk);

/* A definition chunk is full: if there is a reader, it is copied and used again. */
void ring_finish_definitions(struct chunk_header *chunk);

/* The thread ends. If enough room is left, the next new thread continues in this chunk. */
void ring_park_chunk(struct chunk_header *chunk);

/* Publish `used` bytes that hold `events` events: commits everything before. */
static inline void chunk_commit(struct chunk_header *chunk, uint32_t used,
                                uint32_t events)
{
	/* Pairs with the reader's acquire load of `commit`. */
	atomic_store_explicit((_Atomic uint64_t *)&chunk->commit,
	                      (uint64_t)events << 32 | used, memory_order_release);
}

/* Get memory for the whole ring while system calls are allowed: none will be needed later. */
void ring_populate(void);

void ring_count_loss(enum loss_cause cause, uint64_t count);

/* Count a stack without its outermost frames, in all and by its kind, which is not CUT_NONE. */
void ring_count_cut(enum cut_kind kind);

/*
 * If the address is in a page of the ring that its file no longer has (the program truncated it,
 * or its disk failed), put a page of private memory there. False: it is not in the ring.
 */
bool ring_patch(uintptr_t address);

/* Record the time beside the clock's ticks, so that a reader can calibrate. */
void ring_set_clock(void);

/* Set one more of the flags in page 0. */
void ring_set_flag(enum ring_flags flag);

/* The last destructor is running. */
void ring_set_finished(void);

#endif
