/* record/live_ring.c - maps a ring and copies its chunks while they are written. */
#include "record/live_ring.h"

#include "record/bus_guard.h"
#include "base/kernel_clock.h"
#include "trace/clock_now.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES_MIN 4096u
#define CHUNK_BYTES_MAX (16u << 20)
/* Scans after next_ticket last changed that still read the states: a chunk may fill up later. */
#define QUIET_SCANS 3

static struct ring_header *ring_page(const struct live_ring *ring)
{
	return (struct ring_header *)ring->map;
}

static _Atomic uint64_t *ring_state(const struct live_ring *ring, uint32_t index)
{
	return (_Atomic uint64_t *)(ring->map + ring->states_offset) + index;
}

static const uint8_t *ring_chunk(const struct live_ring *ring, uint32_t index)
{
	return ring->map + ring->chunks_offset + (uint64_t)index * ring->chunk_bytes;
}

/* Run `body`, which accesses the mapping. The ring is broken from the first SIGBUS on. */
static void ring_guarded(struct live_ring *ring, void (*body)(void *), void *context)
{
	if (!ring->is_broken && fault_guard_run(body, context))
		ring->is_broken = true;
}

/* ---- open ---- */

static int header_wrong(const char *name, const char *what, struct error *error)
{
	return error_set(error, "%s: not read: %s", name, what);
}

/* Check page 0 against the file's size, and keep our own copy of the sizes. */
static int header_check(struct live_ring *ring, uint64_t file_bytes, uint64_t session,
                        struct error *error)
{
	const struct ring_header *header = &ring->header;
	uint64_t states_end = (uint64_t)header->states_offset +
	                      (uint64_t)header->chunk_count * 8;

	if (header->magic != RING_MAGIC)
		return header_wrong(ring->name, "not a ring", error);
	if (header->version_major != FORMAT_VERSION_MAJOR ||
	    (header->features_required & ~FEATURES_REQUIRED_KNOWN))
		return header_wrong(ring->name, "a ring of another version", error);
	if (header->session != session)
		return header_wrong(ring->name, "a ring of another session", error);
	if (header->chunk_bytes < CHUNK_BYTES_MIN ||
	    header->chunk_bytes > CHUNK_BYTES_MAX ||
	    (header->chunk_bytes & (header->chunk_bytes - 1)))
		return header_wrong(ring->name, "impossible chunk size", error);
	if (header->chunk_count < CHUNK_COUNT_MIN || header->chunk_count > CHUNK_COUNT_MAX)
		return header_wrong(ring->name, "impossible number of chunks", error);
	if (header->states_offset < RING_HEADER_BYTES || header->states_offset % 8 ||
	    header->header_bytes % 8 || states_end > header->header_bytes)
		return header_wrong(ring->name, "its parts overlap", error);
	ring->chunk_bytes = header->chunk_bytes;
	ring->chunk_count = header->chunk_count;
	ring->states_offset = header->states_offset;
	ring->chunks_offset = header->header_bytes;
	ring->map_bytes = ring->chunks_offset +
	                  (uint64_t)ring->chunk_count * ring->chunk_bytes;
	if (ring->map_bytes > file_bytes)
		return header_wrong(ring->name, "shorter than its header says", error);
	return 0;
}

static int ring_map(struct live_ring *ring, int file, uint64_t session,
                    struct error *error)
{
	struct stat status;

	if (fstat(file, &status) || !S_ISREG(status.st_mode))
		return header_wrong(ring->name, "not a regular file", error);
	if (pread(file, &ring->header, sizeof(ring->header), 0) != sizeof(ring->header))
		return header_wrong(ring->name, "shorter than a page", error);
	if (header_check(ring, (uint64_t)status.st_size, session, error))
		return -1;
	ring->positions = malloc(ring->chunk_count * sizeof(*ring->positions));
	if (!ring->positions)
		return header_wrong(ring->name, "out of memory", error);
	ring->map = mmap(NULL, ring->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file,
	                 0);
	if (ring->map == MAP_FAILED) {
		ring->map = NULL;
		return header_wrong(ring->name, strerror(errno), error);
	}
	return 0;
}

