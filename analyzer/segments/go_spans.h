/*
 * segments/go_spans.h - what each page of a Go runtime's arenas is for: the runtime divides
 * them into spans of pages, for objects of its heap, for stacks, or for its own work.
 */
#ifndef OUTLIVE_SEGMENTS_GO_SPANS_H
#define OUTLIVE_SEGMENTS_GO_SPANS_H

#include "process/memory_pages.h"
#include "segments/go_arenas.h"

/* Where the fields are, which depends on the version of Go (runtime/mheap.go). */
struct go_span_layout {
	uint32_t spans;   /* heapArena.spans: for each page the address of its mspan */
	uint16_t state;   /* mspan.state */
	uint16_t element; /* mspan.elemsize */
};

struct go_range {
	uint64_t start, end;
};

struct go_spans {
	uint64_t heap, stack, work; /* bytes in use */
	uint64_t spans;             /* how many there are */
	uint64_t odd;            /* how many are damaged, or changed while they were read */
	struct go_range *stacks; /* by address within each arena */
	size_t stack_count, stack_room;
};

/* The layout of a version; NULL: it is not known. */
const struct go_span_layout *go_span_layout(unsigned minor);

/* All layouts, from 0 to GO_SPAN_LAYOUTS - 1, to be tried. */
#define GO_SPAN_LAYOUTS 3
const struct go_span_layout *go_span_layout_number(size_t number);

/* Read all spans. *spans is zero. 0, or -1: memory is out. */
int go_spans_read(struct go_spans *spans, struct memory_pages *pages,
                  const struct go_arenas *arenas, const struct go_span_layout *layout);
void go_spans_release(struct go_spans *spans);

#endif
