/*
 * trace/clock_now.h - reads the clock of a process that runs on this machine.
 */
#ifndef OUTLIVE_TRACE_CLOCK_NOW_H
#define OUTLIVE_TRACE_CLOCK_NOW_H

#include "ring_format.h"

/* Set last_ticks and last_ns of a copy of its header to what they are now. */
void process_clock_read(struct ring_header *header);

#endif
