/*
 * record/cpu_idle.h - whether there is a processor to spare for us, or whether every tick we
 * take is one the recorded program waits for.
 */
#ifndef OUTLIVE_RECORD_CPU_IDLE_H
#define OUTLIVE_RECORD_CPU_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu_idle {
	int descriptor;      /* of /proc/stat; -1: not there, then never busy */
	uint64_t looked_ns;  /* CLOCK_MONOTONIC */
	uint64_t idle_ticks; /* of all processors since boot, at that time */
	bool is_busy;
};

void cpu_idle_open(struct cpu_idle *cpu);
void cpu_idle_close(struct cpu_idle *cpu);

/*
 * Whether less than half a processor was idle of late. Looks at most a few times a
 * second, and answers as before in between.
 */
bool cpu_is_busy(struct cpu_idle *cpu, uint64_t now_ns);

#endif
