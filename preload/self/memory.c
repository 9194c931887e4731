/*
 * self/memory.c - /proc/self/statm, status and thread states become definitions.
 */
#include "self/memory.h"

#include "ring/definitions.h"
#include "system/system.h"
#include "self/thread_comm.h"
#include "stack/thread_state.h"

#define THREADS_WALKED_MAX 4096

extern void *__libc_stack_end; /* ld.so: where the main thread's stack begins */

/* Read a file of /proc as a string, at most `room` - 1 bytes. */
static void file_read(const char *path, char *text, size_t room)
{
	int fd = system_open(path, O_RDONLY | O_CLOEXEC, 0);
	size_t used = 0;
	long count;

	while (fd >= 0 && used < room - 1 &&
	       (count = system_read(fd, text + used, room - 1 - used)) > 0)
		used += (size_t)count;
	if (fd >= 0)
		system_close(fd);
	text[used] = 0;
}

static const char *number_read(const char *at, uint64_t *number)
{
	while (*at == ' ' || *at == '\t')
		at++;
	for (*number = 0; *at >= '0' && *at <= '9'; at++)
		*number = *number * 10 + (uint64_t)(*at - '0');
	return at;
}

/*
 * The number in a line "Name:\t 123 kB"; 0: no such line. The first line holds the program's
 * name.
 */
static uint64_t status_find(const char *status, const char *name)
{
	const char *at = strstr(status, name);
	uint64_t number = 0;

	if (at)
		number_read(at + strlen(name), &number);
	return number;
}

void memory_read(struct memory_definition *memory, uint64_t time,
                 enum maps_reason reason)
{
	static char text[4096]; /* one writer at a time */
	uint64_t pages[3];
	const char *at;

	*memory = (struct memory_definition){
		.header = { DEFINITION_MEMORY, sizeof(*memory), 0, time },
		.reason = reason,
		.time_ns = system_time_ns(CLOCK_MONOTONIC),
	};
	file_read("/proc/self/statm", text, sizeof(text));
	at = number_read(text, &pages[0]);
	at = number_read(at, &pages[1]);
	number_read(at, &pages[2]);
	memory->size = pages[0] * ARCH_PAGE_BYTES;
	memory->resident = pages[1] * ARCH_PAGE_BYTES;
	memory->shared = pages[2] * ARCH_PAGE_BYTES;
	file_read("/proc/self/status", text, sizeof(text));
	memory->threads = (uint32_t)status_find(text, "\nThreads:");
	memory->peak = status_find(text, "\nVmHWM:") << 10;
	memory->swap = status_find(text, "\nVmSwap:") << 10;
}

uint32_t memory_record(const struct memory_definition *memory)
{
	void *room = definition_reserve(sizeof(*memory));

	if (!room)
		return 0;
	memcpy(room, memory, sizeof(*memory));
	definition_commit(sizeof(*memory));
	return sizeof(*memory);
}

/* ---- stacks -------------------------------------------------------------------- */

/* False: the thread has ended. */
static bool entry_fill(struct stacks_entry *entry, uint32_t tid, uint64_t address)
{
	*entry = (struct stacks_entry){ .address = address, .tid = tid };
	return thread_comm_read(tid, entry->name);
}

uint32_t stacks_record(uint64_t time, enum maps_reason reason, uint32_t threads_max)
{
	uint32_t room_bytes = (uint32_t)(sizeof(struct stacks_definition) +
	                                 threads_max * sizeof(struct stacks_entry));
	struct stacks_definition *stacks = definition_reserve(room_bytes);
	const struct thread_state *state = thread_states();
	uint32_t pid = system_pid(), bytes, tid;
	struct stacks_entry *entries;

	if (!stacks)
		return 0;
	entries = (struct stacks_entry *)(stacks + 1);
	*stacks = (struct stacks_definition){ .header = { DEFINITION_STACKS, 0, 0, time },
		                                  .reason = reason };
	/* The main thread may have ended its recording by now. */
	if (threads_max && entry_fill(entries, pid, (uintptr_t)__libc_stack_end))
		stacks->count++;
	for (int i = 0; state && i < THREADS_WALKED_MAX && stacks->count < threads_max;
	     i++, state = state->next) {
		tid = state->tid;
		if (tid && tid != pid && state->stacks.own.high &&
		    entry_fill(&entries[stacks->count], tid, state->stacks.own.high - 8))
			stacks->count++;
	}
	bytes = (uint32_t)(sizeof(*stacks) + stacks->count * sizeof(*entries));
	stacks->header.bytes = (uint16_t)bytes;
	definition_commit(bytes);
	return bytes;
}
