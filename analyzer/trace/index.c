/* trace/index.c - finds the processes and chunks of a recording. */
#include "trace/index.h"

#include "base/array.h"
#include "account_format.h"
#include "trace/blocks.h"
#include "trace/ring_directory.h"
#include "trace/ring.h"
#include "process/ring_mapper.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PROCESSES_MAX (1u << 20)

static void process_free(struct trace_process *process)
{
	if (!process)
		return;
	chunk_list_release(&process->chunks);
	chunk_list_release(&process->definitions);
	chunk_list_release(&process->symbols);
	chunk_list_release(&process->sources);
	chunk_list_release(&process->costs);
	chunk_list_release(&process->segments);
	chunk_list_release(&process->sizes);
	chunk_list_release(&process->heaps);
	chunk_list_release(&process->accounts);
	free(process);
}

void trace_index_release(struct trace_index *index)
{
	size_t i;

	for (i = 0; i < index->process_count; i++)
		process_free(index->processes[i]);
	free(index->processes);
	for (i = 0; i < index->source_count; i++)
		byte_source_close(&index->sources[i]);
	free(index->sources);
	payload_reader_free(index->payloads);
	problem_list_release(&index->problems);
	free(index->ring_directory);
	*index = (struct trace_index){ .sources = NULL };
}

/* The process with this number, created if missing; NULL when memory is out. */
static struct trace_process *process_at(struct trace_index *index, size_t number)
{
	if (array_reserve_zeroed(index->processes, index->process_capacity, number + 1))
		return NULL;
	if (number >= index->process_count)
		index->process_count = number + 1;
	if (!index->processes[number])
		index->processes[number] = calloc(1, sizeof(struct trace_process));
	if (index->processes[number])
		index->processes[number]->number = (uint32_t)number;
	return index->processes[number];
}

void trace_process_describe(struct trace_process *process,
                            const struct ring_header *header)
{
	process->header = *header;
	process->header.executable[RING_PATH_BYTES - 1] = 0;
	process->header.command[RING_COMMAND_BYTES - 1] = 0;
	if (process->header.command_bytes > RING_COMMAND_BYTES)
		process->header.command_bytes = RING_COMMAND_BYTES;
}

/* ---- a trace ----------------------------------------------------------------- */

/*
 * Take a PROCESS block. The recorder may write one again, with newer counts: the last one in
 * the file replaces those before it.
 */
static int process_block(struct trace_index *index, const struct trace_block *block,
                         uint64_t offset, struct error *error)
{
	struct trace_process *process;
	struct ring_header header;

	if (block_process_read(&header, index->payloads, &index->sources[0], block, offset,
	                       error))
		return -1;
	process = process_at(index, block->process);
	if (process)
		trace_process_describe(process, &header);
	return 0;
}

/* Remember where a chunk is. */
static int chunk_block(struct trace_index *index, const struct trace_block *block,
                       uint64_t offset, struct error *error)
{
	struct trace_process *process = process_at(index, block->process);
	struct chunk_entry entry;
	bool is_definitions;

	if (!process)
		return error_set(error, "out of memory for a process");
	switch (block_chunk_read(&entry, &is_definitions, index->payloads,
	                         &index->sources[0], block, offset, error)) {
	case BLOCK_CHUNK_GOOD: break;
	case BLOCK_CHUNK_DAMAGED: process->damaged_chunks++; return -1;
	case BLOCK_CHUNK_WRONG: return -1;
	}
	if (chunk_list_add(is_definitions ? &process->definitions : &process->chunks,
	                   &entry))
		return error_set(error, "out of memory for the index of chunks");
	return 0;
}

struct chunk_list *trace_process_payloads(struct trace_process *process, uint32_t type)
{
	return type == BLOCK_SYMBOLS    ? &process->symbols
	       : type == BLOCK_SOURCES  ? &process->sources
	       : type == BLOCK_COSTS    ? &process->costs
	       : type == BLOCK_SEGMENTS ? &process->segments
	       : type == BLOCK_SIZES    ? &process->sizes
	       : type == BLOCK_ACCOUNT  ? &process->accounts
	                                : &process->heaps;
}

/* Remember where a payload is; it is read when it is needed. */
static int payload_block(struct trace_index *index, const struct trace_block *block,
                         uint64_t offset, struct error *error)
{
	struct trace_process *process = process_at(index, block->process);
	struct chunk_entry entry;

	if (block_payload_read(&entry, &index->sources[0], block, offset, error))
		return -1;
	if (!process ||
	    chunk_list_add(trace_process_payloads(process, block->type), &entry))
		return error_set(error, "out of memory for a payload");
	return 0;
}

