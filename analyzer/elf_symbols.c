/* elf_symbols.c - functions by symbol table, found by binary search. Layer 1. */
#include "elf_symbols.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct elf_symbol {
	uint64_t start, end;
	const char *name;
	bool is_sizeless; /* `end` is that of its section: assembly */
	int rank;         /* of names for one address, the lowest wins */
};

struct elf_symbols {
	size_t count;
	struct elf_symbol symbols[];
};

/* Global names are those people know; of equal ones, that without decoration. */
static int symbol_rank(const GElf_Sym *symbol, const char *name)
{
	int rank = 0;

	switch (GELF_ST_BIND(symbol->st_info)) {
	case STB_GLOBAL: rank = 0; break;
	case STB_WEAK: rank = 2; break;
	default: rank = 4; break;
	}
	return rank + (name[0] == '_' && name[1] != 'Z' && name[1] != 'R');
}

/* Where the section ends; `from` if that is not known. */
static uint64_t section_end(Elf *elf, GElf_Word section, uint64_t from)
{
	GElf_Shdr header;

	if (!elf || !gelf_getshdr(elf_getscn(elf, section), &header))
		return from;
	return header.sh_addr + header.sh_size;
}

static bool symbol_take(struct elf_symbol *to, const GElf_Sym *symbol, const char *name,
                        uint64_t address, GElf_Word section, Elf *elf)
{
	int type = GELF_ST_TYPE(symbol->st_info);

	if (section == SHN_UNDEF || section == SHN_ABS || !name || !name[0])
		return false;
	if (type != STT_FUNC && type != STT_GNU_IFUNC &&
	    !(type == STT_NOTYPE && GELF_ST_BIND(symbol->st_info) != STB_LOCAL))
		return false;
	to->start = address;
	to->is_sizeless = symbol->st_size == 0;
	to->end = to->is_sizeless ? section_end(elf, section, address)
	                          : address + symbol->st_size;
	to->name = name;
	to->rank = symbol_rank(symbol, name);
	return to->end > to->start;
}

/* By address; at one address the best comes last, so that a search ends at it. */
static int symbol_compare(const void *left, const void *right)
{
	const struct elf_symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->is_sizeless != b->is_sizeless)
		return a->is_sizeless ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp(b->name, a->name);
}

struct elf_symbols *elf_symbols_new(Dwfl_Module *module)
{
	int table = dwfl_module_getsymtab(module), i;
	size_t room = table > 0 ? (size_t)table : 0;
	struct elf_symbols *symbols = malloc(sizeof(*symbols) +
	                                     room * sizeof(symbols->symbols[0]));
	GElf_Word section;
	GElf_Addr address;
	GElf_Sym symbol;
	Elf *elf;
	const char *name;

	if (!symbols)
		return NULL;
	symbols->count = 0;
	for (i = 1; i < table; i++) {
		name = dwfl_module_getsym_info(module, i, &symbol, &address, &section, &elf,
		                               NULL);
		if (name && symbol_take(&symbols->symbols[symbols->count], &symbol, name,
		                        address, section, elf))
			symbols->count++;
	}
	qsort(symbols->symbols, symbols->count, sizeof(symbols->symbols[0]),
	      symbol_compare);
	return symbols;
}

void elf_symbols_free(struct elf_symbols *symbols)
{
	free(symbols);
}

const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count, middle;
	const struct elf_symbol *symbol;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (symbols->symbols[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	symbol = &symbols->symbols[low - 1];
	return address < symbol->end ? symbol->name : NULL;
}
