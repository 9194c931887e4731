/* trace/ring.c - reads a ring, which its writer may have left or still be writing. */
#include "trace/ring.h"

#include <string.h>

/* Limits on what a header may claim. They also keep all sums of offsets within 64 bits. */
#define CHUNK_BYTES_MIN 4096u
#define CHUNK_BYTES_MAX (16u << 20)
#define HEADER_BYTES_MAX (64u << 20)
#define CLOCK_SHIFT_MAX 16

/* Checked before all other fields, since another major version may have these elsewhere. */
static int header_version_check(const struct ring_header *header, const char *name,
                                struct error *error)
{
	uint64_t unknown = header->features_required & ~FEATURES_REQUIRED_KNOWN;

	if (header->magic != RING_MAGIC)
		return error_set(error, "%s at byte 0: is no ring of outlive", name);
	if (header->version_major != FORMAT_VERSION_MAJOR)
		return error_set(error,
		                 "%s: has format version %u.%u, this outlive reads %d.x; "
		                 "use the outlive that made it",
		                 name, header->version_major, header->version_minor,
		                 FORMAT_VERSION_MAJOR);
	if (unknown)
		return error_set(error,
		                 "%s: needs features (bits %#llx) that this outlive does "
		                 "not know; use a newer one",
		                 name, (unsigned long long)unknown);
	return 0;
}

int ring_header_check(const struct ring_header *header, const char *name,
                      struct error *error)
{
	uint32_t chunk_bytes = header->chunk_bytes;

	if (header_version_check(header, name, error))
		return -1;
	if (chunk_bytes < CHUNK_BYTES_MIN || chunk_bytes > CHUNK_BYTES_MAX ||
	    chunk_bytes & (chunk_bytes - 1))
		return error_set(error, "%s: its chunks of %u bytes cannot be", name,
		                 chunk_bytes);
	if (!header->chunk_count || header->chunk_count > CHUNK_COUNT_MAX)
		return error_set(error, "%s: %u chunks cannot be", name, header->chunk_count);
	if (header->clock_shift > CLOCK_SHIFT_MAX)
		return error_set(error, "%s: a clock shift of %u cannot be", name,
		                 header->clock_shift);
	if (header->sample_bytes > SAMPLE_BYTES_MAX ||
	    !header->sample_bytes != !(header->features_required & FEATURE_SAMPLED))
		return error_set(error, "%s: one sample in %llu bytes cannot be", name,
		                 (unsigned long long)header->sample_bytes);
	return 0;
}

/* Check the offsets of states and chunks. Only a ring has these; a PROCESS block does not. */
static int header_layout_check(const struct byte_source *source,
                               const struct ring_header *header, struct error *error)
{
	uint64_t states_end, end;

	states_end = (uint64_t)header->states_offset + (uint64_t)header->chunk_count * 8;
	if (header->states_offset < RING_HEADER_BYTES || header->states_offset % 8 ||
	    header->header_bytes < states_end || header->header_bytes > HEADER_BYTES_MAX)
		return error_set(error, "%s: its header of %u bytes cannot be", source->name,
		                 header->header_bytes);
	end = header->header_bytes + (uint64_t)header->chunk_bytes * header->chunk_count;
	if (end > source->bytes)
		return error_set(error, "%s: is cut short: %llu bytes of %llu", source->name,
		                 (unsigned long long)source->bytes, (unsigned long long)end);
	return 0;
}

/*
 * The traced program may write over its ring: the header is copied once, and only the copy is
 * checked and used.
 */
int ring_file_header(const struct byte_source *source, struct ring_header *header,
                     struct error *error)
{
	memset(header, 0, sizeof(*header));
	if (byte_source_read(source, 0, header, sizeof(*header), error))
		return -1;
	if (ring_header_check(header, source->name, error))
		return -1;
	return header_layout_check(source, header, error);
}

static uint64_t chunk_offset(const struct ring_header *header, uint32_t number)
{
	return header->header_bytes + (uint64_t)number * header->chunk_bytes;
}

