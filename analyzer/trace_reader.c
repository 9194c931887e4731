/* trace_reader.c - a recording, whatever it lies in. Layer 4. */
#include "trace_reader.h"

#include "byte_source.h"
#include "chunk_decoder.h"
#include "ring_file.h"
#include "ring_directory.h"
#include "trace_file.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_RAW_BYTES_MAX (16u << 20)
#define PROCESS_RAW_BYTES_MAX (1u << 20)
#define SYMBOLS_RAW_BYTES_MAX (UINT64_C(1) << 30)
#define PROCESSES_MAX (1u << 20)

struct trace_reader {
	struct byte_source *sources; /* [0] is the file itself, then rings */
	size_t source_count;
	/* By number while a trace is read, with gaps; then without. */
	struct trace_process **processes;
	size_t process_count;
	struct payload_reader *payloads;
	struct problem_list problems;
	uint64_t session;
	char *ring_directory;
	size_t rings_taken;
	bool is_trace, is_complete;
};

void chunk_buffer_release(struct chunk_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct chunk_buffer){ NULL, 0, 0 };
}

static int chunk_buffer_reserve(struct chunk_buffer *buffer, uint64_t bytes)
{
	uint8_t *data;

	if (bytes + CHUNK_PADDING_BYTES > buffer->capacity) {
		data = realloc(buffer->data, bytes + CHUNK_PADDING_BYTES);
		if (!data)
			return -1;
		buffer->data = data;
		buffer->capacity = bytes + CHUNK_PADDING_BYTES;
	}
	buffer->bytes = bytes;
	memset(buffer->data + bytes, 0, CHUNK_PADDING_BYTES);
	return 0;
}

static void process_free(struct trace_process *process)
{
	if (!process)
		return;
	chunk_list_release(&process->chunks);
	chunk_list_release(&process->definitions);
	chunk_list_release(&process->symbols);
	free(process);
}

void trace_reader_close(struct trace_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < reader->process_count; i++)
		process_free(reader->processes[i]);
	free(reader->processes);
	for (i = 0; i < reader->source_count; i++)
		byte_source_close(&reader->sources[i]);
	free(reader->sources);
	payload_reader_free(reader->payloads);
	problem_list_release(&reader->problems);
	free(reader->ring_directory);
	free(reader);
}

/* The process of that number, made when it was not there; NULL when memory is out. */
static struct trace_process *process_at(struct trace_reader *reader, size_t number)
{
	struct trace_process **processes;

	if (number >= reader->process_count) {
		processes = realloc(reader->processes, (number + 1) * sizeof(*processes));
		if (!processes)
			return NULL;
		memset(processes + reader->process_count, 0,
		       (number + 1 - reader->process_count) * sizeof(*processes));
		reader->processes = processes;
		reader->process_count = number + 1;
	}
	if (!reader->processes[number])
		reader->processes[number] = calloc(1, sizeof(struct trace_process));
	if (reader->processes[number])
		reader->processes[number]->number = (uint32_t)number;
	return reader->processes[number];
}

/* Take a checked header; its strings may not run on. */
static void process_describe(struct trace_process *process,
                             const struct ring_header *header)
{
	process->header = *header;
	process->header.executable[RING_PATH_BYTES - 1] = 0;
	process->header.command[RING_COMMAND_BYTES - 1] = 0;
	if (process->header.command_bytes > RING_COMMAND_BYTES)
		process->header.command_bytes = RING_COMMAND_BYTES;
}

/* ---- a trace ----------------------------------------------------------------- */

static int process_block(struct trace_reader *reader, const struct trace_block *block,
                         uint64_t offset, struct error *error)
{
	const struct byte_source *source = &reader->sources[0];
	struct trace_process *process;
	struct ring_header header;
	uint8_t *payload;
	int result = -1;

	if (block->raw_bytes < sizeof(header) || block->raw_bytes > PROCESS_RAW_BYTES_MAX)
		return error_set(error, "%s at byte %llu: a process of %llu bytes cannot be",
		                 source->name, (unsigned long long)offset,
		                 (unsigned long long)block->raw_bytes);
	payload = malloc(block->raw_bytes);
	if (!payload)
		return error_set(error, "%s: out of memory", source->name);
	if (!payload_read(reader->payloads, source, offset, block->stored_bytes, payload,
	                  block->raw_bytes, error)) {
		memcpy(&header, payload, sizeof(header));
		if (!ring_header_check(&header, source->name, error)) {
			process = process_at(reader, block->process);
			if (process)
				process_describe(process, &header);
			result = 0;
		}
	}
	free(payload);
	return result;
}

