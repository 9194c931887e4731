/* self/own_pages.c - counts the recorder's own pages by /proc/self/pagemap. */
#include "self/own_pages.h"

#include <stdbool.h>
#include <stdint.h>

#include "ring/account.h"
#include "ring/growth.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"
#include "stack/thread_state.h"
#include "system/own_memory.h"
#include "system/system.h"

#define THREADS_COUNTED_MAX 256
#define ENTRIES 512
#define RANGES_ALSO 8

/* From Linux, Documentation/admin-guide/mm/pagemap.rst. */
#define PAGE_PRESENT (UINT64_C(1) << 63)
#define PAGE_OF_FILE (UINT64_C(1) << 61)
#define PAGE_EXCLUSIVE (UINT64_C(1) << 56)

/* Set by the linker: where this library begins and ends. */
extern const char library_start[] __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));
extern const char library_end[] __asm__("_end") __attribute__((visibility("hidden")));

struct page_count {
	int pagemap;
	bool is_good;
	uint64_t private_kinds; /* any of these bits: a private page counts */
	uint64_t pages, file_pages;
};

static uint64_t entries[ENTRIES]; /* one writer at a time */
static struct {
	const void *memory;
	size_t bytes;
} also[RANGES_ALSO];

/*
 * A page that was only read is the kernel's page of zeros, which it does not count as resident.
 * It is present, but not the process's alone. Nor are those that a forked child has in common with
 * its parent: there, pages of zeros are counted, too.
 */
static void range_count(struct page_count *count, uintptr_t start, uintptr_t end)
{
	uint64_t page = start / ARCH_PAGE_BYTES;
	uint64_t last = (end + ARCH_PAGE_BYTES - 1) / ARCH_PAGE_BYTES, pages;

	for (; page < last && count->is_good; page += pages) {
		pages = last - page < ENTRIES ? last - page : ENTRIES;
		count->is_good = system_read_at(count->pagemap, entries,
		                                pages * sizeof(*entries),
		                                page * sizeof(*entries)) ==
		                 (long)(pages * sizeof(*entries));
		for (uint64_t i = 0; i < pages && count->is_good; i++) {
			if (!(entries[i] & PAGE_PRESENT))
				continue;
			count->file_pages += !!(entries[i] & PAGE_OF_FILE);
			count->pages += !!(entries[i] & (PAGE_OF_FILE | count->private_kinds));
		}
	}
}

static void memory_count(struct page_count *count, const void *memory, size_t bytes)
{
	if (memory && bytes)
		range_count(count, (uintptr_t)memory, (uintptr_t)memory + bytes);
}

static void threads_count(struct page_count *count)
{
	const struct thread_state *state = thread_states();

	for (int i = 0; state && count->is_good; i++, state = state->next) {
		if (i == THREADS_COUNTED_MAX) {
			count->is_good = false;
			return;
		}
		memory_count(count, state, state->header.bytes);
		memory_count(count, state->stacks.signal, SIGNAL_STACK_BYTES);
		memory_count(count, state->stacks.spare, SPARE_STACK_BYTES);
		if (state->stack.mapped_bytes)
			memory_count(count, state->stack.frames, state->stack.mapped_bytes);
	}
}

void own_pages_also(const void *memory, size_t bytes)
{
	for (int i = 0; i < RANGES_ALSO; i++) {
		if (also[i].memory)
			continue;
		also[i].bytes = bytes;
		also[i].memory = memory;
		return;
	}
}

void own_pages_record(void)
{
	struct page_count count = { .is_good = true, .private_kinds = PAGE_EXCLUSIVE };

	if (!ring_growth_is_unfiltered(ring.header))
		return;
	if (ring.header->flags & RING_FORKED)
		count.private_kinds |= PAGE_PRESENT;
	count.pagemap = system_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0);
	if (count.pagemap < 0)
		return;
	range_count(&count, (uintptr_t)library_start, (uintptr_t)library_end);
	threads_count(&count);
	if (ring_account.header) /* to the end of the ring's file */
		range_count(&count, (uintptr_t)ring_account.header,
		            (uintptr_t)ring.header + ring.mapped_bytes);
	for (int i = 0; i < RANGES_ALSO; i++)
		memory_count(&count, also[i].memory, also[i].bytes);
	system_close(count.pagemap);
	if (!count.is_good)
		return;
	ring.header->own_file_bytes = count.file_pages * ARCH_PAGE_BYTES;
	ring.header->own_bytes = count.pages * ARCH_PAGE_BYTES;
}
