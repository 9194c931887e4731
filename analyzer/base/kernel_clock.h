/*
 * base/kernel_clock.h - the time as the recorder reads it: of the kernel.
 *
 * Both sides compare their times, and the recorder asks the kernel. What libc says may be
 * another time: libraries that are preloaded to fake it (libfaketime) replace clock_gettime()
 * and syscall() alike.
 */
#ifndef OUTLIVE_BASE_KERNEL_CLOCK_H
#define OUTLIVE_BASE_KERNEL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of a clock of clock_gettime(2). */
uint64_t kernel_clock_ns(clockid_t clock);

static inline uint64_t kernel_now_ns(void)
{
	return kernel_clock_ns(CLOCK_MONOTONIC);
}

#endif