/* Whether a chunk without events holds definitions. 1, 0, or -1 and *error. */
static int chunk_is_definitions(struct trace_reader *reader,
                                const struct chunk_entry *entry, struct error *error)
{
	struct chunk_buffer buffer = { NULL, 0, 0 };
	struct chunk_header header;
	int result = -1;

	if (chunk_buffer_reserve(&buffer, entry->used_bytes))
		return error_set(error, "out of memory for a chunk");
	if (!payload_read(reader->payloads, &reader->sources[0], entry->offset,
	                  entry->stored_bytes, buffer.data, entry->used_bytes, error)) {
		memcpy(&header, buffer.data, sizeof(header));
		result = header.kind == CHUNK_KIND_DEFINITIONS;
	}
	chunk_buffer_release(&buffer);
	return result;
}

static int chunk_block(struct trace_reader *reader, const struct trace_block *block,
                       uint64_t offset, struct error *error)
{
	struct trace_process *process = process_at(reader, block->process);
	struct chunk_entry entry = {
		.ticket = block->ticket,
		.time_first = block->time_first,
		.offset = offset,
		.stored_bytes = block->stored_bytes,
		.used_bytes = (uint32_t)block->raw_bytes,
		.events = (uint32_t)block->events,
	};
	int is_definitions = 0;

	if (!process)
		return error_set(error, "out of memory for a process");
	if (block->raw_bytes < sizeof(struct chunk_header) ||
	    block->raw_bytes > CHUNK_RAW_BYTES_MAX || block->events > block->raw_bytes)
		return error_set(error,
		                 "%s at byte %llu: a chunk of %llu bytes with %llu events "
		                 "cannot be",
		                 reader->sources[0].name, (unsigned long long)offset,
		                 (unsigned long long)block->raw_bytes,
		                 (unsigned long long)block->events);
	if (!block->events)
		is_definitions = chunk_is_definitions(reader, &entry, error);
	if (is_definitions < 0) {
		process->damaged_chunks++;
		return -1;
	}
	if (chunk_list_add(is_definitions ? &process->definitions : &process->chunks, &entry))
		return error_set(error, "out of memory for the index of chunks");
	return 0;
}

static int symbols_block(struct trace_reader *reader, const struct trace_block *block,
                         uint64_t offset, struct error *error)
{
	struct trace_process *process = process_at(reader, block->process);
	struct chunk_entry entry = {
		.ticket = block->raw_bytes,
		.offset = offset,
		.stored_bytes = block->stored_bytes,
	};

	if (block->raw_bytes > SYMBOLS_RAW_BYTES_MAX)
		return error_set(error, "%s at byte %llu: symbols of %llu bytes cannot be",
		                 reader->sources[0].name, (unsigned long long)offset,
		                 (unsigned long long)block->raw_bytes);
	if (!process || chunk_list_add(&process->symbols, &entry))
		return error_set(error, "out of memory for the symbols");
	return 0;
}

static int directory_block(struct trace_reader *reader, const struct trace_block *block,
                           uint64_t offset, struct error *error)
{
	char *path;

	if (!block->raw_bytes || block->raw_bytes >= PATH_MAX)
		return error_set(error, "%s at byte %llu: a path of %llu bytes cannot be",
		                 reader->sources[0].name, (unsigned long long)offset,
		                 (unsigned long long)block->raw_bytes);
	path = calloc(1, block->raw_bytes + 1);
	if (!path)
		return error_set(error, "out of memory for a path");
	if (payload_read(reader->payloads, &reader->sources[0], offset, block->stored_bytes,
	                 (uint8_t *)path, block->raw_bytes, error)) {
		free(path);
		return -1;
	}
	free(reader->ring_directory);
	reader->ring_directory = path;
	return 0;
}

