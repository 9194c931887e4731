/* report/text/go_heap.h - what Go's sampler has counted, for people. */
#ifndef OUTLIVE_REPORT_TEXT_GO_HEAP_H
#define OUTLIVE_REPORT_TEXT_GO_HEAP_H

#include "base/screen.h"
#include "replay/profile.h"
#include "verdict/classes.h"

/* Print it in a few lines of the default screen, if there is any. 0, or -1: memory is out. */
int report_go_heap(const struct screen *screen, const struct profile *profile);

/*
 * Print what the initialization of packages allocated, if anything is known of Go's heap. 0, or -1:
 * memory is out.
 */
int report_go_inits(const struct screen *screen, const struct classes *classes);

/* Print a table of its call paths, at most `top`; 0: all. */
void report_go_heap_paths(const struct screen *screen, const struct profile *profile,
                          uint64_t top);

#endif