int ring_file_states(const struct byte_source *source, const struct ring_header *header,
                     uint64_t *states)
{
	return byte_source_read(source, header->states_offset, states,
	                        (size_t)header->chunk_count * sizeof(*states), NULL);
}

static int chunk_state(const struct byte_source *source,
                       const struct ring_header *header, uint32_t number,
                       uint64_t *state, struct error *error)
{
	uint64_t offset = header->states_offset + (uint64_t)number * 8;

	return byte_source_read(source, offset, state, sizeof(*state), error);
}

static bool is_open_state(uint64_t state)
{
	state &= (1u << CHUNK_STATE_BITS) - 1;
	return state == CHUNK_OWNED || state == CHUNK_PARKED;
}

/*
 * Read the state first, then the chunk's header: if a writer takes the chunk between the two,
 * their tickets differ and the chunk counts as empty.
 */
int ring_file_check(const struct byte_source *source, const struct ring_header *header,
                    uint32_t number, struct chunk_entry *entry, bool *is_definitions,
                    struct error *error)
{
	uint64_t offset = chunk_offset(header, number), state;
	struct chunk_header chunk;

	if (chunk_state(source, header, number, &state, error))
		return -1;
	if ((state & ((1u << CHUNK_STATE_BITS) - 1)) == CHUNK_FREE)
		return 0;
	if (byte_source_read(source, offset, &chunk, sizeof(chunk), error))
		return -1;
	/* A writer has taken the chunk, but has committed nothing in it yet. */
	if (chunk.ticket != state >> CHUNK_STATE_BITS || !COMMIT_BYTES(chunk.commit))
		return 0;
	if (COMMIT_BYTES(chunk.commit) < sizeof(chunk) ||
	    COMMIT_BYTES(chunk.commit) > header->chunk_bytes)
		return error_set(error, "%s at byte %llu: chunk %u says that %u bytes are used",
		                 source->name, (unsigned long long)offset, number,
		                 COMMIT_BYTES(chunk.commit));
	if (chunk.kind != CHUNK_KIND_EVENTS && chunk.kind != CHUNK_KIND_DEFINITIONS)
		return error_set(error, "%s at byte %llu: chunk %u is of no known kind (%u)",
		                 source->name, (unsigned long long)offset, number, chunk.kind);
	*is_definitions = chunk.kind == CHUNK_KIND_DEFINITIONS;
	*entry = (struct chunk_entry){
		.ticket = chunk.ticket,
		.time_first = chunk.time_first,
		.offset = offset,
		.stored_bytes = COMMIT_BYTES(chunk.commit),
		.used_bytes = COMMIT_BYTES(chunk.commit),
		.events = COMMIT_EVENTS(chunk.commit),
		.ring_chunk = number,
		.is_in_ring = true,
		.is_open = is_open_state(state),
	};
	return 1;
}

/*
 * Copies first and checks afterwards that the chunk still has the same ticket, both in its
 * state and in its header. So bytes of a chunk that a writer reused meanwhile are never
 * returned.
 */
int ring_file_copy(const struct byte_source *source, const struct ring_header *header,
                   const struct chunk_entry *entry, size_t from, uint8_t *to,
                   struct error *error)
{
	struct chunk_header chunk;
	uint64_t state, commit;

	if (byte_source_read(source, entry->offset + from, to + from,
	                     entry->used_bytes - from, error) ||
	    chunk_state(source, header, entry->ring_chunk, &state, error) ||
	    byte_source_read(source, entry->offset, &chunk, sizeof(chunk), error))
		return -1;
	if (chunk.ticket != entry->ticket || state >> CHUNK_STATE_BITS != entry->ticket)
		return error_set(
			error, "%s at byte %llu: chunk %u was overwritten while it was read",
			source->name, (unsigned long long)entry->offset, entry->ring_chunk);
	/*
	 * The bytes up to the commit that was read first are valid; the copied commit may be
	 * later.
	 */
	commit = (uint64_t)entry->events << 32 | entry->used_bytes;
	memcpy(to + offsetof(struct chunk_header, commit), &commit, sizeof(commit));
	return 0;
}
