/*
 * fake_ring.h - a ring as a process would write it, made and filled by a test: right, or
 * wrong on purpose.
 */
#ifndef OUTLIVE_TESTS_FAKE_RING_H
#define OUTLIVE_TESTS_FAKE_RING_H

#include "trace_format.h"

#include <assert.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FAKE_SESSION 0x1234

#define FAKE_RING_CHUNKS 16

struct fake_ring {
	char path[512];
	int file;
	size_t bytes;
	struct ring_header *header;
	_Atomic uint64_t *states;
	uint8_t *chunks;
};

/* `<directory>/<pid>.<number>.ring`, appearing whole, with 16 free chunks. */
static inline void fake_ring_make(struct fake_ring *ring, const char *directory,
                                  uint32_t pid, int number)
{
	char hidden[600];

	ring->bytes = 2 * RING_HEADER_BYTES + (size_t)FAKE_RING_CHUNKS * CHUNK_BYTES;
	snprintf(ring->path, sizeof(ring->path), "%s/%u.%d.ring", directory, pid, number);
	snprintf(hidden, sizeof(hidden), "%s/.%u.%d.ring", directory, pid, number);
	ring->file = open(hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert(ring->file >= 0);
	assert(ftruncate(ring->file, (off_t)ring->bytes) == 0);
	ring->header = mmap(NULL, ring->bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
	                    ring->file, 0);
	assert(ring->header != MAP_FAILED);
	ring->states = (_Atomic uint64_t *)((uint8_t *)ring->header + RING_HEADER_BYTES);
	ring->chunks = (uint8_t *)ring->header + 2 * RING_HEADER_BYTES;
	ring->header->version_major = FORMAT_VERSION_MAJOR;
	ring->header->header_bytes = 2 * RING_HEADER_BYTES;
	ring->header->chunk_bytes = CHUNK_BYTES;
	ring->header->chunk_count = FAKE_RING_CHUNKS;
	ring->header->states_offset = RING_HEADER_BYTES;
	ring->header->policy = RING_DRAIN;
	ring->header->pid = pid;
	ring->header->clock_kind = CLOCK_MONOTONIC_NS;
	ring->header->start_ns = ring->header->start_ticks = (uint64_t)(number + 1) * 1000;
	ring->header->session = FAKE_SESSION;
	ring->header->magic = RING_MAGIC;
	assert(rename(hidden, ring->path) == 0);
}

static inline void fake_ring_release(struct fake_ring *ring)
{
	munmap(ring->header, ring->bytes);
	close(ring->file);
	unlink(ring->path);
}

static inline struct chunk_header *fake_chunk(struct fake_ring *ring, uint32_t index)
{
	return (struct chunk_header *)(ring->chunks + (size_t)index * CHUNK_BYTES);
}

/* The payload of a chunk is known by its ticket. */
static inline uint8_t fake_byte(uint64_t ticket, size_t at)
{
	return (uint8_t)((ticket * 31 + at * 7) >> 2 ^ at >> 9);
}

/* Fill chunk `index`: `bytes` in all, `events` of them, then put it into `state`. */
static inline void fake_chunk_fill(struct fake_ring *ring, uint32_t index,
                                   uint64_t ticket, enum chunk_state state,
                                   enum chunk_kind kind, uint32_t bytes,
                                   uint32_t events)
{
	struct chunk_header *chunk = fake_chunk(ring, index);
	size_t at;

	/* Several may fill chunks at a time. */
	_Atomic uint64_t *next = (_Atomic uint64_t *)&ring->header->next_ticket;
	uint64_t seen = atomic_load(next);

	while (seen < ticket && !atomic_compare_exchange_weak(next, &seen, ticket))
		;
	chunk->ticket = ticket;
	chunk->time_first = ticket * 100;
	chunk->kind = kind;
	chunk->pid = ring->header->pid;
	for (at = sizeof(*chunk); at < bytes && at < CHUNK_BYTES; at++)
		((uint8_t *)chunk)[at] = fake_byte(ticket, at);
	atomic_store_explicit((_Atomic uint64_t *)&chunk->commit,
	                      (uint64_t)events << 32 | bytes, memory_order_release);
	atomic_store_explicit(&ring->states[index], ticket << CHUNK_STATE_BITS | state,
	                      memory_order_release);
}

static inline enum chunk_state fake_state(struct fake_ring *ring, uint32_t index)
{
	return (enum chunk_state)(ring->states[index] & 0xff);
}

#endif