/*
 * Keep the path of the directory with the session's rings. It is text from the file: it is
 * only used to open a directory, and each ring in it must have this trace's session number.
 */
static int directory_block(struct trace_index *index, const struct trace_block *block,
                           uint64_t offset, struct error *error)
{
	char *path = block_path_read(index->payloads, &index->sources[0], block, offset,
	                             error);

	if (!path)
		return -1;
	free(index->ring_directory);
	index->ring_directory = path;
	return 0;
}

/*
 * Take one block. An error is about this block alone: the caller reports it and goes on.
 * Blocks of an unknown type are skipped, so that a later minor version can add types.
 */
static int block_take(struct trace_index *index, const struct trace_block *block,
                      uint64_t offset, struct error *error)
{
	if (block->process >= PROCESSES_MAX)
		return error_set(error, "%s at byte %llu: process number %u cannot be",
		                 index->sources[0].name, (unsigned long long)offset,
		                 block->process);
	switch (block->type) {
	case BLOCK_PROCESS: return process_block(index, block, offset, error);
	case BLOCK_CHUNK: return chunk_block(index, block, offset, error);
	case BLOCK_SYMBOLS:
	case BLOCK_SOURCES:
	case BLOCK_COSTS:
	case BLOCK_SEGMENTS:
	case BLOCK_SIZES:
	case BLOCK_ACCOUNT:
	case BLOCK_HEAP: return payload_block(index, block, offset, error);
	case BLOCK_RING_DIRECTORY: return directory_block(index, block, offset, error);
	}
	return 0; /* a type of a later minor version */
}

/*
 * Reads the headers of all blocks, but only the payloads that say what the others are:
 * processes, chunks without events, the ring directory.
 */
static int trace_scan(struct trace_index *index, struct error *error)
{
	struct trace_file *file = &index->file;
	struct trace_block block;
	struct error damage;
	uint64_t offset;

	if (trace_file_start(file, &index->sources[0], error))
		return -1;
	file->is_growing = index->is_growing;
	index->is_trace = true;
	index->session = file->header.session;
	while (trace_file_next(file, &block, &offset, &index->problems)) {
		if (block_take(index, &block, offset, &damage))
			problem_add(&index->problems, "%s", damage.message);
	}
	index->has_end = file->has_end;
	index->is_complete = file->is_complete;
	return 0;
}

/* ---- rings -------------------------------------------------------------------- */

/*
 * A pid may be used again, and exec keeps it: the start on both clocks tells the images
 * apart.
 */
bool trace_process_is_same(const struct ring_header *one, const struct ring_header *two)
{
	return one->magic == two->magic && one->pid == two->pid &&
	       one->start_ticks == two->start_ticks && one->start_ns == two->start_ns;
}

static struct trace_process *ring_process(struct trace_index *index,
                                          const struct ring_header *header)
{
	struct trace_process *process;
	size_t i;

	for (i = 0; i < index->process_count; i++) {
		process = index->processes[i];
		if (process && trace_process_is_same(&process->header, header))
			return process;
	}
	process = process_at(index, index->process_count);
	if (process)
		process->is_unnumbered = true;
	return process;
}

/*
 * Index all chunks of a ring. A damaged one is reported and skipped; the others are still
 * good. Only lack of memory is an error.
 */
static int ring_chunks(struct trace_index *index, struct trace_process *process,
                       uint32_t source, const struct ring_header *header)
{
	struct chunk_entry entry;
	bool is_definitions;
	struct error damage;
	uint32_t number;
	int found;

	for (number = 0; number < header->chunk_count; number++) {
		found = ring_file_check(&index->sources[source], header, number, &entry,
		                        &is_definitions, &damage);
		entry.source = source;
		if (found < 0) {
			problem_add(&index->problems, "%s", damage.message);
			process->damaged_chunks++;
		} else if (found > 0 && chunk_list_add(is_definitions ? &process->definitions
		                                                      : &process->chunks,
		                                       &entry)) {
			return -1;
		}
	}
	return 0;
}

/*
 * Remember where the ring in this source has its account, if it has one. An account that cannot
 * be is reported and skipped. 0, or -1: no memory.
 */
static int ring_account(struct trace_index *index, struct trace_process *process,
                        uint32_t source, const struct ring_header *header)
{
	const struct byte_source *file = &index->sources[source];
	struct chunk_entry entry = { .offset = header->account_offset,
		                         .stored_bytes = header->account_bytes,
		                         .ticket = header->account_bytes,
		                         .source = source,
		                         .is_in_ring = true };

	if (!header->account_bytes)
		return 0;
	if (header->account_bytes > ACCOUNT_BYTES_MAX ||
	    header->account_offset > file->bytes ||
	    header->account_bytes > file->bytes - header->account_offset) {
		problem_add(&index->problems,
		            "%s: an account of %llu bytes at byte %llu cannot be", file->name,
		            (unsigned long long)header->account_bytes,
		            (unsigned long long)header->account_offset);
		return 0;
	}
	return chunk_list_add(&process->accounts, &entry);
}

