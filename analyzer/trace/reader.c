/* trace/reader.c - reads a recording, whatever holds it. */
#include "trace/reader.h"

#include "base/array.h"
#include "base/byte_source.h"
#include "trace/decoder.h"
#include "trace/ring.h"
#include "trace/file.h"
#include "trace/source_block.h"
#include "trace/symbol_block.h"

#include <stdlib.h>
#include <string.h>

struct trace_reader {
	struct trace_index index;
};

void chunk_buffer_release(struct chunk_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct chunk_buffer){ NULL, 0, 0 };
}

/*
 * Make room for a chunk. The bytes after it are zeroed, so that a damaged record which reads
 * beyond the end reads the same in each run.
 */
static int chunk_buffer_reserve(struct chunk_buffer *buffer, uint64_t bytes)
{
	if (array_reserve(buffer->data, buffer->capacity, bytes + CHUNK_PADDING_BYTES) ||
	    !buffer->data)
		return -1;
	buffer->bytes = bytes;
	memset(buffer->data + bytes, 0, CHUNK_PADDING_BYTES);
	return 0;
}

void trace_reader_close(struct trace_reader *reader)
{
	if (!reader)
		return;
	trace_index_release(&reader->index);
	free(reader);
}

/* Takes ownership of the source. */
static struct trace_reader *reader_new(struct byte_source *source, bool is_growing,
                                       struct error *error)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		byte_source_close(source);
		error_set(error, "out of memory");
		return NULL;
	}
	if (trace_index_make(&reader->index, source, is_growing, error)) {
		trace_reader_close(reader);
		return NULL;
	}
	return reader;
}

struct trace_reader *trace_reader_open(const char *path, struct error *error)
{
	struct byte_source source;

	if (byte_source_open(&source, path, error))
		return NULL;
	return reader_new(&source, false, error);
}

struct trace_reader *trace_reader_open_growing(const char *path, struct error *error)
{
	struct byte_source source;

	if (byte_source_open(&source, path, error))
		return NULL;
	return reader_new(&source, true, error);
}

struct trace_index *trace_reader_index(struct trace_reader *reader)
{
	return &reader->index;
}

struct trace_reader *trace_reader_open_memory(const char *name, const uint8_t *data,
                                              size_t bytes, struct error *error)
{
	struct byte_source source;

	if (byte_source_memory(&source, name, data, bytes)) {
		error_set(error, "out of memory");
		return NULL;
	}
	return reader_new(&source, false, error);
}

/* ---- what it holds ------------------------------------------------------------ */

const char *trace_reader_name(const struct trace_reader *reader)
{
	return reader->index.sources[0].name;
}

bool trace_reader_is_trace(const struct trace_reader *reader)
{
	return reader->index.is_trace;
}

bool trace_reader_has_end(const struct trace_reader *reader)
{
	return reader->index.has_end;
}

bool trace_reader_is_complete(const struct trace_reader *reader)
{
	return reader->index.is_complete;
}

bool trace_reader_is_live(const struct trace_reader *reader)
{
	size_t i;

	for (i = 0; i < reader->index.process_count; i++) {
		if (reader->index.processes[i]->is_live)
			return true;
	}
	return false;
}

bool trace_reader_is_of(const struct trace_reader *reader, int fd)
{
	return byte_source_is_of(&reader->index.sources[0], fd);
}

uint64_t trace_reader_bytes(const struct trace_reader *reader)
{
	return reader->index.sources[0].bytes;
}

const char *trace_reader_ring_directory(const struct trace_reader *reader)
{
	return reader->index.is_complete ? NULL : reader->index.ring_directory;
}

size_t trace_reader_rings_taken(const struct trace_reader *reader)
{
	return reader->index.rings_taken;
}

size_t trace_reader_process_count(const struct trace_reader *reader)
{
	return reader->index.process_count;
}

struct trace_process *trace_reader_process(const struct trace_reader *reader,
                                           size_t index)
{
	return reader->index.processes[index];
}

struct problem_list *trace_reader_problems(struct trace_reader *reader)
{
	return &reader->index.problems;
}

/*
 * Read a chunk of either kind into memory. Of one in a ring, `from` bytes are in the buffer
 * already. 0, or -1 and *error.
 */
static int chunk_fetch(struct trace_reader *reader, const struct trace_process *process,
                       const struct chunk_entry *entry, size_t from,
                       struct chunk_buffer *buffer, struct error *error)
{
	const struct byte_source *source = &reader->index.sources[entry->source];
	struct chunk_header header;
	int result;

