/*
 * trace/reader.h - a recording, whatever it lies in: a trace, a trace that was cut
 * short together with the rings its session left behind, or one raw ring.
 *
 * The reader keeps where things lie, not the things: a few dozen bytes a chunk. What is
 * damaged is told in the problems, skipped, and its events are counted as lost.
 */
#ifndef OUTLIVE_TRACE_READER_H
#define OUTLIVE_TRACE_READER_H

#include "trace/address_map.h"
#include "base/error.h"
#include "trace/phases.h"
#include "trace/symbol_table.h"
#include "trace/index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_reader;

/*
 * Open a file. NULL and *error: no file, no recording, a newer version, too short.
 * Damage further on is no error.
 */
struct trace_reader *trace_reader_open(const char *path, struct error *error);

/* The same from memory, which must outlive the reader; rings beside it are not read. */
struct trace_reader *trace_reader_open_memory(const char *name, const uint8_t *data,
                                              size_t bytes, struct error *error);

void trace_reader_close(struct trace_reader *reader);

const char *trace_reader_name(const struct trace_reader *reader);
bool trace_reader_is_trace(const struct trace_reader *reader); /* or one ring */
bool trace_reader_has_end(const struct trace_reader *reader);  /* END was met */
/* END was met, and as many blocks as it says; what is in them may still be damaged. */
bool trace_reader_is_complete(const struct trace_reader *reader);
bool trace_reader_is_live(const struct trace_reader *reader); /* a process still runs */
uint64_t trace_reader_bytes(const struct trace_reader *reader); /* of the file */

/* Of its rings when it was cut short; NULL if none were looked for. */
const char *trace_reader_ring_directory(const struct trace_reader *reader);
size_t trace_reader_rings_taken(const struct trace_reader *reader);

/* In the order of the trace; at least one. */
size_t trace_reader_process_count(const struct trace_reader *reader);
struct trace_process *trace_reader_process(const struct trace_reader *reader,
                                           size_t index);

/* What was wrong so far; reading chunks adds to it. */
struct problem_list *trace_reader_problems(struct trace_reader *reader);

/* Bytes of a chunk, and CHUNK_PADDING_BYTES more of anything. Zeroed is empty. */
struct chunk_buffer {
	uint8_t *data;
	size_t bytes, capacity;
};
void chunk_buffer_release(struct chunk_buffer *buffer);

/*
 * Bring one event chunk into memory; its header agrees with its entry. 0, or -1: it was
 * damaged, which is told in the problems and counted in the process.
 */
int trace_reader_chunk(struct trace_reader *reader, struct trace_process *process,
                       const struct chunk_entry *entry, struct chunk_buffer *buffer);

/* Count events as lost to damage in a chunk of this process, for what reason. */
void trace_reader_damaged(struct trace_reader *reader, struct trace_process *process,
                          const struct chunk_entry *entry, uint64_t events,
                          const char *why);

/*
 * Hand over the payload of each entry of process->symbols, segments or sizes. `take`: 0; -1
 * and *error, which names no file, if it is damaged; 1: stop, memory is out. Damage is told in
 * the reader's problems and skipped. 0, or 1.
 */
typedef int payload_taker(void *context, const uint8_t *payload, size_t bytes,
                          struct error *error);
int trace_reader_payloads(struct trace_reader *reader, const struct chunk_list *list,
                          payload_taker *take, void *context);

/* What was loaded where in this process, sealed. The caller's; NULL: no memory. */
struct address_map *trace_reader_map(struct trace_reader *reader,
                                     const struct trace_process *process);

/*
 * Every definition chunk of this process, in order, without its header. `load`: 0, or -1
 * and *error about the first that is wrong in it, which is told in the problems.
 */
typedef int trace_reader_load(void *into, const uint8_t *data, size_t bytes,
                              struct error *error);
void trace_reader_definitions(struct trace_reader *reader,
                              const struct trace_process *process,
                              trace_reader_load *load, void *into);

/* The phases of this process, sealed. The caller's; NULL: no memory. */
struct phases *trace_reader_phases(struct trace_reader *reader,
                                   const struct trace_process *process);

/* Add the symbols that the trace has of this process. 0, or -1 when memory is out. */
int trace_reader_symbols(struct trace_reader *reader,
                         const struct trace_process *process,
                         struct symbol_table *symbols);

#endif
