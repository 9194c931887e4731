/* record/drain_ring.c - copies one ring's chunks into the trace. */
#include "record/drain_ring.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "process/ring_mapper.h"
#include "record/target.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFINITIONS_NS UINT64_C(1000000000) /* between copies of a growing chunk */

/*
 * Levels of zstd. For events of cc1plus, this thread compresses to 5.0 bytes an event at 26
 * million events a second (CALM), 5.9 at 45 (BUSY) and 6.8 at 67 (FLOOD); raw it is 8.2. While
 * the program lacks a processor, chunks are stored at LEVEL_HASTY if the disk has room, and are
 * packed when the program has ended.
 */
#define LEVEL_CALM 2     /* a processor is idle: compression slows nothing down */
#define LEVEL_BUSY (-1)  /* the program waits for the time that we use */
#define LEVEL_FLOOD (-5) /* the same with very many chunks, or the drain falls behind */
#define FLOOD_CHUNKS 32  /* full chunks in one scan */

/* A definition chunk grows, so it is copied more than once. */
struct definitions {
	struct chunk_position position;
	uint32_t seen_bytes;    /* modules in bytes before this are in the kept files */
	uint32_t written_bytes; /* its size when it was last written to the trace */
};

/* ---- the ring's process ---- */

static int buffer_reserve(struct drain_way *way, size_t bytes)
{
	return array_reserve(way->buffer, way->buffer_bytes, bytes);
}

/*
 * Find which process the ring belongs to, and whether that process is alive. The pid in the
 * header is the process's own claim in its own pid namespace: it is only used as it is where
 * /proc cannot tell. A pidfd, unlike a pid, can never come to mean another process.
 */
static void ring_attribute(struct drain_ring *ring)
{
	const struct ring_header *header = &ring->ring.header;

	ring->pid = ring_mapper_find(ring->ring.map, (pid_t)header->pid, header->user_id);
	if (ring->pid == MAPPER_UNKNOWN)
		ring->pid = (pid_t)header->pid;
	if (ring->pid != MAPPER_GONE)
		ring->descriptor = (int)syscall(SYS_pidfd_open, ring->pid, 0);
	ring->has_ended = ring->pid == MAPPER_GONE ||
	                  (ring->descriptor < 0 && errno == ESRCH);
}

/*
 * errno tells the caller whether descriptors are out, which is temporary; so it must survive
 * the freeing. It is cleared first, since a file that is no ring sets none.
 */
struct drain_ring *drain_ring_new(struct drain_way *way, int directory,
                                  const char *name, uint64_t session)
{
	struct drain_ring *ring = calloc(1, sizeof(*ring));
	int cause;

	if (!ring)
		return NULL;
	ring->descriptor = -1;
	ring->directory = directory;
	errno = 0;
	if (live_ring_open(&ring->ring, directory, name, session, NULL) ||
	    buffer_reserve(way, ring->ring.chunk_bytes)) {
		cause = errno;
		drain_ring_free(ring);
		errno = cause;
		return NULL;
	}
	ring_attribute(ring);
	return ring;
}

void drain_ring_number(struct drain_way *way, struct drain_ring *ring)
{
	ring->process = way->counts.images++;
	way->counts.own_malloc += !!(ring->ring.header.flags & RING_OWN_MALLOC);
}

void drain_ring_free(struct drain_ring *ring)
{
	live_ring_close(&ring->ring);
	if (ring->descriptor >= 0)
		close(ring->descriptor);
	free(ring->definitions);
	free(ring);
}

uint32_t drain_ring_snapshots_asked(struct drain_ring *ring)
{
	uint32_t asked = live_ring_snapshots(&ring->ring), before = ring->snapshots;

	if (!asked)
		return 0;
	ring->snapshots = asked;
	return asked - before;
}

