/*
 * segments/go_arenas.c - finds Go's table of arenas among the runtime's variables, and reads
 * it.
 */
#include "segments/go_arenas.h"

#include "base/array.h"
#include "base/page.h"

#include <string.h>

#define WORD_BYTES 8
#define PAGE_WORDS (PAGE / WORD_BYTES)
#define PAGES_READ_MAX 8192 /* 32 MiB of variables */

#define ARENA_SHIFT 26                   /* 64 MiB */
#define TABLE_BYTES (UINT64_C(32) << 20) /* for 48 bits of address */
#if defined(__x86_64__)
#define ARENA_BASE UINT64_C(0xffff800000000000) /* runtime/malloc.go: arenaBaseOffset */
#else
#define ARENA_BASE UINT64_C(0)
#endif

/*
 * Where the table has the word for an address. Like the runtime, subtracts a base first: with
 * it, the sign-extended addresses of x86-64 become indices from 0.
 */
static uint64_t word_address(uint64_t table, uint64_t address)
{
	return table + ((address - ARENA_BASE) >> ARENA_SHIFT) * WORD_BYTES;
}

/*
 * Read the table's word for the arena at an address: the address of the arena's description, or
 * 0 if Go has no arena there.
 */
static uint64_t word_read(uint64_t table, const struct process_memory *memory,
                          uint64_t address)
{
	uint64_t at = word_address(table, address), word = 0;

	/* Only a few pages of the 32 MiB are in memory: all others are zero. */
	if (address >> 47 || !process_memory_is_present(memory, at) ||
	    !process_memory_copy(memory, at, &word, sizeof(word)))
		return 0;
	return word;
}

/* Whether a mapping has no name, or one that Go gave it. */
static bool is_nameless(const struct mapping *mapping)
{
	return !mapping->name[0] || !strncmp(mapping->name, "[anon: Go: ", 11) ||
	       !strncmp(mapping->name, "[anon:Go: ", 10);
}

/* Whether a mapping is private, writable memory without a file or another's name. */
static bool is_plain(const struct mapping *mapping)
{
	return !mapping->inode && is_nameless(mapping) &&
	       (mapping->access & (MAPPING_WRITE | MAPPING_EXECUTE | MAPPING_SHARED)) ==
	           MAPPING_WRITE;
}

static const struct mapping *plain_at(const struct process_maps *maps, uint64_t address)
{
	size_t i = process_maps_find(maps, address);

	return i < maps->count && is_plain(&maps->mappings[i]) ? &maps->mappings[i] : NULL;
}

/*
 * How many mappings end in an arena of the table at this address; 0: no table is there. A table
 * has at least one arena, and the description of each arena is in other plain memory; no file,
 * named mapping, description or the table itself is inside an arena.
 */
static size_t table_arenas(uint64_t table, const struct process_memory *memory,
                           const struct process_maps *maps)
{
	const struct mapping *mapping;
	size_t arenas = 0, i;
	uint64_t word;

	if (word_read(table, memory, table))
		return 0;
	for (i = 0; i < maps->count; i++) {
		mapping = &maps->mappings[i];
		word = word_read(table, memory, mapping->end - 1);
		if (!word)
			continue;
		if (mapping->inode || !is_nameless(mapping) || word % WORD_BYTES ||
		    !plain_at(maps, word) || word_read(table, memory, word))
			return 0;
		arenas += is_plain(mapping);
	}
	return arenas;
}

/*
 * Whether a word can be a pointer to the table. Cheap: it runs for each word of the variables.
 */
static bool is_like_table(uint64_t word, const struct process_maps *maps)
{
	const struct mapping *mapping;

	if (!word || word % PAGE)
		return false;
	mapping = plain_at(maps, word);
	return mapping && mapping->end - word >= TABLE_BYTES;
}

uint64_t go_arenas_table(const struct process_memory *memory,
                         const struct process_maps *maps, uint64_t word)
{
	uint64_t table;

	return word && process_memory_copy(memory, word, &table, sizeof(table)) &&
	               is_like_table(table, maps) && table_arenas(table, memory, maps)
	           ? table
	           : 0;
}

/*
 * A word that points to a table. Memory of the program may resemble one, with few arenas: so of
 * all words the one with the most is chosen.
 */
struct candidate {
	uint64_t word;
	size_t arenas;
};

static void page_search(const struct process_memory *memory,
                        const struct process_maps *maps, uint64_t page,
                        struct candidate *best)
{
	uint64_t words[PAGE_WORDS];
	size_t i, arenas;

	if (!process_memory_copy(memory, page, words, sizeof(words)))
		return;
	for (i = 0; i < PAGE_WORDS; i++) {
		if (!is_like_table(words[i], maps))
			continue;
		arenas = table_arenas(words[i], memory, maps);
		if (arenas > best->arenas)
			*best = (struct candidate){ page + i * WORD_BYTES, arenas };
	}
}

uint64_t go_arenas_find(const struct process_memory *memory,
                        const struct process_maps *maps, uint64_t start, uint64_t end)
{
	struct candidate best = { 0, 0 };
	uint64_t page = start & ~(PAGE - 1);
	size_t pages = 0;

	if (memory->file < 0)
		return 0;
	for (; page < end && pages < PAGES_READ_MAX; page += PAGE) {
		if (!process_memory_is_present(memory, page))
			continue;
		pages++;
		page_search(memory, maps, page, &best);
	}
	return best.word;
}

uint64_t go_arenas_of(const struct process_memory *memory,
                      const struct process_maps *maps, struct process_module *module)
{
	uint64_t table = go_arenas_table(memory, maps, module->go_word);
	const struct module_part *part = module->parts;

	for (; !table && part < module->parts + module->part_count; part++) {
		if (!(part->access & MAPPING_WRITE))
			continue;
		module->go_word = go_arenas_find(memory, maps, part->start, part->end);
		table = go_arenas_table(memory, maps, module->go_word);
	}
	return table;
}

/*
 * A mapping may begin or end within an arena and contain several of them: so its bytes are
 * counted, arena by arena.
 */
bool go_arenas_hold(uint64_t table, const struct process_memory *memory,
                    const struct mapping *mapping)
{
	uint64_t at = mapping->start, next, bytes = 0;

	for (; at < mapping->end; at = next) {
		next = ((at >> ARENA_SHIFT) + 1) << ARENA_SHIFT;
		next = next < mapping->end ? next : mapping->end;
		if (word_read(table, memory, at))
			bytes += next - at;
	}
	return bytes * 2 > mapping->end - mapping->start;
}

int go_arenas_list(struct go_arenas *arenas, uint64_t table,
                   const struct process_memory *memory, const struct process_maps *maps)
{
	uint64_t at, next = 0, word;
	const struct mapping *mapping;

	for (size_t i = 0; i < maps->count; i++) {
		mapping = &maps->mappings[i];
		if (!is_plain(mapping))
			continue;
		/* an arena may begin before its first mapping, and have several */
		at = mapping->start >> ARENA_SHIFT << ARENA_SHIFT;
		for (at = at > next ? at : next; at < mapping->end; at = next) {
			next = at + (UINT64_C(1) << ARENA_SHIFT);
			word = word_read(table, memory, at);
			if (!word)
				continue;
			if (array_reserve(arenas->arenas, arenas->room, arenas->count + 1))
				return -1;
			arenas->arenas[arenas->count++] = (struct go_arena){ at, word };
		}
	}
	return 0;
}
