/*
 * self/own_pages.h - how much of the recorder's own memory is resident, written into page 0.
 */
#ifndef OUTLIVE_PRELOAD_SELF_OWN_PAGES_H
#define OUTLIVE_PRELOAD_SELF_OWN_PAGES_H

#include <stddef.h>

/* Memory of the recorder's that may be large, and that no state of a thread has. */
void own_pages_also(const void *memory, size_t bytes);

/*
 * Count the pages of this library and of the states of threads, between definitions_enter() and
 * definitions_leave(): about forty microseconds, and two for each thread. If they cannot be
 * counted, page 0 stays as it is.
 */
void own_pages_record(void);

#endif
