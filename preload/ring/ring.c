/*
 * ring/ring.c - hand out chunks, count losses.
 */
#include "ring/ring.h"

#include "ring/account.h"

#include "invariant.h"

#include "ring/growth.h"
#include "system/clock.h"
#include "system/system.h"

#define PARKED_SLOTS 16
#define PARKED_ROOM_BYTES 16384            /* a chunk with less left is not parked */
#define WAIT_STEP_NS 500000                /* between two searches for a free chunk */
#define WAIT_MAX_NS UINT64_C(500000000)    /* one wait for a slow reader */
#define WAIT_AGAIN_NS UINT64_C(5000000000) /* after a wait in vain */
#define FULL_QUANTA UINT64_C(30000) /* about 0.3 ms without a search of a full ring */
#define BEAT_AGE_MAX_NS UINT64_C(1000000000)

struct ring ring;

/* Indexes + 1 of parked chunks: threads come and go faster than chunks fill. */
static _Atomic uint32_t parked[PARKED_SLOTS];
static _Atomic uint64_t wait_ns; /* monotonic time; no thread waits again before it */
static _Atomic uint64_t full_until; /* quanta; until then the ring counts as full */

static uint32_t chunk_index(const struct chunk_header *chunk)
{
	return (uint32_t)(((const uint8_t *)chunk - ring.chunks) / CHUNK_BYTES);
}

static struct chunk_header *chunk_at(uint32_t index)
{
	return (struct chunk_header *)(ring.chunks + (size_t)index * CHUNK_BYTES);
}

static uint64_t state_word(uint64_t ticket, enum chunk_state state)
{
	return ticket << CHUNK_STATE_BITS | state;
}

static enum chunk_state state_of(uint64_t word)
{
	return (enum chunk_state)(word & ((1u << CHUNK_STATE_BITS) - 1));
}

/* Whether the chunk's state is this one, with the chunk's own ticket. */
static inline bool chunk_is(const struct chunk_header *chunk, enum chunk_state state)
{
	return atomic_load_explicit(&ring.states[chunk_index(chunk)],
	                            memory_order_relaxed) ==
	       state_word(chunk->ticket, state);
}

bool ring_reader_is_alive(const struct ring_header *header, uint64_t now_ns)
{
	uint64_t beat_ns = *(volatile const uint64_t *)&header->reader_beat_ns;

	return header->reader_pid != 0 &&
	       (beat_ns > now_ns || now_ns - beat_ns < BEAT_AGE_MAX_NS);
}

void ring_let_go(void)
{
	ring = (struct ring){ 0 };
	account_let_go();
	for (int i = 0; i < PARKED_SLOTS; i++)
		atomic_store_explicit(&parked[i], 0, memory_order_relaxed);
	atomic_store_explicit(&wait_ns, 0, memory_order_relaxed);
	atomic_store_explicit(&full_until, 0, memory_order_relaxed);
}

