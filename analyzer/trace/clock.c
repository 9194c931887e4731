/* trace/clock.c - the clock of a recorded process. */
#include "trace/clock.h"

bool process_is_calibrated(const struct ring_header *header)
{
	return header->clock_kind == CLOCK_MONOTONIC_NS ||
	       (header->last_ticks > header->start_ticks &&
	        header->last_ns > header->start_ns);
}

/*
 * The header holds two readings of both clocks, from the start and from later; their ratio is
 * the mean length of a tick between the two. Without a later one, a tick counts as 1 ns.
 */
double process_quantum_ns(const struct ring_header *header)
{
	double scale = 1;

	if (header->clock_kind != CLOCK_MONOTONIC_NS && process_is_calibrated(header))
		scale = (double)(header->last_ns - header->start_ns) /
		        (double)(header->last_ticks - header->start_ticks);
	return scale * (double)(UINT64_C(1) << header->clock_shift);
}

/*
 * The header and the event times come from the recording, so the product may be huge: a
 * double beyond the range of uint64_t must not be converted. The value given instead leaves
 * room for a sum.
 */
uint64_t process_span_ns(const struct ring_header *header, uint64_t span)
{
	double span_ns = (double)span * process_quantum_ns(header);

	return span_ns < 9e18 ? (uint64_t)span_ns : UINT64_MAX / 2;
}

uint64_t process_time_ns(const struct ring_header *header, uint64_t time)
{
	uint64_t start = header->start_ticks >> header->clock_shift;

	return process_span_ns(header, time > start ? time - start : 0);
}

/* Limited as in process_span_ns(), for the same reason. */
uint64_t process_time_quanta(const struct ring_header *header, uint64_t time_ns)
{
	double quanta = (double)time_ns / process_quantum_ns(header);

	if (quanta > 9e18)
		return UINT64_MAX / 2;
	return (header->start_ticks >> header->clock_shift) + (uint64_t)quanta;
}