static int block_take(struct trace_reader *reader, const struct trace_block *block,
                      uint64_t offset, struct error *error)
{
	if (block->process >= PROCESSES_MAX)
		return error_set(error, "%s at byte %llu: process number %u cannot be",
		                 reader->sources[0].name, (unsigned long long)offset,
		                 block->process);
	switch (block->type) {
	case BLOCK_PROCESS:
		return process_block(reader, block, offset, error);
	case BLOCK_CHUNK:
		return chunk_block(reader, block, offset, error);
	case BLOCK_SYMBOLS:
		return symbols_block(reader, block, offset, error);
	case BLOCK_RING_DIRECTORY:
		return directory_block(reader, block, offset, error);
	}
	return 0; /* of a later minor version */
}

static int trace_scan(struct trace_reader *reader, struct error *error)
{
	struct trace_block block;
	struct trace_file file;
	struct error damage;
	uint64_t offset;

	if (trace_file_start(&file, &reader->sources[0], error))
		return -1;
	reader->is_trace = true;
	reader->session = file.header.session;
	while (trace_file_next(&file, &block, &offset, &reader->problems)) {
		if (block_take(reader, &block, offset, &damage))
			problem_add(&reader->problems, "%s", damage.message);
	}
	reader->is_complete = file.is_complete;
	return 0;
}

/* ---- rings -------------------------------------------------------------------- */

static bool is_same_process(const struct ring_header *one, const struct ring_header *two)
{
	return one->magic == two->magic && one->pid == two->pid &&
	       one->start_ticks == two->start_ticks && one->start_ns == two->start_ns;
}

static struct trace_process *ring_process(struct trace_reader *reader,
                                          const struct ring_header *header)
{
	struct trace_process *process;
	size_t i;

	for (i = 0; i < reader->process_count; i++) {
		process = reader->processes[i];
		if (process && is_same_process(&process->header, header))
			return process;
	}
	return process_at(reader, reader->process_count);
}

/* What lies in the ring behind the source of that index. 0, or -1 and *error. */
static int ring_scan(struct trace_reader *reader, size_t index, struct error *error)
{
	const struct byte_source *source = &reader->sources[index];
	struct trace_process *process;
	struct ring_header header;
	struct chunk_entry entry;
	bool is_definitions;
	struct error damage;
	uint32_t number;
	int look;

	if (ring_file_header(source, &header, error))
		return -1;
	process = ring_process(reader, &header);
	if (!process)
		return error_set(error, "%s: out of memory", source->name);
	process_describe(process, &header);
	process->is_from_ring = true;
	process->is_live = !source->memory && !(header.flags & RING_FINISHED) &&
	                   header.pid && (!kill((pid_t)header.pid, 0) || errno == EPERM);
	for (number = 0; number < header.chunk_count; number++) {
		look = ring_file_look(source, &header, number, &entry, &is_definitions,
		                      &damage);
		entry.source = (uint32_t)index;
		if (look < 0) {
			problem_add(&reader->problems, "%s", damage.message);
			process->damaged_chunks++;
		} else if (look > 0 &&
		           chunk_list_add(is_definitions ? &process->definitions
		                                         : &process->chunks, &entry)) {
			return error_set(error, "%s: out of memory", source->name);
		}
	}
	return 0;
}

/* A ring of the session beside the trace; takes the source over. */
static void ring_take(void *context, struct byte_source *source)
{
	struct trace_reader *reader = context;
	struct byte_source *sources;
	struct ring_header header;
	struct error damage;

	if (ring_file_header(source, &header, &damage)) {
		problem_add(&reader->problems, "%s", damage.message);
		byte_source_close(source);
		return;
	}
	sources = realloc(reader->sources, (reader->source_count + 1) * sizeof(*sources));
	if (sources)
		reader->sources = sources;
	if (!sources || header.session != reader->session) {
		byte_source_close(source);
		return;
	}
	reader->sources[reader->source_count++] = *source;
	if (ring_scan(reader, reader->source_count - 1, &damage))
		problem_add(&reader->problems, "%s", damage.message);
	else
		reader->rings_taken++;
}

