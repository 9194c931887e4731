/* process/memory_pages.c - keeps the pages that were read last, one for each remainder. */
#include "process/memory_pages.h"

#include "base/page.h"

#include <stdlib.h>
#include <string.h>

#define PAGES 4096

struct memory_page {
	uint64_t number; /* of the page: its address divided by its size */
	bool is_there;   /* false: it cannot be read, or nothing was sought here yet */
	uint8_t *bytes;  /* NULL: nothing was sought here yet */
};

/* The bytes of a page. NULL: it cannot be read. */
static const uint8_t *page_read(struct memory_pages *pages, uint64_t number)
{
	struct memory_page *page = &pages->pages[number % PAGES];

	if (page->bytes && page->number == number)
		return page->is_there ? page->bytes : NULL;
	if (!page->bytes)
		page->bytes = malloc(PAGE);
	if (!page->bytes)
		return NULL;
	page->number = number;
	page->is_there = process_memory_is_present(pages->memory, number * PAGE) &&
	                 process_memory_copy(pages->memory, number * PAGE, page->bytes,
	                                     PAGE);
	return page->is_there ? page->bytes : NULL;
}

bool memory_pages_copy(struct memory_pages *pages, uint64_t address, void *bytes,
                       size_t size)
{
	const uint8_t *from;
	size_t part;

	if (!pages->pages)
		pages->pages = calloc(PAGES, sizeof(*pages->pages));
	if (!pages->pages || address >> 47)
		return false;
	for (; size; size -= part, address += part, bytes = (uint8_t *)bytes + part) {
		part = PAGE - address % PAGE;
		part = part < size ? part : size;
		from = page_read(pages, address / PAGE);
		if (!from)
			return false;
		memcpy(bytes, from + address % PAGE, part);
	}
	return true;
}

void memory_pages_release(struct memory_pages *pages)
{
	for (size_t i = 0; pages->pages && i < PAGES; i++)
		free(pages->pages[i].bytes);
	free(pages->pages);
	pages->pages = NULL;
}
