/*
 * process/memory_pages.c - keeps the pages that were read last. Which of some neighbours are in
 * memory is read at once, and each of them when it is wanted.
 */
#include "process/memory_pages.h"

#include "base/page.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_PAGES 16
#define BLOCK_BYTES (BLOCK_PAGES * PAGE)
#define BLOCKS 256 /* one for each remainder of a block's number */

struct memory_page_block {
	uint64_t number;         /* its address divided by its size */
	uint32_t present, there; /* a bit for each page: in memory; read, too */
	uint8_t *bytes;          /* NULL: nothing was sought here yet */
};

/* The block that a page is in. NULL: our memory is out. */
static struct memory_page_block *block_find(struct memory_pages *pages, uint64_t number)
{
	struct memory_page_block *block = &pages->blocks[number % BLOCKS];

	if (block->bytes && block->number == number)
		return block;
	if (!block->bytes)
		block->bytes = malloc(BLOCK_BYTES);
	if (!block->bytes)
		return NULL;
	block->number = number;
	block->there = 0;
	block->present = process_memory_present(pages->memory, number * BLOCK_BYTES,
	                                        BLOCK_PAGES);
	return block;
}

/* The bytes of a page. NULL: it cannot be read. */
static const uint8_t *page_read(struct memory_pages *pages, uint64_t page)
{
	struct memory_page_block *block = block_find(pages, page / BLOCK_PAGES);
	uint32_t bit = 1u << page % BLOCK_PAGES;
	uint8_t *bytes;

	if (!block || !(block->present & bit))
		return NULL;
	bytes = block->bytes + page % BLOCK_PAGES * PAGE;
	if (!(block->there & bit)) {
		if (!process_memory_copy(pages->memory, page * PAGE, bytes, PAGE))
			block->present &= ~bit;
		else
			block->there |= bit;
	}
	return block->there & bit ? bytes : NULL;
}

bool memory_pages_copy(struct memory_pages *pages, uint64_t address, void *bytes,
                       size_t size)
{
	const uint8_t *from;
	size_t part;

	if (!pages->blocks)
		pages->blocks = calloc(BLOCKS, sizeof(*pages->blocks));
	if (!pages->blocks || address >> 47)
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
	for (size_t i = 0; pages->blocks && i < BLOCKS; i++)
		free(pages->blocks[i].bytes);
	free(pages->blocks);
	pages->blocks = NULL;
}