/* ---- both --------------------------------------------------------------------- */

/* Close the gaps, and count. Processes nobody described are dropped, and told. */
static void processes_settle(struct trace_reader *reader)
{
	struct trace_process *process;
	size_t i, chunk, kept = 0;

	for (i = 0; i < reader->process_count; i++) {
		process = reader->processes[i];
		if (!process)
			continue;
		if (!process->header.magic) {
			problem_add(&reader->problems,
			            "%s: nothing says what process %zu was; its %zu chunks are "
			            "skipped",
			            reader->sources[0].name, i, process->chunks.count);
			process_free(process);
			continue;
		}
		chunk_list_unique(&process->definitions);
		chunk_list_unique(&process->chunks);
		chunk_list_sort_by_time(&process->chunks);
		for (chunk = 0; chunk < process->chunks.count; chunk++) {
			process->events += process->chunks.entries[chunk].events;
			process->stored_bytes += process->chunks.entries[chunk].stored_bytes;
		}
		reader->processes[kept++] = process;
	}
	reader->process_count = kept;
}

static int reader_scan(struct trace_reader *reader, struct error *error)
{
	const struct byte_source *source = &reader->sources[0];
	uint64_t magic = 0;

	if (source->bytes < sizeof(magic))
		return error_set(error, "%s: is too short (%llu bytes) to be a trace",
		                 source->name, (unsigned long long)source->bytes);
	if (byte_source_read(source, 0, &magic, sizeof(magic), error))
		return -1;
	if (magic == RING_MAGIC)
		return ring_scan(reader, 0, error);
	if (magic != TRACE_MAGIC)
		return error_set(error,
		                 "%s: is neither a trace nor a ring of outlive; "
		                 "'outlive run' makes one",
		                 source->name);
	if (trace_scan(reader, error))
		return -1;
	if (!reader->is_complete && reader->ring_directory && !source->memory)
		ring_directory_each(reader->ring_directory, ring_take, reader);
	return 0;
}

/* Takes the source over. */
static struct trace_reader *reader_new(struct byte_source *source, struct error *error)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));

	if (reader) {
		reader->sources = malloc(sizeof(*reader->sources));
		reader->payloads = payload_reader_new();
	}
	if (!reader || !reader->sources || !reader->payloads) {
		byte_source_close(source);
		trace_reader_close(reader);
		error_set(error, "out of memory");
		return NULL;
	}
	reader->sources[0] = *source;
	reader->source_count = 1;
	if (reader_scan(reader, error)) {
		trace_reader_close(reader);
		return NULL;
	}
	processes_settle(reader);
	if (!reader->process_count) {
		error_set(error, "%s: holds no process; nothing was recorded in it",
		          reader->sources[0].name);
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
	return reader_new(&source, error);
}

struct trace_reader *trace_reader_open_memory(const char *name, const uint8_t *data,
                                              size_t bytes, struct error *error)
{
	struct byte_source source;

	if (byte_source_memory(&source, name, data, bytes)) {
		error_set(error, "out of memory");
		return NULL;
	}
	return reader_new(&source, error);
}

/* ---- what it holds ------------------------------------------------------------ */

const char *trace_reader_name(const struct trace_reader *reader)
{
	return reader->sources[0].name;
}

bool trace_reader_is_trace(const struct trace_reader *reader)
{
	return reader->is_trace;
}

bool trace_reader_is_complete(const struct trace_reader *reader)
{
	return reader->is_complete;
}

uint64_t trace_reader_bytes(const struct trace_reader *reader)
{
	return reader->sources[0].bytes;
}

const char *trace_reader_ring_directory(const struct trace_reader *reader)
{
	return reader->is_complete ? NULL : reader->ring_directory;
}

size_t trace_reader_rings_taken(const struct trace_reader *reader)
{
	return reader->rings_taken;
}

size_t trace_reader_process_count(const struct trace_reader *reader)
{
	return reader->process_count;
}

struct trace_process *trace_reader_process(const struct trace_reader *reader,
                                           size_t index)
{
	return reader->processes[index];
}

struct problem_list *trace_reader_problems(struct trace_reader *reader)
{
	return &reader->problems;
}