void drain_ring_check(struct drain_ring *ring)
{
	struct pollfd ready = { .fd = ring->descriptor, .events = POLLIN };

	if (ring->has_ended)
		return;
	ring->is_detached = live_ring_flags(&ring->ring) & RING_DETACHED;
	if (ring->is_detached) /* the process lives on, but never writes into it again */
		ring->has_ended = true;
	else if (ring->descriptor >= 0)
		ring->has_ended = poll(&ready, 1, 0) > 0;
	else
		ring->has_ended = kill(ring->pid, 0) && errno == ESRCH;
}

/* ---- write chunks to the trace ---- */

int drain_ring_announce(struct drain_way *way, struct drain_ring *ring,
                        struct error *error)
{
	struct trace_block about = { .type = BLOCK_PROCESS, .process = ring->process };

	return trace_writer_block(way->writer, &about, &ring->ring.header,
	                          sizeof(ring->ring.header), error);
}

/* Write a copy of a chunk to the trace. */
static int chunk_write(struct drain_way *way, const struct drain_ring *ring,
                       const uint8_t *chunk, size_t bytes, struct error *error)
{
	struct trace_block about = { .type = BLOCK_CHUNK, .process = ring->process };
	struct chunk_header header;

	memcpy(&header, chunk, sizeof(header));
	about.ticket = header.ticket;
	about.time_first = header.time_first;
	about.events = COMMIT_EVENTS(header.commit);
	if (trace_writer_block(way->writer, &about, chunk, bytes, error))
		return -1;
	way->counts.chunks++;
	way->counts.bytes += bytes;
	way->counts.events += about.events;
	way->beat(way->context);
	return 0;
}

/* Write the chunk that live_ring_take() or live_ring_copy() put into the buffer. 0, or -1. */
static int chunk_keep(struct drain_way *way, const struct drain_ring *ring,
                      enum chunk_result result, size_t bytes, struct error *error)
{
	if (result == CHUNK_BAD)
		way->counts.broken++;
	if (result != CHUNK_TAKEN)
		return 0;
	return chunk_write(way, ring, way->buffer, bytes, error);
}

/* ---- definitions ---- */

/*
 * Keep where a definition chunk is: it is copied again and again as it grows. Each scan finds
 * it anew, so it may be known already; a ring has few of them.
 */
static void definitions_remember(struct drain_ring *ring,
                                 const struct chunk_position *position)
{
	size_t i;

	for (i = 0; i < ring->definition_count; i++) {
		if (ring->definitions[i].position.word == position->word)
			return;
	}
	if (array_reserve(ring->definitions, ring->definition_capacity, i + 1))
		return; /* it is copied at the process's end anyway */
	ring->definitions[i] = (struct definitions){ .position = *position };
	ring->definition_count++;
}

/*
 * Open the modules that were added to a definition chunk since it was last read. If `is_due`
 * and the chunk has grown, write it to the trace again.
 */
static int definitions_copy(struct drain_way *way, struct drain_ring *ring,
                            struct definitions *definitions, bool is_due,
                            struct error *error)
{
	uint32_t committed = live_ring_commit_bytes(&ring->ring,
	                                            definitions->position.index);
	size_t bytes;

	if (committed == definitions->seen_bytes &&
	    (!is_due || committed == definitions->written_bytes))
		return 0;
	if (live_ring_copy(&ring->ring, &definitions->position, way->buffer, &bytes) !=
	    CHUNK_TAKEN)
		return 0;
	if (definitions->seen_bytes < sizeof(struct chunk_header))
		definitions->seen_bytes = sizeof(struct chunk_header);
	way->take_offers(way->context);
	definitions->seen_bytes = (uint32_t)kept_files_add(
		way->kept, ring->pid, way->buffer, bytes, definitions->seen_bytes);
	if (!is_due || bytes == definitions->written_bytes)
		return 0;
	definitions->written_bytes = (uint32_t)bytes;
	return chunk_write(way, ring, way->buffer, bytes, error);
}

/*
 * Read what was added to the definition chunks. Files of new modules are opened at each step,
 * as they may be gone soon; the chunk itself is written again only once a second, since each
 * copy holds all of it. The flight recorder writes it at the end.
 */
