/*
 * segments/go_memory.h - what the Go runtimes of a living process do with their memory, read
 * from outside while the process runs on.
 */
#ifndef OUTLIVE_SEGMENTS_GO_MEMORY_H
#define OUTLIVE_SEGMENTS_GO_MEMORY_H

#include "process/modules.h"
#include "segments/go_runtime.h"
#include "segments/go_spans.h"
#include "segments/goroutines.h"

#define GO_MEMORIES_MAX GO_FILES_MAX /* the program and its libraries made by Go */

/* The runtime's own counts: what runtime.ReadMemStats() would say, in bytes. */
struct go_counters {
	uint64_t heap_in_use, heap_released, heap_idle, heap_sys, stack_in_use, work;
};

struct go_memory {
	uint64_t inode, device, bias; /* of the module */
	size_t module;                /* its index, in this snapshot */
	bool is_read;                 /* `runtime` is filled */
	struct go_runtime runtime;
	struct go_file file; /* open if goroutines are wanted */
	uint64_t table;      /* of arenas; 0: there is none yet, or it was not found */
	const struct go_span_layout *layout; /* NULL: not known so far */
	bool has_counters, has_spans;
	bool is_exact; /* the spans add up to the counters */
	struct go_counters counters;
	struct go_spans spans;
	struct goroutines goroutines; /* if they are wanted */
};

struct go_memories {
	bool wants_goroutines; /* set before the first snapshot */
	size_t count, room;
	struct go_memory *memories; /* GO_MEMORIES_MAX at most */
};

/*
 * Read the runtimes of the modules that Go's linker made. *memories is zero, but for
 * wants_goroutines, or of the snapshot before. 0, or -1: memory is out.
 */
int go_memories_read(struct go_memories *memories, struct process_modules *modules,
                     const struct process_maps *maps,
                     const struct process_memory *memory);

/* Whether the arenas of any runtime were found, and whether they hold most of a mapping. */
bool go_memories_have_table(const struct go_memories *memories);
bool go_memories_hold(const struct go_memories *memories,
                      const struct process_memory *memory,
                      const struct mapping *mapping);

/* Call move(context, mapping, part) for each mapping of which a part is for stacks. */
void go_memories_stacks(const struct go_memories *memories,
                        const struct process_maps *maps,
                        const struct process_memory *memory,
                        void (*move)(void *context, size_t mapping,
                                     const struct memory_use *part),
                        void *context);

void go_memories_release(struct go_memories *memories);

#endif
