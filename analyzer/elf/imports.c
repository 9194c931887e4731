/* elf/imports.c - reads relocations by libelf. */
#include "elf/imports.h"

#include "base/array.h"
#include "elf/code.h"
#include "elf/image.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define IMPORTS_MAX (UINT32_C(1) << 24) /* in a file; more are not known */
#define STUB_STEPS 3 /* a jump, perhaps after a marker (endbr64) and a number */

struct import {
	uint64_t slot;
	const char *name; /* in the file's string table; NULL: one of its own addresses */
	uint64_t own;
};

struct imports {
	Elf *elf;
	unsigned machine;
	struct import *list; /* sorted by slot */
	size_t count, capacity;
};

static bool is_function_slot(unsigned machine, uint64_t type)
{
	return machine == EM_X86_64 &&
	       (type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT);
}

static bool is_relative(unsigned machine, uint64_t type)
{
	return machine == EM_X86_64 && type == R_X86_64_RELATIVE;
}

/* The name of a dynamic symbol without its version; NULL: it has none. */
static const char *symbol_name(Elf *elf, Elf_Data *symbols, size_t strings,
                               uint64_t number)
{
	GElf_Sym symbol;

	if (number > INT32_MAX || !gelf_getsym(symbols, (int)number, &symbol) ||
	    !symbol.st_name)
		return NULL;
	return elf_strptr(elf, strings, symbol.st_name);
}

static void import_add(struct imports *imports, struct import import)
{
	if (imports->count < IMPORTS_MAX &&
	    !array_reserve(imports->list, imports->capacity, imports->count + 1))
		imports->list[imports->count++] = import;
}

static void section_read(struct imports *imports, Elf_Scn *section,
                         const GElf_Shdr *header)
{
	Elf_Scn *symbol_section = elf_getscn(imports->elf, header->sh_link);
	Elf_Data *data = elf_getdata(section, NULL), *symbols;
	GElf_Shdr symbol_header;
	const char *name;
	GElf_Rela rela;
	int i;

	if (!data || !symbol_section || !gelf_getshdr(symbol_section, &symbol_header) ||
	    symbol_header.sh_type != SHT_DYNSYM)
		return;
	symbols = elf_getdata(symbol_section, NULL);
	for (i = 0; symbols && gelf_getrela(data, i, &rela); i++) {
		if (is_relative(imports->machine, GELF_R_TYPE(rela.r_info)))
			import_add(imports,
			           (struct import){ rela.r_offset, NULL, (uint64_t)rela.r_addend });
		if (!is_function_slot(imports->machine, GELF_R_TYPE(rela.r_info)))
			continue;
		name = symbol_name(imports->elf, symbols, symbol_header.sh_link,
		                   GELF_R_SYM(rela.r_info));
		if (name)
			import_add(imports, (struct import){ rela.r_offset, name, 0 });
	}
}

static int import_compare(const void *left, const void *right)
{
	const struct import *a = left, *b = right;

	return a->slot < b->slot ? -1 : a->slot > b->slot;
}

struct imports *imports_new(Elf *elf)
{
	struct imports *imports = calloc(1, sizeof(*imports));
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	if (!imports)
		return NULL;
	imports->elf = elf;
	imports->machine = elf_image_machine(elf);
	while (elf && (section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_RELA)
			section_read(imports, section, &header);
	}
	if (imports->count)
		qsort(imports->list, imports->count, sizeof(*imports->list), import_compare);
	return imports;
}

void imports_free(struct imports *imports)
{
	if (imports)
		free(imports->list);
	free(imports);
}

static const struct import *import_find(const struct imports *imports, uint64_t slot)
{
	const struct import like = { .slot = slot };

	return imports->count ? bsearch(&like, imports->list, imports->count, sizeof(like),
	                                import_compare)
	                      : NULL;
}

const char *imports_slot(const struct imports *imports, uint64_t slot)
{
	const struct import *found = import_find(imports, slot);

	return found ? found->name : NULL;
}

uint64_t imports_own(const struct imports *imports, uint64_t slot)
{
	const struct import *found = import_find(imports, slot);

	return found && !found->name ? found->own : 0;
}

/* Whether the address is in a section of stubs: .plt, .plt.sec, .plt.got. */
static bool is_in_stubs(Elf *elf, uint64_t address)
{
	Elf_Scn *section = NULL;
	const char *name;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		if (!gelf_getshdr(section, &header) || address < header.sh_addr ||
		    address - header.sh_addr >= header.sh_size)
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strncmp(name, ".plt", 4))
			return true;
	}
	return false;
}

/* Some linkers' stubs put the number of the function into a register before the jump. */
const char *imports_stub(const struct imports *imports, uint64_t address)
{
	uint64_t start = address;
	struct code_step step;
	const uint8_t *code;
	size_t count, i;

	for (i = 0; i < STUB_STEPS; i++) {
		code = elf_image_at(imports->elf, address, &count);
		if (!code || !code_decode(imports->machine, code, count, address, &step))
			return NULL;
		if (step.kind == CODE_JUMP)
			return step.where == CODE_SLOT ? imports_slot(imports, step.target) : NULL;
		if (step.kind != CODE_BLANK &&
		    (step.kind != CODE_PLAIN || !is_in_stubs(imports->elf, start)))
			return NULL;
		address += step.bytes;
	}
	return NULL;
}