static int ring_take_definitions(struct drain_way *way, struct drain_ring *ring,
                                 bool is_due, struct error *error)
{
	uint64_t time_ns = kernel_now_ns();
	size_t i;

	if (!way->is_flight && time_ns - ring->definitions_ns > DEFINITIONS_NS)
		is_due = true;
	if (is_due)
		ring->definitions_ns = time_ns;
	for (i = 0; i < ring->definition_count; i++) {
		if (definitions_copy(way, ring, &ring->definitions[i], is_due, error))
			return -1;
	}
	return 0;
}

/* ---- events ---- */

/*
 * Choose how well to compress, by whether a processor is idle and how many full chunks wait in
 * the ring. The first choice under pressure is LEVEL_HASTY, as long as hasty_max allows.
 */
static void level_choose(struct drain_way *way, const struct drain_ring *ring,
                         size_t waiting)
{
	if ((way->is_busy || waiting > FLOOD_CHUNKS) &&
	    way->writer->hasty_bytes < way->writer->hasty_max)
		way->writer->level = LEVEL_HASTY;
	else if (waiting > ring->ring.chunk_count / 4 ||
	         (way->is_busy && waiting > FLOOD_CHUNKS))
		way->writer->level = LEVEL_FLOOD;
	else
		way->writer->level = way->is_busy ? LEVEL_BUSY : LEVEL_CALM;
}

int drain_ring_take(struct drain_way *way, struct drain_ring *ring, uint64_t until_ns,
                    struct error *error)
{
	unsigned states = STATE_BIT(CHUNK_DEFINITIONS);
	const struct chunk_position *position;
	enum chunk_result result;
	size_t found, i, bytes;

	if (!way->is_flight)
		states |= STATE_BIT(CHUNK_FULL);
	found = live_ring_scan(&ring->ring, states, false);
	level_choose(way, ring, found);
	for (i = 0; i < found && kernel_now_ns() < until_ns; i++) {
		position = &ring->ring.positions[i];
		if ((position->word & 0xff) == CHUNK_DEFINITIONS) {
			definitions_remember(ring, position);
			continue;
		}
		result = live_ring_take(&ring->ring, position, way->buffer, &bytes);
		if (chunk_keep(way, ring, result, bytes, error))
			return -1; /* the chunk stays in the ring, and the ring's file stays */
		live_ring_release(&ring->ring, position);
	}
	return ring_take_definitions(way, ring, false, error);
}

/* Add the ring's losses to the counts. They only grow. */
static void losses_count(struct drain_way *way, struct drain_ring *ring)
{
	size_t i;

	for (i = 0; i < LOST_CAUSES_MAX; i++) {
		way->counts.lost[i] += ring->ring.header.lost[i] - ring->lost[i];
		ring->lost[i] = ring->ring.header.lost[i];
	}
}

/* Whether the process is the program, which has exited: no signal has killed it. */
static bool is_exited(const struct target *target, pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (!target || target->pid != pid)
		return false;
	if (target->has_ended)
		return WIFEXITED(target->wait_status);
	/* It is still to be waited for. */
	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid == pid && info.si_code == CLD_EXITED;
}

/* Copy one chunk after the other into the trace. */
static int chunks_copy(struct drain_way *way, struct drain_ring *ring, size_t found,
                       struct error *error)
{
	enum chunk_result result;
	size_t i, bytes;

	for (i = 0; i < found; i++) {
		result = live_ring_copy(&ring->ring, &ring->ring.positions[i], way->buffer,
		                        &bytes);
		if (chunk_keep(way, ring, result, bytes, error))
			return -1;
	}
	return 0;
}

/*
 * Copy all chunks first, the newest before the others: its thread goes on writing into it. Then
 * write them. Takes memory for all of them, or copies one after the other.
 */
