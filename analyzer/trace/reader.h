/*
 * trace/reader.h - reads a recording, whatever holds it: a trace, a trace that was cut short
 * together with the rings that its session left behind, or one raw ring.
 *
 * The reader keeps where things are, not the things: a few dozen bytes for each chunk. It skips
 * what is damaged, reports it in its problems, and counts the events there as lost.
 */
#ifndef OUTLIVE_TRACE_READER_H
#define OUTLIVE_TRACE_READER_H

#include "trace/costs.h"
#include "trace/address_map.h"
#include "base/error.h"
#include "trace/phases.h"
#include "trace/source_table.h"
#include "trace/symbol_table.h"
#include "trace/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_reader;

/*
 * Open a file. NULL and *error: there is no file, it is no recording, is of a newer version, or
 * too short. Damage further on is not an error.
 */
struct trace_reader *trace_reader_open(const char *path, struct error *error);

/*
 * The same for a file that is still being written: what is cut short at its end is no damage. A
 * trace_follow (trace/follow.h) finds what is added.
 */
struct trace_reader *trace_reader_open_growing(const char *path, struct error *error);

/* Open a recording in memory, which must outlive the reader. Does not read rings beside it. */
struct trace_reader *trace_reader_open_memory(const char *name, const uint8_t *data,
                                              size_t bytes, struct error *error);

void trace_reader_close(struct trace_reader *reader);

const char *trace_reader_name(const struct trace_reader *reader);
bool trace_reader_is_trace(const struct trace_reader *reader); /* false: a ring */
bool trace_reader_has_end(const struct trace_reader *reader); /* it has its END block */
/* It has END and as many blocks as END says; their payloads may still be damaged. */
bool trace_reader_is_complete(const struct trace_reader *reader);
/* One of its processes still runs. */
bool trace_reader_is_live(const struct trace_reader *reader);
/* Whether it reads the same file as an open descriptor. */
bool trace_reader_is_of(const struct trace_reader *reader, int fd);
uint64_t trace_reader_bytes(const struct trace_reader *reader); /* of the file */

/*
 * The directory of the rings of a trace that was cut short; NULL: the trace is complete, or
 * names none.
 */
const char *trace_reader_ring_directory(const struct trace_reader *reader);
size_t trace_reader_rings_taken(const struct trace_reader *reader);

/* The processes, in the order of the trace; at least one. */
size_t trace_reader_process_count(const struct trace_reader *reader);
struct trace_process *trace_reader_process(const struct trace_reader *reader,
                                           size_t index);

/* What was found wrong so far; reading chunks adds to it. */
struct problem_list *trace_reader_problems(struct trace_reader *reader);

/* The bytes of a chunk, with CHUNK_PADDING_BYTES of anything after them. Zeroed is empty. */
struct chunk_buffer {
	uint8_t *data;
	size_t bytes, capacity;
};
void chunk_buffer_release(struct chunk_buffer *buffer);

/*
 * Read one event chunk into memory and check that its header agrees with its entry. 0, or -1:
 * it is damaged, which is reported in the problems and counted in the process.
 */
int trace_reader_chunk(struct trace_reader *reader, struct trace_process *process,
                       const struct chunk_entry *entry, struct chunk_buffer *buffer);

/*
 * The chunk has grown since it was read into the buffer: read what was added. 0, or -1 and *error,
 * which is not reported in the problems: the chunk may have moved from its ring to the trace, and
 * be read there later. The buffer is then as it was.
 */
int trace_reader_chunk_more(struct trace_reader *reader,
                            const struct trace_process *process,
                            const struct chunk_entry *entry,
                            struct chunk_buffer *buffer, struct error *error);

/* For the room itself: where everything is. */
struct trace_index *trace_reader_index(struct trace_reader *reader);

/* Report damage in a chunk of this process, and count `events` as lost by it. */
void trace_reader_damaged(struct trace_reader *reader, struct trace_process *process,
                          const struct chunk_entry *entry, uint64_t events,
                          const char *why);

/*
 * Call `take` with the payload of each entry of process->symbols, sources, costs, segments, sizes,
 * heaps or accounts.
 * `take` returns 0; -1 and *error, which names no file, if the payload is damaged; or 1 to stop:
 * memory is out. Damage is reported in the reader's problems and skipped. 0, or 1.
 */
typedef int payload_taker(void *context, const uint8_t *payload, size_t bytes,
                          struct error *error);
int trace_reader_payloads(struct trace_reader *reader, const struct chunk_list *list,
                          payload_taker *take, void *context);

/* The modules of this process, sealed. The caller frees the map; NULL: no memory. */
struct address_map *trace_reader_map(struct trace_reader *reader,
                                     const struct trace_process *process);

/*
 * Call `load` with every definition chunk of this process, in order, without its header.
 * `load`: 0, or -1 and *error about the first wrong record of the chunk, which is then reported
 * in the problems.
 */
typedef int trace_reader_load(void *into, const uint8_t *data, size_t bytes,
                              struct error *error);
void trace_reader_definitions(struct trace_reader *reader,
                              const struct trace_process *process,
                              trace_reader_load *load, void *into);

/* The phases of this process, sealed. The caller frees them; NULL: no memory. */
struct phases *trace_reader_phases(struct trace_reader *reader,
                                   const struct trace_process *process);

/* The measured costs, or else the usual ones. 0, or -1 when memory is out. */
int trace_reader_costs(struct trace_reader *reader, const struct trace_process *process,
                       struct allocator_costs *costs);

/* Add what the trace says of this process's addresses. 0, or -1 when memory is out. */
int trace_reader_sources(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct source_table *sources);

/* Add the symbols that the trace holds for this process. 0, or -1 when memory is out. */
int trace_reader_symbols(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct symbol_table *symbols);

#endif
