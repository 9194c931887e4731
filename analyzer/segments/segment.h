/*
 * segments/segment.h - where a process keeps its memory: each mapping belongs to one segment.
 */
#ifndef OUTLIVE_SEGMENTS_SEGMENT_H
#define OUTLIVE_SEGMENTS_SEGMENT_H

#include "process/maps.h"
#include "process/modules.h"
#include "process/threads.h"

enum segment {
	SEGMENT_CODE,     /* machine code of ELF files */
	SEGMENT_RODATA,   /* constants, headers, tables of ELF files */
	SEGMENT_DATA,     /* their initialised variables, relocated constants among them */
	SEGMENT_BSS,      /* their uninitialised variables */
	SEGMENT_HEAP,     /* brk, malloc's arenas, its large blocks */
	SEGMENT_STACK,    /* of the main thread and all others */
	SEGMENT_GO_HEAP,  /* of the Go runtime */
	SEGMENT_GO_STACK, /* of goroutines */
	SEGMENT_JIT,      /* code that no ELF file holds */
	SEGMENT_FILE,     /* other mapped files */
	SEGMENT_SHARED,   /* memory shared with other processes */
	SEGMENT_KERNEL,   /* vdso, vvar, vsyscall: what the kernel maps */
	SEGMENT_GUARD,    /* nothing may be there: guard pages, reserved addresses */
	SEGMENT_OUTLIVE,  /* the recorder's own */
	SEGMENT_OTHER,    /* anonymous memory nobody is known to have asked for */
	SEGMENT_COUNT,
};

struct segments {
	pid_t pid;
	char command[256]; /* of /proc/PID/cmdline, blanks between; "" unknown */
	struct process_maps maps;
	struct process_modules modules;
	struct process_threads threads;
	enum segment *of_mapping; /* by mapping */
	uint32_t *thread_of;      /* by mapping: whose stack it is + 1; 0: nobody's known */
	struct memory_use sums[SEGMENT_COUNT];
	uint64_t mappings[SEGMENT_COUNT];
};

/*
 * Look at `pid` now; *segments is zero, or from an earlier look at the same process, of
 * which the places of stacks are remembered. 0, or -1 and *error.
 */
int segments_read(struct segments *segments, pid_t pid, struct error *error);

/*
 * The same of maps and modules that the caller has filled in, of a process that may be no
 * more: by the mappings alone. 0, or -1: memory is out.
 */
int segments_sort(struct segments *segments);

void segments_release(struct segments *segments);

/* "code", "rodata", ..: the key of JSON and CSV. "read-only data", ..: for people. */
const char *segment_key(enum segment segment);
const char *segment_title(enum segment segment);

#endif