	if (chunk_buffer_reserve(buffer, entry->used_bytes))
		return error_set(error, "%s: out of memory for a chunk", source->name);
	/* Source 0 of a trace is the trace itself; all other sources are rings. */
	if (reader->index.is_trace && !entry->source)
		result = payload_read(reader->index.payloads, source, entry->offset,
		                      entry->stored_bytes, buffer->data, entry->used_bytes,
		                      error);
	else
		result = ring_file_copy(source, &process->header, entry, from, buffer->data,
		                        error);
	if (result)
		return result;
	memcpy(&header, buffer->data, sizeof(header));
	/*
	 * The index was made earlier, of the block's header or of the ring as it was then. The
	 * chunk must agree with it, or the events counted for it would be those of another chunk.
	 */
	if (header.ticket != entry->ticket)
		return error_set(error, "%s at byte %llu: holds chunk %llu, not %llu",
		                 source->name, (unsigned long long)entry->offset,
		                 (unsigned long long)header.ticket,
		                 (unsigned long long)entry->ticket);
	if (COMMIT_BYTES(header.commit) < sizeof(header) ||
	    COMMIT_BYTES(header.commit) > entry->used_bytes ||
	    COMMIT_EVENTS(header.commit) != entry->events)
		return error_set(error,
		                 "%s at byte %llu: chunk %llu does not hold what its "
		                 "block says",
		                 source->name, (unsigned long long)entry->offset,
		                 (unsigned long long)entry->ticket);
	return 0;
}

static void damage_count(struct trace_process *process, uint64_t events)
{
	process->damaged_events += events;
	process->damaged_chunks++;
}

int trace_reader_chunk(struct trace_reader *reader, struct trace_process *process,
                       const struct chunk_entry *entry, struct chunk_buffer *buffer)
{
	struct error error;

	if (!chunk_fetch(reader, process, entry, 0, buffer, &error))
		return 0;
	problem_add(&reader->index.problems, "%s", error.message);
	damage_count(process, entry->events);
	return -1;
}

/* Into another buffer: a decoder still points into the old one if this fails. */
int trace_reader_chunk_more(struct trace_reader *reader,
                            const struct trace_process *process,
                            const struct chunk_entry *entry,
                            struct chunk_buffer *buffer, struct error *error)
{
	struct chunk_buffer more = { NULL, 0, 0 };

	if (entry->used_bytes < buffer->bytes)
		return error_set(error, "the chunk has less in it than before");
	if (chunk_buffer_reserve(&more, entry->used_bytes))
		return error_set(error, "out of memory for a chunk");
	if (buffer->bytes)
		memcpy(more.data, buffer->data, buffer->bytes);
	if (chunk_fetch(reader, process, entry, buffer->bytes, &more, error)) {
		chunk_buffer_release(&more);
		return -1;
	}
	chunk_buffer_release(buffer);
	*buffer = more;
	return 0;
}

/*
 * The caller found the damage while it decoded a chunk which trace_reader_chunk() had
 * accepted.
 */
void trace_reader_damaged(struct trace_reader *reader, struct trace_process *process,
                          const struct chunk_entry *entry, uint64_t events,
                          const char *why)
{
	problem_add(&reader->index.problems, "%s at byte %llu: chunk %llu: %s",
	            reader->index.sources[entry->source].name,
	            (unsigned long long)entry->offset, (unsigned long long)entry->ticket,
	            why);
	damage_count(process, events);
}

/* `tells_damage`: whether to report chunks that cannot be read; one report is enough. */
static void definitions_read(struct trace_reader *reader,
                             const struct trace_process *process, bool tells_damage,
                             trace_reader_load *load, void *into)
{
	const size_t header_bytes = sizeof(struct chunk_header);
	struct chunk_buffer buffer = { NULL, 0, 0 };
	const struct chunk_entry *entry;
	struct chunk_header header;
	struct error error;
	size_t i;

	for (i = 0; i < process->definitions.count; i++) {
		entry = &process->definitions.entries[i];
		if (chunk_fetch(reader, process, entry, 0, &buffer, &error)) {
			if (tells_damage)
				problem_add(&reader->index.problems, "%s", error.message);
			continue;
		}
		memcpy(&header, buffer.data, header_bytes);
		if (header.kind == CHUNK_KIND_DEFINITIONS &&
		    load(into, buffer.data + header_bytes,
		         COMMIT_BYTES(header.commit) - header_bytes, &error))
			problem_add(&reader->index.problems, "%s at byte %llu: chunk %llu: %s",
			            reader->index.sources[entry->source].name,
			            (unsigned long long)entry->offset,
			            (unsigned long long)entry->ticket, error.message);
	}
	chunk_buffer_release(&buffer);
}

