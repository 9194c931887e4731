/*
 * trace/index.h - where things lie in a recording: its processes, their chunks, and the
 * files they are in.
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

/* One process image: an exec begins another one of the same pid. */
struct trace_process {
	struct ring_header header;     /* checked; strings end with a NUL */
	struct chunk_list chunks;      /* of events, by (time_first, ticket) */
	struct chunk_list definitions; /* by ticket */
	struct chunk_list symbols;     /* SYMBOLS payloads: offset, stored_bytes; the bytes
	                              decompressed are in `ticket` */
	struct chunk_list segments; /* SEGMENTS payloads, likewise, as they were written */
	struct chunk_list sizes;    /* SIZES payloads, likewise */
	uint64_t events;            /* of all chunks, as their indexes promise */
	uint64_t stored_bytes;      /* of its chunks in the file */
	uint64_t damaged_events;    /* in chunks that turned out to be unreadable */
	uint32_t damaged_chunks;
	uint32_t number;   /* in the trace; a ring that lay beside it counts on */
	bool is_from_ring; /* some of it was still in its ring */
	bool is_live;      /* its ring belongs to a process that still runs */
};

struct trace_index {
	struct byte_source *sources; /* [0] is the file itself, then rings beside it */
	size_t source_count, source_capacity;
	/* By number while a trace is read, with gaps; afterwards without. */
	struct trace_process **processes;
	size_t process_count, process_capacity;
	struct payload_reader *payloads;
	struct problem_list problems;
	uint64_t session;
	char *ring_directory; /* NULL: the trace names none */
	size_t rings_taken;   /* of it, because the trace was cut short */
	bool is_trace, has_end, is_complete;
};

/*
 * Take over an open source and read what lies in it. 0, or -1 and *error: it is no
 * recording, or nothing is in it. Release it either way.
 */
int trace_index_make(struct trace_index *index, const struct byte_source *source,
                     struct error *error);
void trace_index_release(struct trace_index *index);

#endif
