/*
 * segments/segment.h - where a process keeps its memory. Each mapping belongs to exactly one
 * segment; only the sums tell Go's stacks from Go's heap, which are in the same mappings.
 */
#ifndef OUTLIVE_SEGMENTS_SEGMENT_H
#define OUTLIVE_SEGMENTS_SEGMENT_H

#include "process/maps.h"
#include "process/modules.h"
#include "process/threads.h"
#include "segments/go_memory.h"

enum segment {
	SEGMENT_CODE,     /* machine code of ELF files */
	SEGMENT_RODATA,   /* constants, headers and tables of ELF files */
	SEGMENT_DATA,     /* initialised variables, also relocated constants */
	SEGMENT_BSS,      /* uninitialised variables */
	SEGMENT_HEAP,     /* brk, malloc's arenas, malloc's large blocks */
	SEGMENT_STACK,    /* of all threads */
	SEGMENT_GO_HEAP,  /* arenas of the Go runtime, but for: */
	SEGMENT_GO_STACK, /* the pages that the runtime uses for stacks */
	SEGMENT_JIT,      /* code that is in no ELF file */
	SEGMENT_FILE,     /* other mapped files */
	SEGMENT_SHARED,   /* memory shared with other processes */
	SEGMENT_KERNEL,   /* mapped by the kernel: vdso, vvar, vsyscall */
	SEGMENT_GUARD,    /* inaccessible: guard pages, reserved addresses */
	SEGMENT_OUTLIVE,  /* the recorder's own */
	SEGMENT_OTHER,    /* anonymous memory of unknown origin */
	SEGMENT_COUNT,
};

struct segments {
	pid_t pid;
	char command[256]; /* from /proc/PID/cmdline, separated by blanks; "": unknown */
	struct process_maps maps;
	struct process_modules modules;
	struct process_threads threads;
	struct go_memories go;    /* set go.wants_goroutines before the first snapshot */
	enum segment *of_mapping; /* by mapping */
	uint32_t *thread_of;      /* by mapping: whose stack, index + 1; 0: none known */
	struct memory_use sums[SEGMENT_COUNT];
	struct memory_use total;          /* of the program: without SEGMENT_OUTLIVE */
	uint64_t mappings[SEGMENT_COUNT]; /* those with Go's stacks count twice */
};

/*
 * Take a snapshot of `pid` now. *segments is zero, or an earlier snapshot of the same process:
 * what is known of its modules is reused. 0, or -1 and *error.
 */
int segments_read(struct segments *segments, pid_t pid, struct error *error);

/*
 * Classify maps and modules that the caller has filled in, by the mappings alone: the process
 * may have ended. 0, or -1: memory is out.
 */
int segments_sort(struct segments *segments);

void segments_release(struct segments *segments);

/* "code", "rodata", ..: the key in JSON and CSV. "read-only data", ..: the title for people. */
const char *segment_key(enum segment segment);
const char *segment_title(enum segment segment);

#endif
