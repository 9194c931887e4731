/* record/cpu_idle.c - reads idle time from /proc/stat. */
#include "record/cpu_idle.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define READ_APART_NS \
	UINT64_C(40000000) /* a few of the ticks that /proc/stat counts in */

void cpu_idle_open(struct cpu_idle *cpu)
{
	*cpu = (struct cpu_idle){
		.descriptor = open("/proc/stat", O_RDONLY | O_CLOEXEC),
	};
}

void cpu_idle_close(struct cpu_idle *cpu)
{
	if (cpu->descriptor >= 0)
		close(cpu->descriptor);
	cpu->descriptor = -1;
}

/*
 * The fourth and fifth number of the first line: ticks spent idle, and idle while waiting for a
 * disk.
 */
static bool ticks_read(int descriptor, uint64_t *ticks)
{
	uint64_t idle, disk;
	char line[256];
	ssize_t bytes = pread(descriptor, line, sizeof(line) - 1, 0);

	if (bytes <= 0)
		return false;
	line[bytes] = '\0';
	if (sscanf(line, "cpu %*u %*u %*u %" SCNu64 " %" SCNu64, &idle, &disk) != 2)
		return false;
	*ticks = idle + disk;
	return true;
}

bool cpu_is_busy(struct cpu_idle *cpu, uint64_t now_ns)
{
	uint64_t elapsed_ns = now_ns - cpu->checked_ns, ticks, idle_ns;
	long per_second = sysconf(_SC_CLK_TCK);

	if (cpu->descriptor < 0 || elapsed_ns < READ_APART_NS || per_second <= 0 ||
	    !ticks_read(cpu->descriptor, &ticks))
		return cpu->is_busy;
	idle_ns = (ticks - cpu->idle_ticks) * (1000000000 / (uint64_t)per_second);
	cpu->is_busy = cpu->checked_ns && idle_ns < elapsed_ns / 2;
	cpu->checked_ns = now_ns;
	cpu->idle_ticks = ticks;
	return cpu->is_busy;
}
