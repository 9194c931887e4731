/*
 * trace_builder.h - makes chunks, traces and rings in memory, right or wrong on purpose.
 *
 * Written against the format headers of include/ alone, and as plainly as possible: it is the
 * second opinion on what the format means, so it shares no code with preload/ or analyzer/.
 * Whatever fails here is a mistake of the test, and aborts.
 */
#ifndef OUTLIVE_TRACE_BUILDER_H
#define OUTLIVE_TRACE_BUILDER_H

#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow. Zeroed is empty; bytes_release() frees them. */
struct bytes {
	uint8_t *data;
	size_t count, capacity;
};
void bytes_add(struct bytes *bytes, const void *data, size_t count);
void bytes_release(struct bytes *bytes);

#define BUILD_STACK_MAX 4096

/* One event to be; frames are what is new of the stack, outermost first. */
struct build_event {
	enum event_op op;
	uint64_t time;     /* absolute, quanta */
	uint64_t time_end; /* realloc */
	uint32_t popped;
	const uint64_t *frames;
	uint32_t frame_count;
	uint64_t address, old_address, size;
	uint8_t alignment_log2;
	bool is_exact; /* without TAG_PLAIN */
};

/* An event chunk being built, and what its writer would know. */
struct chunk_build {
	struct bytes bytes; /* the chunk, its header kept up to date */
	bool is_verbose;    /* predict nothing: every field is written out */
	uint32_t events;
	uint64_t time, last_address;
	uint32_t popped, pushed;
	uint64_t stack[BUILD_STACK_MAX];
	uint32_t depth;
	uint64_t dictionary[1 << DICTIONARY_BITS];
	uint32_t children[1 << CHILDREN_BITS];
	uint64_t sizes[1 << SIZES_BITS];
	struct {
		uint64_t address, number;
		uint32_t class;
	} recent[1 << RECENT_BITS];
	uint64_t newest;
	uint64_t freed[FREED_CLASSES][FREED_DEPTH]; /* [0] is the oldest */
	uint32_t freed_count[FREED_CLASSES];
};

/* Begin a chunk of this kind (enum chunk_kind); *chunk need not be initialised. */
void chunk_build_begin(struct chunk_build *chunk, uint32_t kind, uint64_t ticket,
                       uint64_t time_first);
void chunk_build_release(struct chunk_build *chunk);

/* A RUN record; `stack` has `depth` return addresses, outermost first. */
void chunk_build_run(struct chunk_build *chunk, uint32_t thread, uint64_t time,
                     uint64_t events_before, const uint64_t *stack, uint32_t depth);
void chunk_build_event(struct chunk_build *chunk, const struct build_event *event);

/* The usual ones. frames_count frames of `frames` are new after `popped` ended. */
void chunk_build_malloc(struct chunk_build *chunk, uint64_t time, uint32_t popped,
                        const uint64_t *frames, uint32_t frame_count, uint64_t address,
                        uint64_t size);
void chunk_build_free(struct chunk_build *chunk, uint64_t time, uint64_t address);

/* Raw bytes in place of a record; `events` are counted for it. */
void chunk_build_raw(struct chunk_build *chunk, const void *data, size_t count,
                     uint32_t events);

/*
 * What is recorded of the stack, after a RUN or an event. `words` of a DEPTH are the sizes of
 * the entries from `first` to the innermost; BUILD_UNKNOWN for one that has none.
 */
#define BUILD_UNKNOWN UINT64_MAX
void chunk_build_thread(struct chunk_build *chunk, uint64_t creator, uint64_t start,
                        uint64_t high, uint64_t room);
void chunk_build_depth(struct chunk_build *chunk, uint64_t kind, uint64_t high,
                       uint64_t room, uint64_t depth, uint64_t first,
                       const uint64_t *words);
void chunk_build_touched(struct chunk_build *chunk, uint64_t bytes);
/* A FAULT that a handler of the program's own took. */
void chunk_build_fault_handled(struct chunk_build *chunk, uint64_t signal,
                               uint64_t kind);

/* One whose handler called abort(). */
void chunk_build_fault_aborted(struct chunk_build *chunk, uint64_t signal);

/* One as it was before 1.2: it killed. */
void chunk_build_fault(struct chunk_build *chunk, uint64_t signal, uint64_t kind,
                       uint64_t address, uint64_t instruction, uint64_t depth);

/* Definitions, in a chunk of that kind. */
void chunk_build_module(struct chunk_build *chunk, uint64_t time, uint64_t start,
                        uint64_t end, uint64_t bias, const char *path,
                        const char *build_id);
void chunk_build_module_gone(struct chunk_build *chunk, uint64_t time, uint64_t start,
                             uint64_t end);
/* `name`: of PHASE_NAMED. */
void chunk_build_phase(struct chunk_build *chunk, uint64_t time, uint32_t phase,
                       uint32_t thread, const char *name);

/* A header with everything a reader asks for: a clock of nanoseconds, no losses. */
struct ring_header build_header(uint32_t pid);

/* A trace being built. */
struct trace_build {
	struct bytes bytes;
	uint64_t blocks;
};
void trace_build_begin(struct trace_build *trace, uint64_t session);
void trace_build_block(struct trace_build *trace, uint32_t type, uint32_t process,
                       const void *payload, size_t count);
void trace_build_process(struct trace_build *trace, uint32_t process,
                         const struct ring_header *header);
void trace_build_chunk(struct trace_build *trace, uint32_t process,
                       const struct chunk_build *chunk);
void trace_build_end(struct trace_build *trace);

/*
 * A small trace with something of everything in it: two processes, threads that overlap,
 * every operation, modules that come and go, symbols. What it must read as is in
 * test_profile.c.
 */
void build_sample_trace(struct trace_build *trace);

/*
 * A ring of `chunk_count` chunks of 4096 bytes, into *ring: chunks[i] in state
 * states[i], the rest free. header->chunk_bytes, chunk_count and offsets are set.
 */
void ring_build(struct bytes *ring, struct ring_header *header,
                const struct chunk_build *const *chunks, const uint32_t *states,
                uint32_t used, uint32_t chunk_count);

#endif
