/* process/memory.c - reads words of another process's memory. */
#include "process/memory.h"

#include "base/page.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define ENTRIES_READ 512

struct process_memory process_memory_open(pid_t pid)
{
	struct process_memory memory = { .pid = pid };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	memory.file = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	memory.pagemap = open(path, O_RDONLY | O_CLOEXEC);
	return memory;
}

void process_memory_close(struct process_memory *memory)
{
	if (memory->file >= 0)
		close(memory->file);
	if (memory->pagemap >= 0)
		close(memory->pagemap);
	memory->file = memory->pagemap = -1;
}

/*
 * Reading pagemap at an odd offset fails if the memory exists, and returns 0 if not. The kernel
 * checks that first: it searches no page table and waits for no lock of the process.
 */
bool process_memory_lasts(int pagemap)
{
	char byte;

	return pagemap < 0 || pread(pagemap, &byte, 1, 1) != 0;
}

/* The pagemap has one 64-bit entry for each page, so the address gives the entry's offset. */
bool process_memory_is_present(const struct process_memory *memory, uint64_t address)
{
	uint64_t entry;

	return memory->pagemap < 0 ||
	       pread(memory->pagemap, &entry, sizeof(entry),
	             (off_t)(address / PAGE * sizeof(entry))) != sizeof(entry) ||
	       entry & PAGEMAP_PRESENT;
}

uint32_t process_memory_present(const struct process_memory *memory, uint64_t address,
                                unsigned pages)
{
	uint32_t all = pages < 32 ? (1u << pages) - 1 : UINT32_MAX, present = 0;
	uint64_t entries[32];

	if (memory->pagemap < 0 || pread(memory->pagemap, entries, pages * sizeof(*entries),
	                                 (off_t)(address / PAGE * sizeof(*entries))) !=
	                               (ssize_t)(pages * sizeof(*entries)))
		return all;
	for (unsigned i = 0; i < pages; i++)
		present |= entries[i] & PAGEMAP_PRESENT ? 1u << i : 0;
	return present;
}

uint64_t process_memory_resident(const struct process_memory *memory, uint64_t start,
                                 uint64_t end)
{
	uint64_t entries[ENTRIES_READ], resident = 0, pages, i;
	ssize_t got;

	if (memory->pagemap < 0)
		return end - start;
	for (; start < end; start += pages * PAGE) {
		pages = (end - start) / PAGE;
		pages = pages < ENTRIES_READ ? pages : ENTRIES_READ;
		got = pread(memory->pagemap, entries, pages * sizeof(*entries),
		            (off_t)(start / PAGE * sizeof(*entries)));
		if (!pages || got != (ssize_t)(pages * sizeof(*entries)))
			return resident + (end - start);
		for (i = 0; i < pages; i++)
			resident += entries[i] & PAGEMAP_PRESENT ? PAGE : 0;
	}
	return resident;
}

/*
 * Does not use process_vm_readv(2), though that reads many ranges at once: it pins pages, and
 * to do so the kernel copies each page that the process shares with its parent or child.
 */
bool process_memory_copy(const struct process_memory *memory, uint64_t address,
                         void *bytes, size_t size)
{
	return memory->file >= 0 &&
	       pread(memory->file, bytes, size, (off_t)address) == (ssize_t)size;
}

bool process_memory_read(const struct process_memory *memory, uint64_t address,
                         struct word_pair *pair)
{
	return process_memory_copy(memory, address, pair, sizeof(*pair));
}
