/*
 * segments/go_code.h - where the variables of a Go runtime are, by the machine code of four of
 * its functions: they are there in each program, also in one without symbols.
 *
 * Checked with Go 1.19, 1.21, 1.22, 1.23 and 1.26. An address that is not found is 0. What is
 * found need not be right: whoever reads the variables checks what they hold.
 */
#ifndef OUTLIVE_SEGMENTS_GO_CODE_H
#define OUTLIVE_SEGMENTS_GO_CODE_H

#include <stddef.h>
#include <stdint.h>

enum go_function_name {
	GO_FREE_SPAN, /* runtime.(*mheap).freeSpanLocked */
	GO_ACQUIRE,   /* runtime.(*consistentHeapStats).acquire */
	GO_ADD,       /* runtime.allgadd */
	GO_INIT,      /* runtime.mcommoninit */
	GO_MAIN,      /* runtime.main */
	GO_FUNCTIONS,
};

struct go_code {
	uint64_t address;
	const uint8_t *bytes; /* NULL: not known */
	size_t count;
};

struct go_variables {
	uint64_t arenas; /* mheap_.arenas[0], which points to the table of arenas */
	uint64_t
		heap_in_use; /* gcController.heapInUse; heapReleased and heapFree follow it */
	uint64_t heap_stats;  /* memstats.heapStats: three times `stats_bytes` bytes */
	uint64_t stats_bytes; /* 0: not known */
	uint64_t goroutines;  /* allgs, a slice */
	uint64_t threads;     /* allm */
	uint64_t thread_next; /* offset of m.alllink; 0: not known */
	uint64_t main;        /* where runtime.main begins */
};

/* The name of a function, as the linker writes it. */
const char *go_code_name(enum go_function_name name);

/* Addresses are as in *codes. */
void go_code_read(struct go_variables *variables,
                  const struct go_code codes[GO_FUNCTIONS]);

#endif
