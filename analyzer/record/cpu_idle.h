/*
 * record/cpu_idle.h - whether a processor is idle and we can use it, or whether the recorded
 * program waits for each tick that we use.
 */
#ifndef OUTLIVE_RECORD_CPU_IDLE_H
#define OUTLIVE_RECORD_CPU_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_idle {
	int descriptor; /* of /proc/stat; -1: it cannot be read, and cpu_is_busy() is false */
	uint64_t checked_ns; /* CLOCK_MONOTONIC */
	uint64_t idle_ticks; /* of all processors since boot, at that time */
	bool is_busy;
};

void cpu_idle_open(struct cpu_idle *cpu);
void cpu_idle_close(struct cpu_idle *cpu);

/*
 * Whether less than half a processor was idle recently. Reads /proc/stat at most every 40 ms,
 * and repeats the last answer in between.
 */
bool cpu_is_busy(struct cpu_idle *cpu, uint64_t now_ns);

#endif