int live_ring_open(struct live_ring *ring, int directory, const char *name,
                   uint64_t session, struct error *error)
{
	int file, result;

	memset(ring, 0, sizeof(*ring));
	if (strlen(name) >= sizeof(ring->name))
		return header_wrong(name, "its name is too long", error);
	strcpy(ring->name, name);
	file = openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return header_wrong(name, strerror(errno), error);
	result = ring_map(ring, file, session, error);
	if (!result)
		live_account_open(&ring->account, file, &ring->header);
	close(file);
	if (result)
		live_ring_close(ring);
	return result;
}

void live_ring_close(struct live_ring *ring)
{
	if (ring->map)
		munmap(ring->map, ring->map_bytes);
	free(ring->positions);
	live_account_close(&ring->account);
	ring->map = NULL;
	ring->positions = NULL;
}

/* ---- beat ---- */

struct beat {
	struct live_ring *ring;
	enum ring_policy policy;
	uint32_t reader_pid;
	uint64_t now_ns;
};

static void beat_body(void *context)
{
	const struct beat *beat = context;
	struct ring_header *page = ring_page(beat->ring);
	_Atomic uint32_t *policy = (_Atomic uint32_t *)&page->policy;

	/* hints for chunk_wait() in the writer: no order is needed */
	atomic_store_explicit((_Atomic uint64_t *)&page->reader_beat_ns, beat->now_ns,
	                      memory_order_relaxed);
	if (page->reader_pid != beat->reader_pid)
		atomic_store_explicit((_Atomic uint32_t *)&page->reader_pid, beat->reader_pid,
		                      memory_order_relaxed);
	if (atomic_load_explicit(policy, memory_order_relaxed) != beat->policy)
		atomic_store_explicit(policy, beat->policy, memory_order_relaxed);
}

void live_ring_beat(struct live_ring *ring, enum ring_policy policy,
                    uint32_t reader_pid, uint64_t now_ns)
{
	struct beat beat = { ring, policy, reader_pid, now_ns };

	ring_guarded(ring, beat_body, &beat);
}

/* ---- what a process that was attached to is asked for ---- */

struct asking {
	struct live_ring *ring;
	uint32_t value;
};

