/* trace_builder.c - makes chunks, traces and rings in memory. */
#include "trace_builder.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* ---- bytes ---------------------------------------------------------------------- */

void bytes_add(struct bytes *bytes, const void *data, size_t count)
{
	while (bytes->count + count > bytes->capacity) {
		bytes->capacity = bytes->capacity ? 2 * bytes->capacity : 4096;
		bytes->data = realloc(bytes->data, bytes->capacity);
		if (!bytes->data)
			abort();
	}
	if (count)
		memcpy(bytes->data + bytes->count, data, count);
	bytes->count += count;
}

void bytes_release(struct bytes *bytes)
{
	free(bytes->data);
	memset(bytes, 0, sizeof(*bytes));
}

/* ---- files ------------------------------------------------------------------------ */

struct ring_header build_header(uint32_t pid)
{
	struct ring_header header = {
		.magic = RING_MAGIC,
		.version_major = FORMAT_VERSION_MAJOR,
		.version_minor = FORMAT_VERSION_MINOR,
		.header_bytes = 8192,
		.chunk_bytes = CHUNK_BYTES,
		.chunk_count = 16,
		.states_offset = RING_HEADER_BYTES,
		.policy = RING_DRAIN,
		.flags = RING_FINISHED,
		.pid = pid,
		.parent_pid = 1,
		.clock_kind = CLOCK_MONOTONIC_NS,
		.start_wall_ns = 1700000000000000000,
		.session = 0x5e5510,
		.executable = "/usr/bin/program",
		.command = "program\0one argument",
		.command_bytes = 21,
	};

	return header;
}

void trace_build_begin(struct trace_build *trace, uint64_t session)
{
	struct trace_header header = {
		.magic = TRACE_MAGIC,
		.version_major = FORMAT_VERSION_MAJOR,
		.version_minor = FORMAT_VERSION_MINOR,
		.header_bytes = sizeof(header),
		.session = session,
		.start_wall_ns = 1700000000000000000,
	};

	memset(trace, 0, sizeof(*trace));
	bytes_add(&trace->bytes, &header, sizeof(header));
}

static void block_add(struct trace_build *trace, struct trace_block block,
                      const void *payload, size_t count)
{
	size_t room = ZSTD_compressBound(count);
	uint8_t *stored = malloc(room);
	ZSTD_CCtx *context = ZSTD_createCCtx();

	if (!stored || !context)
		abort();
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	block.magic = BLOCK_MAGIC;
	if (block.type != BLOCK_END) {
		block.raw_bytes = count;
		block.stored_bytes = ZSTD_compress2(context, stored, room, payload, count);
		if (ZSTD_isError(block.stored_bytes))
			abort();
	}
	bytes_add(&trace->bytes, &block, sizeof(block));
	bytes_add(&trace->bytes, stored, block.stored_bytes);
	trace->blocks++;
	ZSTD_freeCCtx(context);
	free(stored);
}

void trace_build_block(struct trace_build *trace, uint32_t type, uint32_t process,
                       const void *payload, size_t count)
{
	block_add(trace, (struct trace_block){ .type = type, .process = process }, payload,
	          count);
}

void trace_build_process(struct trace_build *trace, uint32_t process,
                         const struct ring_header *header)
{
	trace_build_block(trace, BLOCK_PROCESS, process, header, sizeof(*header));
}

void trace_build_chunk(struct trace_build *trace, uint32_t process,
                       const struct chunk_build *chunk)
{
	struct trace_block block = { .type = BLOCK_CHUNK, .process = process };
	struct chunk_header header;

	memcpy(&header, chunk->bytes.data, sizeof(header));
	block.ticket = header.ticket;
	block.time_first = header.time_first;
	block.events = chunk->events;
	block_add(trace, block, chunk->bytes.data, chunk->bytes.count);
}

void trace_build_end(struct trace_build *trace)
{
	struct trace_block block = { .type = BLOCK_END, .events = trace->blocks };

	block_add(trace, block, "", 0);
}

/* ---- the sample --------------------------------------------------------------------- */

/* main 0x401100, parse 0x401200, print 0x401300 of the program; 0x7f0000001000 in a
 * plugin that is unloaded; 0x10000 in no module. */
static void sample_definitions(struct trace_build *trace)
{
	struct chunk_build chunk;

	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunk, 0, 0x400000, 0x500000, 0x400000, "/usr/bin/program",
	                   "0123456789abcdef0123");
	chunk_build_module(&chunk, 0, 0x7f0000000000, 0x7f0000010000, 0x7f0000000000,
	                   "/usr/lib/plugin.so", "");
	chunk_build_module_gone(&chunk, 5000, 0x7f0000000000, 0x7f0000010000);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
}

