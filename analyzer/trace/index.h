/*
 * trace/index.h - finds what is in a recording: its processes, their chunks, and the files that
 * hold them.
 */
#ifndef OUTLIVE_TRACE_INDEX_H
#define OUTLIVE_TRACE_INDEX_H

#include "base/byte_source.h"
#include "trace/chunk_list.h"
#include "base/error.h"
#include "trace/file.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One process image: an exec begins another one with the same pid. */
struct trace_process {
	struct ring_header header;     /* checked; strings end with a NUL */
	struct chunk_list chunks;      /* of events, by (time_first, ticket) */
	struct chunk_list definitions; /* by ticket */
	struct chunk_list symbols; /* SYMBOLS payloads; `ticket` is the decompressed size */
	struct chunk_list sources; /* SOURCES payloads, the same */
	struct chunk_list costs;   /* COSTS payloads, the same */
	/* SEGMENTS payloads, likewise, in the order they were written. */
	struct chunk_list segments;
	struct chunk_list sizes; /* SIZES payloads, likewise */
	struct chunk_list heaps; /* HEAP payloads, likewise */
	/*
	 * ACCOUNT payloads, likewise, of which the last counts; or, with `is_in_ring`, where a ring
	 * has its account.
	 */
	struct chunk_list accounts;
	uint64_t events;         /* in all chunks, as their entries promise */
	uint64_t stored_bytes;   /* that its chunks take in the file */
	uint64_t damaged_events; /* in chunks that proved unreadable */
	uint32_t damaged_chunks;
	uint32_t number;    /* in the trace; rings beside a trace are numbered after it */
	bool is_from_ring;  /* part of it was still in its ring */
	bool is_live;       /* its ring belongs to a process that still runs */
	bool is_unnumbered; /* only its ring is known: the trace may number it otherwise */
};

struct trace_index {
	/* [0] is the file itself; the rings beside it follow. */
	struct byte_source *sources;
	size_t source_count, source_capacity;
	/*
	 * Indexed by process number, with gaps, while a trace is read; without gaps afterwards.
	 */
	struct trace_process **processes;
	size_t process_count, process_capacity;
	struct payload_reader *payloads;
	struct problem_list problems;
	uint64_t session;
	char *ring_directory; /* NULL: the trace names none */
	size_t rings_taken;   /* rings read from there, since the trace was cut short */
	bool is_trace, has_end, is_complete;
	/* the file may grow: what is cut short at its end is no damage, but not written yet */
	bool is_growing;
	struct trace_file file; /* of a trace: where the scan ended */
};

/*
 * Take ownership of an open source and index what it holds. `is_growing`: see above. 0, or -1 and
 * *error: it is no recording, or holds no process. Release the index in both cases.
 */
int trace_index_make(struct trace_index *index, const struct byte_source *source,
                     bool is_growing, struct error *error);
void trace_index_release(struct trace_index *index);

/* Whether two headers are of one process image. */
bool trace_process_is_same(const struct ring_header *one,
                           const struct ring_header *two);

/* Copy a checked header and make sure that its strings end. */
void trace_process_describe(struct trace_process *process,
                            const struct ring_header *header);

/* The list of the payloads of that block type. */
struct chunk_list *trace_process_payloads(struct trace_process *process, uint32_t type);

#endif