/* Index what the ring in this source holds. 0, or -1 and *error. */
static int ring_scan(struct trace_index *index, uint32_t source, struct error *error)
{
	const struct byte_source *file = &index->sources[source];
	struct trace_process *process;
	struct ring_header header;

	if (ring_file_header(file, &header, error))
		return -1;
	process = ring_process(index, &header);
	if (!process)
		return error_set(error, "%s: out of memory", file->name);
	trace_process_describe(process, &header);
	process->is_from_ring = true;
	if (index->is_trace)
		process->header.lost[LOST_DRAINED] = 0; /* what was drained is in the trace */
	process->is_live = !file->memory && !(header.flags & RING_FINISHED) &&
	                   ring_mapper_is_there(file->fd, (pid_t)header.pid,
	                                        header.user_id);
	if (ring_chunks(index, process, source, &header) ||
	    ring_account(index, process, source, &header))
		return error_set(error, "%s: out of memory", file->name);
	return 0;
}

/* Add a ring that the trace's session left behind. Takes ownership of the source. */
static void ring_take(void *context, struct byte_source *source)
{
	struct trace_index *index = context;
	struct ring_header header;
	struct error damage;

	if (ring_file_header(source, &header, &damage)) {
		problem_add(&index->problems, "%s", damage.message);
		byte_source_close(source);
		return;
	}
	if (header.session != index->session ||
	    array_reserve(index->sources, index->source_capacity,
	                  index->source_count + 1)) {
		byte_source_close(source);
		return;
	}
	index->sources[index->source_count++] = *source;
	if (ring_scan(index, (uint32_t)index->source_count - 1, &damage))
		problem_add(&index->problems, "%s", damage.message);
	else
		index->rings_taken++;
}

/* ---- both --------------------------------------------------------------------- */

/*
 * Remove the gaps between process numbers and add up events. Reports and drops processes that
 * no header describes.
 */
static void processes_settle(struct trace_index *index)
{
	struct trace_process *process;
	size_t i, chunk, kept = 0;

	for (i = 0; i < index->process_count; i++) {
		process = index->processes[i];
		if (!process)
			continue;
		if (!process->header.magic) {
			problem_add(&index->problems,
			            "%s: nothing says what process %zu was; its %zu chunks are "
			            "skipped",
			            index->sources[0].name, i, process->chunks.count);
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
		index->processes[kept++] = process;
	}
	index->process_count = kept;
}

/*
 * The first bytes say what the file is. The rings of a trace that is complete hold nothing
 * that is not in it. A trace in memory has no rings beside it.
 */
static int index_scan(struct trace_index *index, struct error *error)
{
	const struct byte_source *source = &index->sources[0];
	uint64_t magic = 0;

	if (source->bytes < sizeof(magic))
		return error_set(error, "%s: is too short (%llu bytes) to be a trace",
		                 source->name, (unsigned long long)source->bytes);
	if (byte_source_read(source, 0, &magic, sizeof(magic), error))
		return -1;
	if (magic == RING_MAGIC)
		return ring_scan(index, 0, error);
	if (magic != TRACE_MAGIC)
		return error_set(error,
		                 "%s: is neither a trace nor a ring of outlive; "
		                 "'outlive run' makes one",
		                 source->name);
	if (trace_scan(index, error))
		return -1;
	if (!index->is_complete && index->ring_directory && !source->memory)
		ring_directory_each(index->ring_directory, ring_take, index);
	return 0;
}

int trace_index_make(struct trace_index *index, const struct byte_source *source,
                     bool is_growing, struct error *error)
{
	struct byte_source taken = *source;

	*index = (struct trace_index){ .is_growing = is_growing };
	if (array_reserve(index->sources, index->source_capacity, 1)) {
		byte_source_close(&taken);
		return error_set(error, "out of memory");
	}
	index->sources[index->source_count++] = taken;
	index->payloads = payload_reader_new();
	if (!index->payloads)
		return error_set(error, "out of memory");
	if (index_scan(index, error))
		return -1;
	processes_settle(index);
	if (!index->process_count && !index->is_complete)
		return error_set(error,
		                 "%s: was cut short, or is only just being written: it holds "
		                 "no process",
		                 taken.name);
	if (!index->process_count)
		return error_set(error, "%s: holds no process; nothing was recorded in it",
		                 taken.name);
	return 0;
}
