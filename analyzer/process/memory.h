/*
 * process/memory.h - reads words of a living process's memory without stopping it, where that
 * is permitted.
 */
#ifndef OUTLIVE_PROCESS_MEMORY_H
#define OUTLIVE_PROCESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Two adjacent words. */
struct word_pair {
	uint64_t words[2];
};

struct process_memory {
	pid_t pid;
	int file;    /* /proc/PID/mem, or -1 */
	int pagemap; /* /proc/PID/pagemap, or -1 */
};

/*
 * Open the memory of a process. Lack of permission is not an error: then nothing can be read.
 */
struct process_memory process_memory_open(pid_t pid);
void process_memory_close(struct process_memory *memory);

/*
 * Whether the process still has the memory that it had when `pagemap` was opened: exec replaces it,
 * and the end of the process frees it. True if `pagemap` is -1.
 */
bool process_memory_lasts(int pagemap);

/*
 * Whether there is a page at this address. Check before reading: a read gives the process a
 * page where it has none, and brings a page back from swap. True if unknown.
 */
bool process_memory_is_present(const struct process_memory *memory, uint64_t address);

/* The same for several pages, at most 32: a bit for each, the first one's the lowest. */
uint32_t process_memory_present(const struct process_memory *memory, uint64_t address,
                                unsigned pages);

/* How many bytes of [start, end), whole pages, are in memory; all of them if unknown. */
uint64_t process_memory_resident(const struct process_memory *memory, uint64_t start,
                                 uint64_t end);

/* Read exactly `size` bytes. False: they cannot be read, or can no longer be read. */
bool process_memory_copy(const struct process_memory *memory, uint64_t address,
                         void *bytes, size_t size);

/* Read two words. False as above. */
bool process_memory_read(const struct process_memory *memory, uint64_t address,
                         struct word_pair *pair);

#endif