void trace_reader_definitions(struct trace_reader *reader,
                              const struct trace_process *process,
                              trace_reader_load *load, void *into)
{
	definitions_read(reader, process, false, load, into);
}

static int map_load(void *map, const uint8_t *data, size_t bytes, struct error *error)
{
	return address_map_load(map, data, bytes, error);
}

struct address_map *trace_reader_map(struct trace_reader *reader,
                                     const struct trace_process *process)
{
	struct address_map *map = address_map_new();

	if (map)
		definitions_read(reader, process, true, map_load, map);
	if (map && address_map_seal(map)) {
		address_map_free(map);
		map = NULL;
	}
	return map;
}

static int entry_read(struct trace_reader *reader, const struct chunk_entry *entry,
                      uint8_t *to, struct error *error)
{
	const struct byte_source *source = &reader->index.sources[entry->source];

	return entry->is_in_ring
	           ? byte_source_read(source, entry->offset, to, entry->ticket, error)
	           : payload_read(reader->index.payloads, source, entry->offset,
	                          entry->stored_bytes, to, entry->ticket, error);
}

/*
 * The payload's size is in entry->ticket: see struct trace_process. `take` may return 1 to
 * stop early; then memory is out, and further blocks would fail alike.
 */
int trace_reader_payloads(struct trace_reader *reader, const struct chunk_list *list,
                          payload_taker *take, void *context)
{
	const struct byte_source *source;
	struct chunk_buffer buffer = { NULL, 0, 0 };
	const struct chunk_entry *entry;
	struct error error;
	int result = 0;
	size_t i;

	for (i = 0; i < list->count && result <= 0; i++) {
		entry = &list->entries[i];
		source = &reader->index.sources[entry->source];
		if (chunk_buffer_reserve(&buffer, entry->ticket)) {
			problem_add(&reader->index.problems, "%s: out of memory for a block",
			            source->name);
			continue;
		}
		if (entry_read(reader, entry, buffer.data, &error)) {
			problem_add(&reader->index.problems, "%s", error.message);
			continue;
		}
		result = take(context, buffer.data, entry->ticket, &error);
		if (result < 0)
			problem_add(&reader->index.problems, "%s at byte %llu: %s", source->name,
			            (unsigned long long)entry->offset, error.message);
	}
	chunk_buffer_release(&buffer);
	return result > 0;
}

static int phases_take(void *phases, const uint8_t *data, size_t bytes,
                       struct error *error)
{
	return phases_load(phases, data, bytes, error);
}

/*
 * Chunks that cannot be read are not reported here: trace_reader_map() reads the same chunks
 * and reports them.
 */
struct phases *trace_reader_phases(struct trace_reader *reader,
                                   const struct trace_process *process)
{
	const struct ring_header *header = &process->header;
	struct phases *phases = phases_new();

	if (phases)
		definitions_read(reader, process, false, phases_take, phases);
	if (phases && phases_seal(phases, header->start_ticks >> header->clock_shift)) {
		phases_free(phases);
		phases = NULL;
	}
	return phases;
}

static int symbols_take(void *symbols, const uint8_t *payload, size_t bytes,
                        struct error *error)
{
	return symbol_block_load(symbols, payload, bytes, error) ? -1 : 0;
}

static int sources_take(void *sources, const uint8_t *payload, size_t bytes,
                        struct error *error)
{
	return source_block_load(sources, payload, bytes, error) ? -1 : 0;
}

static int costs_take(void *costs, const uint8_t *payload, size_t bytes,
                      struct error *error)
{
	return costs_block_load(costs, payload, bytes, error) ? -1 : 0;
}

int trace_reader_costs(struct trace_reader *reader, const struct trace_process *process,
                       struct allocator_costs *costs)
{
	*costs = allocator_costs_usual();
	return trace_reader_payloads(reader, &process->costs, costs_take, costs);
}

int trace_reader_sources(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct source_table *sources)
{
	return trace_reader_payloads(reader, &process->sources, sources_take, sources);
}

int trace_reader_symbols(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct symbol_table *symbols)
{
	return trace_reader_payloads(reader, &process->symbols, symbols_take, symbols);
}
