/* process/thread_block.c - finds glibc's struct pthread at the end of a stack. */
#include "process/thread_block.h"

#include "base/page.h"

#define ALIGNMENT 64 /* of struct pthread */
#define SELF 2       /* its words 0 and 2 point to itself */

enum thread_block thread_block_find(const struct process_memory *memory, uint64_t end)
{
	uint64_t words[PAGE / sizeof(uint64_t)], address = end - PAGE;
	size_t i;

	if (memory->file < 0)
		return THREAD_BLOCK_UNKNOWN;
	if (!process_memory_is_present(memory, address))
		return THREAD_BLOCK_MISSING; /* each thread's stack has its first page */
	if (!process_memory_copy(memory, address, words, sizeof(words)))
		return THREAD_BLOCK_UNKNOWN;
	for (i = 0; i + SELF < PAGE / sizeof(uint64_t); i += ALIGNMENT / sizeof(uint64_t)) {
		if (words[i] == address + i * sizeof(uint64_t) && words[i + SELF] == words[i])
			return THREAD_BLOCK_THERE;
	}
	return THREAD_BLOCK_MISSING;
}
