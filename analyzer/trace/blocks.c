/* trace/blocks.c - what a block of a trace says, checked. */
#include "trace/blocks.h"

#include "account_format.h"
#include "trace/ring.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * The largest decompressed payload of each type that is believed: they bound what a damaged
 * or hostile file can make this process allocate.
 */
#define CHUNK_RAW_BYTES_MAX (16u << 20)
#define PROCESS_RAW_BYTES_MAX (1u << 20)
#define SYMBOLS_RAW_BYTES_MAX (UINT64_C(1) << 30)
#define SEGMENTS_RAW_BYTES_MAX (UINT64_C(1) << 26)
#define SIZES_RAW_BYTES_MAX (1u << 22)
#define COSTS_RAW_BYTES_MAX (1u << 12)
#define HEAP_RAW_BYTES_MAX (UINT64_C(1) << 28)

int block_process_read(struct ring_header *header, struct payload_reader *payloads,
                       const struct byte_source *source,
                       const struct trace_block *block, uint64_t offset,
                       struct error *error)
{
	uint8_t *payload;
	int result = -1;

	if (block->raw_bytes < sizeof(*header) || block->raw_bytes > PROCESS_RAW_BYTES_MAX)
		return error_set(error, "%s at byte %llu: a process of %llu bytes cannot be",
		                 source->name, (unsigned long long)offset,
		                 (unsigned long long)block->raw_bytes);
	payload = malloc(block->raw_bytes);
	if (!payload)
		return error_set(error, "%s: out of memory", source->name);
	if (!payload_read(payloads, source, offset, block->stored_bytes, payload,
	                  block->raw_bytes, error)) {
		memcpy(header, payload, sizeof(*header));
		result = ring_header_check(header, source->name, error);
	}
	free(payload);
	return result;
}

/* Whether a chunk without events holds definitions: 1, 0, or -1 and *error. */
static int chunk_is_definitions(struct payload_reader *payloads,
                                const struct byte_source *source,
                                const struct chunk_entry *entry, struct error *error)
{
	uint8_t *chunk = malloc(entry->used_bytes);
	struct chunk_header header;
	int result = -1;

	if (!chunk)
		return error_set(error, "out of memory for a chunk");
	if (!payload_read(payloads, source, entry->offset, entry->stored_bytes, chunk,
	                  entry->used_bytes, error)) {
		memcpy(&header, chunk, sizeof(header));
		result = header.kind == CHUNK_KIND_DEFINITIONS;
	}
	free(chunk);
	return result;
}

/*
 * An event takes at least one byte, which limits the number of events that is believed. A chunk
 * without events may hold definitions: only its own header, which is compressed, says so.
 */
enum block_chunk block_chunk_read(struct chunk_entry *entry, bool *is_definitions,
                                  struct payload_reader *payloads,
                                  const struct byte_source *source,
                                  const struct trace_block *block, uint64_t offset,
                                  struct error *error)
{
	int found = 0;

	if (block->raw_bytes < sizeof(struct chunk_header) ||
	    block->raw_bytes > CHUNK_RAW_BYTES_MAX || block->events > block->raw_bytes) {
		error_fill(error,
		           "%s at byte %llu: a chunk of %llu bytes with %llu events "
		           "cannot be",
		           source->name, (unsigned long long)offset,
		           (unsigned long long)block->raw_bytes,
		           (unsigned long long)block->events);
		return BLOCK_CHUNK_WRONG;
	}
	*entry = (struct chunk_entry){
		.ticket = block->ticket,
		.time_first = block->time_first,
		.offset = offset,
		.stored_bytes = block->stored_bytes,
		.used_bytes = (uint32_t)block->raw_bytes,
		.events = (uint32_t)block->events,
	};
	if (!block->events)
		found = chunk_is_definitions(payloads, source, entry, error);
	*is_definitions = found > 0;
	return found < 0 ? BLOCK_CHUNK_DAMAGED : BLOCK_CHUNK_GOOD;
}

/* What a payload is, and the most bytes of it that are believed. */
static uint64_t payload_bytes_max(uint32_t type, const char **what)
{
	switch (type) {
	case BLOCK_SYMBOLS: *what = "symbols"; return SYMBOLS_RAW_BYTES_MAX;
	case BLOCK_SOURCES: *what = "sources"; return SYMBOLS_RAW_BYTES_MAX;
	case BLOCK_COSTS: *what = "costs"; return COSTS_RAW_BYTES_MAX;
	case BLOCK_SEGMENTS: *what = "segments"; return SEGMENTS_RAW_BYTES_MAX;
	case BLOCK_SIZES: *what = "sizes"; return SIZES_RAW_BYTES_MAX;
	case BLOCK_ACCOUNT: *what = "an account"; return ACCOUNT_BYTES_MAX;
	}
	*what = "heap";
	return HEAP_RAW_BYTES_MAX;
}

int block_payload_read(struct chunk_entry *entry, const struct byte_source *source,
                       const struct trace_block *block, uint64_t offset,
                       struct error *error)
{
	const char *what;

	if (block->raw_bytes > payload_bytes_max(block->type, &what))
		return error_set(error, "%s at byte %llu: %s of %llu bytes cannot be",
		                 source->name, (unsigned long long)offset, what,
		                 (unsigned long long)block->raw_bytes);
	*entry = (struct chunk_entry){
		.ticket = block->raw_bytes,
		.offset = offset,
		.stored_bytes = block->stored_bytes,
	};
	return 0;
}

char *block_path_read(struct payload_reader *payloads, const struct byte_source *source,
                      const struct trace_block *block, uint64_t offset,
                      struct error *error)
{
	char *path;

	if (!block->raw_bytes || block->raw_bytes >= PATH_MAX) {
		error_fill(error, "%s at byte %llu: a path of %llu bytes cannot be",
		           source->name, (unsigned long long)offset,
		           (unsigned long long)block->raw_bytes);
		return NULL;
	}
	path = calloc(1, block->raw_bytes + 1);
	if (!path) {
		error_fill(error, "out of memory for a path");
		return NULL;
	}
	if (!payload_read(payloads, source, offset, block->stored_bytes, (uint8_t *)path,
	                  block->raw_bytes, error))
		return path;
	free(path);
	return NULL;
}
