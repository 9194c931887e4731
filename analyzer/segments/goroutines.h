/*
 * segments/goroutines.h - the stacks of a Go runtime: of goroutines by the function that each
 * began with, and of threads, which have one for the runtime's own work (g0) and one for the
 * handlers of signals (gsignal).
 */
#ifndef OUTLIVE_SEGMENTS_GOROUTINES_H
#define OUTLIVE_SEGMENTS_GOROUTINES_H

#include "base/hash_index.h"
#include "process/memory_pages.h"
#include "segments/go_runtime.h"
#include "segments/go_spans.h"
#include "segments/goroutine_path.h"

/* All goroutines that began with one function. */
struct goroutine_row {
	uint64_t start;   /* address of the function */
	const char *name; /* to be escaped; "": not known. Lives as long as its file. */
	bool is_own; /* the runtime's own: runtime.NumGoroutine() does not count them */
	uint64_t count;
	uint64_t unseen; /* of these: their depth is not known, because they run */
	uint64_t depth, committed;                 /* bytes, of all of them */
	uint64_t deepest, deepest_committed, goid; /* the one that is deepest; */
	struct goroutine_point point;              /* where it waits, */
	struct goroutine_path path;                /* and how it came there */
};

struct go_stack_sum {
	uint64_t count, bytes;
	uint64_t depth; /* of goroutines: bytes of these that are in use */
};

struct goroutines {
	bool is_known; /* false: the runtime's lists were not found, or are damaged */
	struct goroutine_row *rows; /* by committed bytes, most first */
	size_t count, room;
	struct hash_index by_start; /* holds indices + 1 */
	struct go_stack_sum users,
		own;                    /* goroutines: the program's, and the runtime's own */
	struct go_stack_sum dead;   /* ended, whose stacks wait for new goroutines */
	struct go_stack_sum system; /* g0 of threads, in Go's memory */
	struct go_stack_sum signal; /* gsignal of threads, in Go's memory */
	uint64_t os_system; /* threads whose g0 is the stack that the system gave them */
	uint64_t unseen; /* of users and own: their depth is not known, because they run */
	uint64_t odd;    /* how many are damaged, or changed while they were read */
};

/* Without names and paths. 0, or -1: memory is out. *goroutines is zero. */
int goroutines_read(struct goroutines *goroutines, struct memory_pages *pages,
                    const struct go_runtime *runtime, const struct go_spans *spans);

/* Name the rows by the files, which must stay open, and find their paths. */
void goroutines_name(struct goroutines *goroutines, struct memory_pages *pages,
                     const struct go_files *files);

void goroutines_release(struct goroutines *goroutines);

#endif