static void wish_body(void *context)
{
	const struct asking *asking = context;
	_Atomic uint32_t *wish = (_Atomic uint32_t *)&ring_page(asking->ring)->wish;

	atomic_store_explicit(wish, asking->value, memory_order_release);
	syscall(SYS_futex, wish, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void live_ring_wish(struct live_ring *ring, enum ring_wish wish)
{
	struct asking asking = { ring, wish };

	ring_guarded(ring, wish_body, &asking);
}

static void flags_body(void *context)
{
	struct asking *asking = context;

	asking->value = atomic_load_explicit(
		(_Atomic uint32_t *)&ring_page(asking->ring)->flags, memory_order_acquire);
}

uint32_t live_ring_flags(struct live_ring *ring)
{
	struct asking asking = { ring, 0 };

	ring_guarded(ring, flags_body, &asking);
	return asking.value;
}

static void snapshots_body(void *context)
{
	struct asking *asking = context;

	asking->value = atomic_load_explicit(
		(_Atomic uint32_t *)&ring_page(asking->ring)->snapshots, memory_order_relaxed);
}

uint32_t live_ring_snapshots(struct live_ring *ring)
{
	struct asking asking = { ring, 0 };

	ring_guarded(ring, snapshots_body, &asking);
	return asking.value;
}

/* ---- scan ---- */

struct scan {
	struct live_ring *ring;
	unsigned states;
	bool is_thorough;
	size_t found;
};

/* Makes the scan of an idle ring cheap: a writer that fills a chunk takes a ticket for the next. */
static bool is_quiet(struct live_ring *ring)
{
	uint64_t ticket = atomic_load_explicit(
		(_Atomic uint64_t *)&ring_page(ring)->next_ticket, memory_order_relaxed);

	ring->quiet_scans = ticket == ring->ticket_seen ? ring->quiet_scans + 1 : 0;
	ring->ticket_seen = ticket;
	return ring->quiet_scans > QUIET_SCANS;
}

static void scan_body(void *context)
{
	struct scan *scan = context;
	struct live_ring *ring = scan->ring;
	uint64_t word;
	uint32_t i;

	if (is_quiet(ring) && !scan->is_thorough)
		return;
	for (i = 0; i < ring->chunk_count; i++) {
		/* acquire: pairs with the writer's release in ring_finish_chunk() */
		word = atomic_load_explicit(ring_state(ring, i), memory_order_acquire);
		if ((word & 0xff) > CHUNK_DEFINITIONS ||
		    !(scan->states & STATE_BIT(word & 0xff)))
			continue;
		ring->positions[scan->found].index = i;
		ring->positions[scan->found++].word = word;
	}
}

static int position_compare(const void *left, const void *right)
{
	const struct chunk_position *a = left, *b = right;

	return a->word < b->word ? -1 : a->word > b->word;
}

size_t live_ring_scan(struct live_ring *ring, unsigned states, bool is_thorough)
{
	struct scan scan = { ring, states, is_thorough, 0 };

	ring_guarded(ring, scan_body, &scan);
	if (ring->is_broken)
		return 0;
	if (scan.found > 1)
		qsort(ring->positions, scan.found, sizeof(*ring->positions), position_compare);
	return scan.found;
}

/* ---- take and copy ---- */

struct copy {
	struct live_ring *ring;
	const struct chunk_position *position;
	uint8_t *buffer;
	size_t bytes;
	enum chunk_result result;
};

/* Copy what is committed. The header is copied first, and the copy is checked. */
static void chunk_copy(struct copy *copy)
{
	const uint8_t *chunk = ring_chunk(copy->ring, copy->position->index);
	struct chunk_header header;
	uint64_t commit;

	/* acquire: pairs with the release in chunk_commit(); the bytes it covers are written */
	commit = atomic_load_explicit(
		(_Atomic uint64_t *)&((struct chunk_header *)chunk)->commit,
		memory_order_acquire);
	memcpy(&header, chunk, sizeof(header));
	header.commit = commit;
	copy->bytes = COMMIT_BYTES(commit);
	if (header.ticket != copy->position->word >> CHUNK_STATE_BITS) {
		copy->result =
			CHUNK_EMPTY; /* taken by a writer that has not begun it: the content is older */
	} else if (copy->bytes > copy->ring->chunk_bytes) {
		copy->result = CHUNK_BAD;
	} else if (copy->bytes <= sizeof(header)) {
		copy->result = CHUNK_EMPTY;
	} else {
		memcpy(copy->buffer, &header, sizeof(header));
		memcpy(copy->buffer + sizeof(header), chunk + sizeof(header),
		       copy->bytes - sizeof(header));
		copy->result = CHUNK_TAKEN;
	}
}

/*
 * FULL -> DRAINING by compare-and-swap: a writer of a flight recorder may reuse the chunk
 * first.
 */
static void take_body(void *context)
{
	struct copy *copy = context;
	_Atomic uint64_t *state = ring_state(copy->ring, copy->position->index);
	uint64_t ticket = copy->position->word & ~(uint64_t)0xff;
	uint64_t word = copy->position->word;

	/* acquire: pairs with the release in ring_finish_chunk(); the whole chunk is written */
	if (!atomic_compare_exchange_strong_explicit(state, &word, ticket | CHUNK_DRAINING,
	                                             memory_order_acquire,
	                                             memory_order_relaxed))
		return;
	chunk_copy(copy);
	if (copy->result == CHUNK_TAKEN)
		copy->ring->taken_events = COMMIT_EVENTS(
			((const struct chunk_header *)copy->buffer)->commit);
}

static void release_body(void *context)
{
	struct copy *copy = context;
	uint64_t *drained = &ring_page(copy->ring)->lost[LOST_DRAINED];
	uint64_t ticket = copy->position->word & ~(uint64_t)0xff;
	uint64_t word = ticket | CHUNK_DRAINING;

	atomic_fetch_add_explicit((_Atomic uint64_t *)drained, copy->ring->taken_events,
	                          memory_order_relaxed);
	copy->ring->taken_events = 0;
	/*
	 * release: pairs with the acquire in chunk_search(); our copy ends before the chunk is
	 * reused
	 */
	atomic_compare_exchange_strong_explicit(
		ring_state(copy->ring, copy->position->index), &word, ticket | CHUNK_FREE,
		memory_order_release, memory_order_relaxed);
}

void live_ring_release(struct live_ring *ring, const struct chunk_position *position)
{
	struct copy copy = { .ring = ring, .position = position };

	ring_guarded(ring, release_body, &copy);
}

static void copy_body(void *context)
{
	struct copy *copy = context;
	enum chunk_result result;

	chunk_copy(copy);
	result = copy->result;
	/* the copy must be complete before the state is read again */
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(ring_state(copy->ring, copy->position->index),
	                         memory_order_relaxed) >>
	        CHUNK_STATE_BITS !=
	    copy->position->word >> CHUNK_STATE_BITS)
		result = CHUNK_CHANGED;
	copy->result = result;
}

static enum chunk_result copy_run(struct live_ring *ring, void (*body)(void *),
                                  const struct chunk_position *position,
                                  uint8_t *buffer, size_t *bytes)
{
	struct copy copy = { ring, position, buffer, 0, CHUNK_CHANGED };

	ring_guarded(ring, body, &copy);
	*bytes = copy.bytes;
	return ring->is_broken ? CHUNK_CHANGED : copy.result;
}

enum chunk_result live_ring_take(struct live_ring *ring,
                                 const struct chunk_position *position, uint8_t *buffer,
                                 size_t *bytes)
{
	return copy_run(ring, take_body, position, buffer, bytes);
}

enum chunk_result live_ring_copy(struct live_ring *ring,
                                 const struct chunk_position *position, uint8_t *buffer,
                                 size_t *bytes)
{
	return copy_run(ring, copy_body, position, buffer, bytes);
}

struct commit {
	struct live_ring *ring;
	uint32_t index, bytes;
};

static void commit_body(void *context)
{
	struct commit *commit = context;
	struct chunk_header *chunk = (struct chunk_header *)ring_chunk(commit->ring,
	                                                               commit->index);

	commit->bytes = COMMIT_BYTES(
		atomic_load_explicit((_Atomic uint64_t *)&chunk->commit, memory_order_relaxed));
}

uint32_t live_ring_commit_bytes(struct live_ring *ring, uint32_t index)
{
	struct commit commit = { ring, index, 0 };

	ring_guarded(ring, commit_body, &commit);
	return commit.bytes;
}

/* ---- header ---- */

/*
 * Copies only fields that change: sizes and offsets were checked once, and stay as they were.
 */
static void header_body(void *context)
{
	struct live_ring *ring = context;
	const struct ring_header *page = ring_page(ring);
	struct ring_header *header = &ring->header;

	header->policy = page->policy;
	header->flags = page->flags;
	header->last_ticks = page->last_ticks;
	header->last_ns = page->last_ns;
	header->processor_ns = page->processor_ns;
	header->ring_bytes = page->ring_bytes;
	header->peak_bytes = page->peak_bytes;
	header->own_bytes = page->own_bytes;
	header->own_file_bytes = page->own_file_bytes;
	header->reader_pid = page->reader_pid;
	header->reader_beat_ns = page->reader_beat_ns;
	header->next_ticket = page->next_ticket;
	header->next_thread = page->next_thread;
	/* in this order: the recorder counts each cut stack there first */
	memcpy(header->cuts, page->cuts, sizeof(header->cuts));
	memcpy(header->lost, page->lost, sizeof(header->lost));
	header->lost[LOST_DRAINED] =
		0; /* drained events are not lost where this copy goes: the trace has them */
}

void live_ring_header(struct live_ring *ring)
{
	ring_guarded(ring, header_body, ring);
	process_clock_read(&ring->header);
}

/* By the file's size: to touch its end would take a page, which may not be to be had. */
void live_ring_end_check(struct live_ring *ring, int directory)
{
	struct stat status;

	if (fstatat(directory, ring->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (uint64_t)status.st_size < ring->map_bytes)
		ring->is_broken = true;
}