void ring_leave(void)
{
	if (ring.header)
		system_call(SYS_mmap, (long)ring.header, (long)ring.mapped_bytes,
		            PROT_READ | PROT_WRITE,
		            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

void ring_drop(void)
{
	struct ring before = ring;

	ring_let_go();
	if (before.header)
		system_unmap(before.header, before.mapped_bytes);
}

/* ---- chunks ------------------------------------------------------------------- */

static struct chunk_header *parked_take(uint32_t *room)
{
	for (int i = 0; i < PARKED_SLOTS; i++) {
		uint32_t index = atomic_load_explicit(&parked[i], memory_order_relaxed);
		struct chunk_header *chunk;
		uint64_t word;

		if (!index || !atomic_compare_exchange_strong(&parked[i], &index, 0))
			continue;
		chunk = chunk_at(index - 1);
		word = state_word(chunk->ticket, CHUNK_PARKED);
		/* Acquire: everything that its last thread wrote is visible. */
		if (!atomic_compare_exchange_strong(&ring.states[index - 1], &word,
		                                    state_word(chunk->ticket, CHUNK_OWNED)))
			continue;
		*room = COMMIT_BYTES(chunk->commit);
		return chunk;
	}
	return NULL;
}

void ring_populate(void)
{
	char *chunks = (char *)chunk_at(0);
	size_t bytes = (size_t)((char *)ring.header + ring.mapped_bytes - chunks);

	if (ring.header && !ring.is_populated) {
		ring_growth_peak(ring.header);
		ring.is_populated = system_advise(chunks, bytes, MADV_POPULATE_WRITE) == 0;
		if (ring.is_populated)
			ring.header->ring_bytes = ring.header->header_bytes +
			                          (uint64_t)ring.chunk_count * CHUNK_BYTES;
	}
	ring_account.is_populated = ring.is_populated;
}

/* Reset a chunk whose state has just become OWNED; NULL if its pages are missing. */
static struct chunk_header *chunk_begin(uint32_t index, uint64_t ticket, bool fresh,
                                        enum chunk_kind kind, uint64_t time)
{
	struct chunk_header *chunk = chunk_at(index);

	invariant(state_of(ring.states[index]) == CHUNK_OWNED);
	if (fresh && !ring.is_populated) {
		ring_growth_peak(ring.header);
		if (system_advise(chunk, CHUNK_BYTES, MADV_POPULATE_WRITE) < 0) {
			atomic_store_explicit(&ring.states[index], state_word(0, CHUNK_FREE),
			                      memory_order_release);
			return NULL;
		}
		ring_growth_add(ring.header, CHUNK_BYTES);
	}
	/*
	 * Release: a reader that does not see the new ticket does not see the old length with
	 * new content.
	 */
	atomic_store_explicit((_Atomic uint64_t *)&chunk->commit, 0, memory_order_relaxed);
	atomic_store_explicit((_Atomic uint64_t *)&chunk->ticket, ticket,
	                      memory_order_release);
	chunk->time_first = time;
	chunk->kind = kind;
	chunk->pid = ring.header->pid;
	chunk_commit(chunk, sizeof(*chunk), 0);
	if (kind == CHUNK_KIND_DEFINITIONS)
		atomic_store_explicit(&ring.states[index],
		                      state_word(ticket, CHUNK_DEFINITIONS),
		                      memory_order_release);
	return chunk;
}

/* The purpose of a search for a chunk, and what it has found on the way. */
struct chunk_search {
	enum chunk_kind kind;
	uint64_t time;
	bool reader_has_work; /* chunks that the reader may still free */
};

/*
 * Whether a full chunk may be overwritten. Definitions may not: if there is no reader, they
 * stay.
 */
static bool chunk_is_overwritable(uint32_t index, uint64_t word)
{
	const struct chunk_header *chunk = chunk_at(index);

	if (chunk->kind != CHUNK_KIND_DEFINITIONS)
		return true;
	atomic_compare_exchange_strong(&ring.states[index], &word,
	                               state_word(chunk->ticket, CHUNK_DEFINITIONS));
	return false;
}

/* Search the ring once, from the next ticket's position on. NULL: no chunk is free. */
static struct chunk_header *chunk_find(struct chunk_search *search)
{
	_Atomic uint64_t *next = (_Atomic uint64_t *)&ring.header->next_ticket;
	bool overwrite = *(volatile uint32_t *)&ring.header->policy == RING_FLIGHT;

	for (uint32_t tries = 0; tries < ring.chunk_count; tries++) {
		uint64_t ticket = atomic_fetch_add_explicit(next, 1, memory_order_relaxed) + 1;
		uint32_t index = (uint32_t)((ticket - 1) % ring.chunk_count);
		uint64_t word = atomic_load_explicit(&ring.states[index], memory_order_acquire);
		enum chunk_state state = state_of(word);
		uint64_t lost = 0;

		if (state == CHUNK_FULL && overwrite && chunk_is_overwritable(index, word))
			lost = COMMIT_EVENTS(chunk_at(index)->commit);
		else if (state != CHUNK_FREE) {
			search->reader_has_work |= state == CHUNK_FULL || state == CHUNK_DRAINING;
			continue;
		}
		/* Acquire: the reader's copy of the old content is complete. */
		if (!atomic_compare_exchange_strong(&ring.states[index], &word,
		                                    state_word(ticket, CHUNK_OWNED)))
			continue;
		if (lost)
			ring_count_loss(LOST_OVERWRITTEN, lost);
		return chunk_begin(index, ticket, word == 0, search->kind, search->time);
	}
	return NULL;
}

/*
 * The ring is full: wait for the reader while it has something to free; if it is gone, continue
 * without it. After a wait in vain the next is far off: until then events are dropped.
 */
static struct chunk_header *chunk_wait(struct chunk_search *search)
{
	uint64_t begin_ns = system_time_ns(CLOCK_MONOTONIC), now_ns = begin_ns;

	if (!begin_ns) /* a filter forbids asking */
		return NULL;
	while (*(volatile uint32_t *)&ring.header->policy == RING_DRAIN) {
		struct chunk_header *chunk;

		if (!ring_reader_is_alive(ring.header, now_ns)) {
			*(volatile uint32_t *)&ring.header->policy = RING_FLIGHT;
			return chunk_find(search);
		}
		if (!search->reader_has_work || now_ns - begin_ns >= WAIT_MAX_NS ||
		    begin_ns < atomic_load_explicit(&wait_ns, memory_order_relaxed))
			break;
		system_sleep_ns(WAIT_STEP_NS);
		search->reader_has_work = false;
		chunk = chunk_find(search);
		if (chunk)
			return chunk;
		now_ns = system_time_ns(CLOCK_MONOTONIC);
	}
	if (now_ns - begin_ns >= WAIT_MAX_NS)
		atomic_store_explicit(&wait_ns, now_ns + WAIT_AGAIN_NS, memory_order_relaxed);
	return NULL;
}

struct chunk_header *ring_take_chunk(enum chunk_kind kind, uint64_t time,
                                     uint32_t *room)
{
	struct chunk_search search = { kind, time, false };
	struct chunk_header *chunk = NULL;

	*room = sizeof(struct chunk_header);
	if (!ring.header) /* nothing is recorded, or nothing any more */
		return NULL;
	if (kind == CHUNK_KIND_EVENTS)
		chunk = parked_take(room);
	/* A ring that was full a moment ago is not searched for every event. */
	if (!chunk && time < atomic_load_explicit(&full_until, memory_order_relaxed))
		return NULL;
	if (!chunk)
		chunk = chunk_find(&search);
	if (!chunk)
		chunk = chunk_wait(&search);
	if (chunk)
		ring_set_clock();
	else
		atomic_store_explicit(&full_until, clock_before() + FULL_QUANTA,
		                      memory_order_relaxed);
	return chunk;
}

void ring_finish_chunk(struct chunk_header *chunk)
{
	invariant(chunk_is(chunk, CHUNK_OWNED) || chunk_is(chunk, CHUNK_PARKED) ||
	          chunk_is(chunk, CHUNK_DEFINITIONS));
	invariant(COMMIT_BYTES(chunk->commit) <= CHUNK_BYTES);
	/* Release: pairs with the reader's acquire when it swaps FULL for DRAINING. */
	atomic_store_explicit(&ring.states[chunk_index(chunk)],
	                      state_word(chunk->ticket, CHUNK_FULL), memory_order_release);
}

void ring_finish_definitions(struct chunk_header *chunk)
{
	if (*(volatile uint32_t *)&ring.header->policy == RING_DRAIN)
		ring_finish_chunk(chunk);
}

void ring_park_chunk(struct chunk_header *chunk)
{
	uint32_t index = chunk_index(chunk);

	invariant(chunk_is(chunk, CHUNK_OWNED));
	if (COMMIT_BYTES(chunk->commit) + PARKED_ROOM_BYTES > CHUNK_BYTES) {
		ring_finish_chunk(chunk);
		return;
	}
	/* Release, for parked_take(). */
	atomic_store_explicit(&ring.states[index], state_word(chunk->ticket, CHUNK_PARKED),
	                      memory_order_release);
	for (int i = 0; i < PARKED_SLOTS; i++) {
		uint32_t empty = 0;

		if (atomic_compare_exchange_strong(&parked[i], &empty, index + 1))
			return;
	}
	ring_finish_chunk(chunk);
}

/* ---- fields of the header ----------------------------------------------------- */

void ring_count_loss(enum loss_cause cause, uint64_t count)
{
	if (ring.header)
		atomic_fetch_add_explicit((_Atomic uint64_t *)&ring.header->lost[cause], count,
		                          memory_order_relaxed);
}

void ring_count_cut(enum cut_kind kind)
{
	ring_count_loss(LOST_STACKS_CUT, 1);
	if (ring.header)
		atomic_fetch_add_explicit((_Atomic uint64_t *)&ring.header->cuts[kind], 1,
		                          memory_order_relaxed);
}

bool ring_patch(uintptr_t address)
{
	long page = (long)(address & ~(ARCH_PAGE_BYTES - 1));

	return ring.header && address - (uintptr_t)ring.header < ring.mapped_bytes &&
	       system_call(SYS_mmap, page, ARCH_PAGE_BYTES, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page;
}

void ring_set_clock(void)
{
	uint64_t ticks = clock_ticks(), now_ns = system_time_ns(CLOCK_MONOTONIC);

	if (!now_ns) /* a filter forbids asking */
		return;
	*(volatile uint64_t *)&ring.header->last_ns = now_ns;
	*(volatile uint64_t *)&ring.header->last_ticks = ticks;
}

void ring_set_flag(enum ring_flags flag)
{
	if (ring.header)
		atomic_fetch_or_explicit((_Atomic uint32_t *)&ring.header->flags, flag,
		                         memory_order_relaxed);
}

void ring_set_finished(void)
{
	if (!ring.header)
		return;
	ring_set_clock();
	ring.header->processor_ns = system_time_ns(CLOCK_PROCESS_CPUTIME_ID);
	ring_set_flag(RING_FINISHED);
}
