/*
 * process/memory.h - read words of a living process's memory without stopping it, where
 * that is permitted.
 */
#ifndef OUTLIVE_PROCESS_MEMORY_H
#define OUTLIVE_PROCESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Two words that lie one after the other. */
struct word_pair {
	uint64_t words[2];
};

struct process_memory {
	pid_t pid;
	int file;    /* /proc/PID/mem, or -1 */
	int pagemap; /* /proc/PID/pagemap, or -1 */
};

/* Not to be permitted is no error: nothing can be read then. */
struct process_memory process_memory_open(pid_t pid);
void process_memory_close(struct process_memory *memory);

/*
 * Whether there is a page at this address: reading where there is none gives the process
 * one, and one that is in swap comes back. True if it is not known.
 */
bool process_memory_is_present(const struct process_memory *memory, uint64_t address);

/* Exactly so many bytes. False: they cannot be read, or no longer. */
bool process_memory_copy(const struct process_memory *memory, uint64_t address,
                         void *bytes, size_t size);

/* The same of two words. */
bool process_memory_read(const struct process_memory *memory, uint64_t address,
                         struct word_pair *pair);

#endif
