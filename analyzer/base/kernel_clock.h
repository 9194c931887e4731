/*
 * base/kernel_clock.h - the kernel's time, as the recorder reads it.
 *
 * Recorder and analyzer compare their times, and the recorder asks the kernel. libc may return
 * another time: preloaded libraries that fake it (libfaketime) replace both clock_gettime() and
 * syscall().
 */
#ifndef OUTLIVE_BASE_KERNEL_CLOCK_H
#define OUTLIVE_BASE_KERNEL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The time of a clock of clock_gettime(2), in nanoseconds. */
uint64_t kernel_clock_ns(clockid_t clock);

static inline uint64_t kernel_now_ns(void)
{
	return kernel_clock_ns(CLOCK_MONOTONIC);
}

#endif
