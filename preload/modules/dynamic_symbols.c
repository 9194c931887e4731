/*
 * modules/dynamic_symbols.c - read an object's dynamic section and its hash tables.
 *
 * Sources: System V ABI, chapter 5; for DT_GNU_HASH glibc, elf/dl-lookup.c.
 */
#include "modules/dynamic_symbols.h"

#include <elf.h>

#define VERSION_HIDDEN 0x8000 /* not the default version of its name */

/*
 * glibc relocates these pointers in place, except in a read-only dynamic section (of the vDSO,
 * or of an object linked with -z rodynamic).
 */
static const void *pointer_of(const struct link_map *map, const ElfW(Dyn) * entry)
{
	uintptr_t address = entry->d_un.d_ptr;

	return (const void *)(address < map->l_addr ? address + map->l_addr : address);
}

bool dynamic_symbols_read(const struct link_map *map, struct dynamic_symbols *dynamic)
{
	*dynamic = (struct dynamic_symbols){ .bias = map->l_addr };
	for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL;
	     entry++) {
		switch (entry->d_tag) {
		case DT_SYMTAB: dynamic->symbols = pointer_of(map, entry); break;
		case DT_STRTAB: dynamic->strings = pointer_of(map, entry); break;
		case DT_STRSZ: dynamic->strings_bytes = entry->d_un.d_val; break;
		case DT_GNU_HASH: dynamic->gnu_hash = pointer_of(map, entry); break;
		case DT_HASH: dynamic->hash = pointer_of(map, entry); break;
		case DT_VERSYM: dynamic->versions = pointer_of(map, entry); break;
		default: break;
		}
	}
	return dynamic->symbols && dynamic->strings;
}

/* NULL: the name is outside the string table. */
static const char *name_of(const struct dynamic_symbols *dynamic,
                           const ElfW(Sym) * symbol)
{
	return symbol->st_name < dynamic->strings_bytes ? dynamic->strings + symbol->st_name
	                                                : NULL;
}

/* Undefined symbols come first. A GNU hash table does not cover them. */
static size_t imports_count(const struct dynamic_symbols *dynamic)
{
	if (dynamic->gnu_hash)
		return dynamic->gnu_hash[1];
	return dynamic->hash ? dynamic->hash[1] : 0;
}

bool dynamic_symbols_import(const struct dynamic_symbols *dynamic,
                            const char *const *names, size_t count)
{
	size_t imports = imports_count(dynamic);

	for (size_t i = 1; i < imports; i++) {
		const ElfW(Sym) *symbol = &dynamic->symbols[i];
		const char *name = name_of(dynamic, symbol);

		if (!name || symbol->st_shndx != SHN_UNDEF)
			continue;
		for (size_t j = 0; j < count; j++) {
			if (names_are_equal(name, names[j]))
				return true;
		}
	}
	return false;
}

static bool is_exported_as(const struct dynamic_symbols *dynamic, uint32_t index,
                           const char *wanted)
{
	const ElfW(Sym) *symbol = &dynamic->symbols[index];
	const char *name = name_of(dynamic, symbol);

	if (dynamic->versions && dynamic->versions[index] & VERSION_HIDDEN)
		return false;
	return symbol->st_shndx != SHN_UNDEF && name && names_are_equal(name, wanted);
}

static uint32_t gnu_find(const struct dynamic_symbols *dynamic, const char *name)
{
	uint32_t bucket_count = dynamic->gnu_hash[0], first = dynamic->gnu_hash[1];
	uint32_t filter_words = dynamic->gnu_hash[2], shift = dynamic->gnu_hash[3];
	const ElfW(Addr) *filter = (const ElfW(Addr) *)(dynamic->gnu_hash + 4);
	const uint32_t *buckets = (const uint32_t *)(filter + filter_words);
	const uint32_t *hashes = buckets + bucket_count;
	uint32_t hash = 5381, index;
	ElfW(Addr) word;

	for (const char *at = name; *at; at++)
		hash = hash * 33 + (unsigned char)*at;
	if (!bucket_count || !filter_words)
		return 0;
	word = filter[hash / 64 % filter_words];
	if (!(word >> hash % 64 & word >> (hash >> shift) % 64 & 1))
		return 0;
	index = buckets[hash % bucket_count];
	if (index < first) /* an empty bucket */
		return 0;
	for (;; index++) {
		uint32_t other = hashes[index - first];

		if ((other | 1) == (hash | 1) && is_exported_as(dynamic, index, name))
			return index;
		if (other & 1) /* the last symbol of its bucket */
			return 0;
	}
}

static uint32_t old_find(const struct dynamic_symbols *dynamic, const char *name)
{
	uint32_t bucket_count = dynamic->hash[0], count = dynamic->hash[1];
	const uint32_t *buckets = dynamic->hash + 2, *chain = buckets + bucket_count;
	uint32_t hash = 0, steps = 0;

	for (const char *at = name; *at; at++) {
		hash = (hash << 4) + (unsigned char)*at;
		hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
	}
	if (!bucket_count)
		return 0;
	for (uint32_t index = buckets[hash % bucket_count];
	     index && index < count && steps < count; index = chain[index], steps++) {
		if (is_exported_as(dynamic, index, name))
			return index;
	}
	return 0;
}

bool dynamic_symbols_lookup(const struct dynamic_symbols *dynamic, const char *name,
                            struct dynamic_symbol *found)
{
	const ElfW(Sym) * symbol;
	uint32_t index = 0;

	if (dynamic->gnu_hash)
		index = gnu_find(dynamic, name);
	else if (dynamic->hash)
		index = old_find(dynamic, name);
	if (!index)
		return false;
	symbol = &dynamic->symbols[index];
	*found = (struct dynamic_symbol){ dynamic->bias + symbol->st_value,
		                              symbol->st_size };
	/* An indirect function returns the address of the variant for this processor. */
	if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
		found->address = ((uintptr_t(*)(void))found->address)();
	return true;
}

uintptr_t dynamic_symbols_find(const struct dynamic_symbols *dynamic, const char *name)
{
	struct dynamic_symbol symbol;

	return dynamic_symbols_lookup(dynamic, name, &symbol) ? symbol.address : 0;
}