/* Bring a chunk of either kind into memory. 0, or -1 and *error. */
static int chunk_fetch(struct trace_reader *reader, const struct trace_process *process,
                       const struct chunk_entry *entry, struct chunk_buffer *buffer,
                       struct error *error)
{
	const struct byte_source *source = &reader->sources[entry->source];
	struct chunk_header header;
	int result;

	if (chunk_buffer_reserve(buffer, entry->used_bytes))
		return error_set(error, "%s: out of memory for a chunk", source->name);
	if (reader->is_trace && !entry->source)
		result = payload_read(reader->payloads, source, entry->offset,
		                      entry->stored_bytes, buffer->data, entry->used_bytes,
		                      error);
	else
		result = ring_file_copy(source, &process->header, entry, buffer->data, error);
	if (result)
		return result;
	memcpy(&header, buffer->data, sizeof(header));
	if (header.ticket != entry->ticket)
		return error_set(error, "%s at byte %llu: holds chunk %llu, not %llu",
		                 source->name, (unsigned long long)entry->offset,
		                 (unsigned long long)header.ticket,
		                 (unsigned long long)entry->ticket);
	if (COMMIT_BYTES(header.commit) < sizeof(header) ||
	    COMMIT_BYTES(header.commit) > entry->used_bytes ||
	    COMMIT_EVENTS(header.commit) != entry->events)
		return error_set(error, "%s at byte %llu: chunk %llu does not hold what its "
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

	if (!chunk_fetch(reader, process, entry, buffer, &error))
		return 0;
	problem_add(&reader->problems, "%s", error.message);
	damage_count(process, entry->events);
	return -1;
}

void trace_reader_damaged(struct trace_reader *reader, struct trace_process *process,
                          const struct chunk_entry *entry, uint64_t events,
                          const char *why)
{
	problem_add(&reader->problems, "%s at byte %llu: chunk %llu: %s",
	            reader->sources[entry->source].name, (unsigned long long)entry->offset,
	            (unsigned long long)entry->ticket, why);
	damage_count(process, events);
}

struct address_map *trace_reader_map(struct trace_reader *reader,
                                     const struct trace_process *process)
{
	const size_t header_bytes = sizeof(struct chunk_header);
	struct address_map *map = address_map_new();
	struct chunk_buffer buffer = { NULL, 0, 0 };
	const struct chunk_entry *entry;
	struct chunk_header header;
	struct error error;
	size_t i;

	for (i = 0; map && i < process->definitions.count; i++) {
		entry = &process->definitions.entries[i];
		if (chunk_fetch(reader, process, entry, &buffer, &error)) {
			problem_add(&reader->problems, "%s", error.message);
			continue;
		}
		memcpy(&header, buffer.data, header_bytes);
		if (header.kind == CHUNK_KIND_DEFINITIONS &&
		    address_map_load(map, buffer.data + header_bytes,
		                     COMMIT_BYTES(header.commit) - header_bytes, &error))
			problem_add(&reader->problems, "%s at byte %llu: chunk %llu: %s",
			            reader->sources[entry->source].name,
			            (unsigned long long)entry->offset,
			            (unsigned long long)entry->ticket, error.message);
	}
	chunk_buffer_release(&buffer);
	if (map && address_map_seal(map)) {
		address_map_free(map);
		map = NULL;
	}
	return map;
}

int trace_reader_symbols(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct symbol_table *symbols)
{
	const struct chunk_entry *entry;
	struct error error;
	uint8_t *payload;
	size_t i;

	for (i = 0; i < process->symbols.count; i++) {
		entry = &process->symbols.entries[i];
		payload = malloc(entry->ticket ? entry->ticket : 1);
		if (!payload)
			return -1;
		if (payload_read(reader->payloads, &reader->sources[0], entry->offset,
		                 entry->stored_bytes, payload, entry->ticket, &error))
			problem_add(&reader->problems, "%s", error.message);
		else if (symbol_table_load(symbols, payload, entry->ticket, &error))
			problem_add(&reader->problems, "%s at byte %llu: %s",
			            reader->sources[0].name,
			            (unsigned long long)entry->offset, error.message);
		free(payload);
	}
	return 0;
}
