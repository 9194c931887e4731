/*
 * trace/clock.h - the clock of a recorded process: converts its quanta to nanoseconds and back,
 * by the header of its ring.
 */
#ifndef OUTLIVE_TRACE_CLOCK_H
#define OUTLIVE_TRACE_CLOCK_H

#include "ring_format.h"

#include <stdbool.h>
#include <stdint.h>

/* Convert a time of the process's clock (quanta) to nanoseconds since the process started. */
uint64_t process_time_ns(const struct ring_header *header, uint64_t time);

/* Convert a duration in quanta to nanoseconds. */
uint64_t process_span_ns(const struct ring_header *header, uint64_t span);

/* Convert nanoseconds since the process started to a time of its clock (quanta). */
uint64_t process_time_quanta(const struct ring_header *header, uint64_t time_ns);

/* The length of one quantum of the process's clock, in nanoseconds. */
double process_quantum_ns(const struct ring_header *header);

/* Whether the length of a tick is known. If not, all times are raw ticks. */
bool process_is_calibrated(const struct ring_header *header);

#endif
