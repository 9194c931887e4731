/*
 * trace/clock.h - the clock of a recorded process: its quanta become nanoseconds, and back,
 * as the header of its ring says.
 */
#ifndef OUTLIVE_TRACE_CLOCK_H
#define OUTLIVE_TRACE_CLOCK_H

#include "ring_format.h"

#include <stdbool.h>
#include <stdint.h>

/* A time of the process's clock (quanta) as nanoseconds since its start. */
uint64_t process_time_ns(const struct ring_header *header, uint64_t time);

/* A length of time, not a point in it. */
uint64_t process_span_ns(const struct ring_header *header, uint64_t span);

/* Nanoseconds since its start as a time of its clock. */
uint64_t process_time_quanta(const struct ring_header *header, uint64_t time_ns);

/* Of its clock. */
double process_quantum_ns(const struct ring_header *header);

/* Ticks per nanosecond are known; else times are raw ticks. */
bool process_is_calibrated(const struct ring_header *header);

#endif