static void sample_first_thread(struct trace_build *trace)
{
	static const uint64_t start[] = { 0x401100 }, parse[] = { 0x401200 };
	static const uint64_t plugin[] = { 0x401300, 0x7f0000001000 };
	struct chunk_build chunk;
	struct build_event event = { .op = OP_REALLOC,
		                         .time = 160,
		                         .time_end = 170,
		                         .old_address = 0x10020,
		                         .address = 0x20000,
		                         .size = 300 };
	uint64_t i;

	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 2, 100);
	chunk_build_run(&chunk, 1, 100, 0, start, 1);
	chunk_build_malloc(&chunk, 110, 0, parse, 1, 0x10000, 24);
	for (i = 1; i < 4; i++)
		chunk_build_malloc(&chunk, 110 + 10 * i, 0, NULL, 0, 0x10000 + 32 * i, 24);
	chunk_build_free(&chunk, 150, 0x10000);
	chunk_build_event(&chunk, &event);
	event = (struct build_event){ .op = OP_CALLOC,
		                          .time = 180,
		                          .popped = 1,
		                          .frames = plugin,
		                          .frame_count = 2,
		                          .address = 0x30000,
		                          .size = 4096 };
	chunk_build_event(&chunk, &event);
	event = (struct build_event){ .op = OP_ALIGNED,
		                          .time = 200,
		                          .popped = 2,
		                          .address = 0x40000,
		                          .size = 64,
		                          .alignment_log2 = 6 };
	chunk_build_event(&chunk, &event);
	event = (struct build_event){ .op = OP_FAILED, .time = 210, .size = 1ull << 60 };
	chunk_build_event(&chunk, &event);
	event = (struct build_event){ .op = OP_REALLOC,
		                          .time = 220,
		                          .time_end = 221,
		                          .old_address = 0x40000,
		                          .address = 0x40000,
		                          .size = 80 };
	chunk_build_event(&chunk, &event);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
}

/* Overlaps the first, frees a block of it, and takes the address that a realloc left. */
static void sample_second_thread(struct trace_build *trace)
{
	static const uint64_t start[] = { 0x401400, 0x10000 };
	struct chunk_build chunk;

	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 3, 120);
	chunk_build_run(&chunk, 2, 125, 0, start, 2);
	chunk_build_free(&chunk, 155, 0x10040);
	chunk_build_malloc(&chunk, 165, 0, NULL, 0, 0x10020, 1000);
	chunk_build_free(&chunk, 300, 0x10020);
	chunk_build_free(&chunk, 310, 0x99990);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
}

static void sample_symbols(struct trace_build *trace)
{
	static const char strings[] = "\0main\0parse\0inner<int>\0program.c";
	const struct symbols_header header = { 2, 3, sizeof(strings) };
	const struct symbols_address addresses[] = { { 0x1100, 0, 0, 1, 0 },
		                                         { 0x1200, 0, 1, 2, 0 } };
	const struct symbols_frame frames[] = { { 1, 23, 10, 0 },
		                                    { 12, 23, 5, SYMBOL_INLINED },
		                                    { 6, 23, 20, 0 } };
	struct bytes payload = { NULL, 0, 0 };

	bytes_add(&payload, &header, sizeof(header));
	bytes_add(&payload, addresses, sizeof(addresses));
	bytes_add(&payload, frames, sizeof(frames));
	bytes_add(&payload, strings, sizeof(strings));
	trace_build_block(trace, BLOCK_SYMBOLS, 0, payload.data, payload.count);
	bytes_release(&payload);
}

static void sample_child(struct trace_build *trace)
{
	struct ring_header header = build_header(4322);
	struct chunk_build chunk;

	header.parent_pid = 4321;
	header.flags = RING_FORKED;
	header.lost[LOST_RING_FULL] = 7;
	trace_build_process(trace, 1, &header);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1, 400);
	chunk_build_run(&chunk, 1, 400, 0, NULL, 0);
	chunk_build_free(&chunk, 410, 0x10060);
	trace_build_chunk(trace, 1, &chunk);
	chunk_build_release(&chunk);
}

void build_sample_trace(struct trace_build *trace)
{
	struct ring_header header = build_header(4321);

	trace_build_begin(trace, header.session);
	trace_build_process(trace, 0, &header);
	sample_definitions(trace);
	sample_first_thread(trace);
	sample_second_thread(trace);
	sample_child(trace);
	sample_symbols(trace);
	trace_build_block(trace, 77, 0, "of a later minor version", 24);
	trace_build_end(trace);
}

/* ---- rings --------------------------------------------------------------------------- */

#define RING_CHUNK_BYTES 4096u

void ring_build(struct bytes *ring, struct ring_header *header,
                const struct chunk_build *const *chunks, const uint32_t *states,
                uint32_t used, uint32_t chunk_count)
{
	static const uint8_t zeros[RING_CHUNK_BYTES];
	struct chunk_header chunk;
	uint64_t state;
	uint32_t i;

	header->states_offset = RING_HEADER_BYTES;
	header->header_bytes = RING_HEADER_BYTES + RING_CHUNK_BYTES;
	header->chunk_bytes = RING_CHUNK_BYTES;
	header->chunk_count = chunk_count;
	if (chunk_count > RING_CHUNK_BYTES / 8 || used > chunk_count)
		abort();
	bytes_add(ring, header, sizeof(*header));
	for (i = 0; i < RING_CHUNK_BYTES / 8; i++) {
		state = 0;
		if (i < used) {
			memcpy(&chunk, chunks[i]->bytes.data, sizeof(chunk));
			state = chunk.ticket << CHUNK_STATE_BITS | states[i];
		}
		bytes_add(ring, &state, sizeof(state));
	}
	for (i = 0; i < chunk_count; i++) {
		if (i < used && chunks[i]->bytes.count > RING_CHUNK_BYTES)
			abort();
		if (i < used)
			bytes_add(ring, chunks[i]->bytes.data, chunks[i]->bytes.count);
		bytes_add(ring, zeros,
		          RING_CHUNK_BYTES - (i < used ? chunks[i]->bytes.count : 0));
	}
}