static int chunks_copy_at_once(struct drain_way *way, struct drain_ring *ring,
                               size_t found, struct error *error)
{
	size_t each = ring->ring.chunk_bytes, i;
	uint8_t *copies = malloc(found * each);
	size_t *bytes = calloc(found, sizeof(*bytes));
	enum chunk_result result;
	int failure = 0;

	for (i = found; copies && bytes && i-- > 0;) {
		result = live_ring_copy(&ring->ring, &ring->ring.positions[i],
		                        copies + i * each, &bytes[i]);
		way->counts.broken += result == CHUNK_BAD;
		if (result != CHUNK_TAKEN)
			bytes[i] = 0;
	}
	if (!copies || !bytes)
		failure = chunks_copy(way, ring, found, error);
	for (i = 0; copies && bytes && !failure && i < found; i++) {
		if (bytes[i])
			failure = chunk_write(way, ring, copies + i * each, bytes[i], error);
	}
	free(copies);
	free(bytes);
	return failure;
}

/* Take the definition chunks out of what a scan found. Returns how many others there are. */
static size_t definitions_sort_out(struct drain_ring *ring, size_t found)
{
	struct chunk_position *positions = ring->ring.positions;
	size_t others = 0, i;

	for (i = 0; i < found; i++) {
		if ((positions[i].word & 0xff) == CHUNK_DEFINITIONS)
			definitions_remember(ring, &positions[i]);
		else
			positions[others++] = positions[i];
	}
	return others;
}

/*
 * Copy the account, after the chunks: they are overwritten meanwhile, it is not. What has changed
 * in between is as if it had been born, or freed, a little later.
 */
static int account_take(struct drain_way *way, struct drain_ring *ring,
                        struct error *error)
{
	struct trace_block about = { .type = BLOCK_ACCOUNT, .process = ring->process };
	uint64_t bytes = ring->ring.account.bytes;
	uint8_t *copy = bytes ? malloc(bytes) : NULL;
	int result = 0;

	if (copy && live_account_read(&ring->ring.account, copy))
		result = trace_writer_block(way->writer, &about, copy, bytes, error);
	free(copy);
	return result;
}

/*
 * Chunks that a thread owns or parked hold the last events before an end, so they are copied,
 * too, but never released: a living process goes on writing into them. The PROCESS block is
 * written a second time, with the final losses; the last one counts.
 */
static int all_take(struct drain_way *way, struct drain_ring *ring,
                    int (*copy)(struct drain_way *way, struct drain_ring *ring,
                                size_t found, struct error *error),
                    struct error *error)
{
	unsigned states = STATE_BIT(CHUNK_FULL) | STATE_BIT(CHUNK_OWNED) |
	                  STATE_BIT(CHUNK_PARKED) | STATE_BIT(CHUNK_DEFINITIONS);
	size_t found = live_ring_scan(&ring->ring, states, true);

	level_choose(way, ring, 0);
	if (copy(way, ring, definitions_sort_out(ring, found), error) ||
	    ring_take_definitions(way, ring, true, error) || account_take(way, ring, error))
		return -1;
	live_ring_header(&ring->ring);
	if (!ring->has_ended)
		ring->ring.header.flags |= RING_OUTLIVED;
	else if (ring->ring.header.flags & RING_GO && is_exited(way->target, ring->pid))
		ring->ring.header.flags |= RING_FINISHED;
	losses_count(way, ring);
	live_ring_end_check(&ring->ring, ring->directory);
	/* Somebody has cut the file short, or its memory failed. */
	if (ring->ring.is_broken) {
		way->counts.broken++;
		ring->ring.header.flags |= RING_UNREADABLE;
	}
	return drain_ring_announce(way, ring, error);
}

int drain_ring_take_rest(struct drain_way *way, struct drain_ring *ring,
                         struct error *error)
{
	return all_take(way, ring, chunks_copy, error);
}

int drain_ring_take_window(struct drain_way *way, struct drain_ring *ring,
                           struct error *error)
{
	return all_take(way, ring, chunks_copy_at_once, error);
}
