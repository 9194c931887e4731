/* segments/symbols.c - finds symbols with their sizes and resident bytes. */
#include "segments/symbols.h"

#include "base/array.h"
#include "base/page.h"
#include "elf/debug_file.h"
#include "elf/demangle.h"
#include "elf/variables.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYMBOLS_MAX (1u << 26)

/* A symbol in a table; names point into the table. */
struct raw_symbol {
	const char *name;
	uint64_t address, size;
	uint32_t module;
	uint16_t rank; /* of several names for one address, the lowest rank wins */
	uint8_t segment;
	char section[SECTION_NAME_BYTES];
};

/*
 * Everything that is freed at the end, whether or not symbols were found. Names of symbols
 * point into the tables that `dwfls` keep open.
 */
struct finder {
	const struct segments *segments;
	Dwfl **dwfls; /* by module; NULL: none */
	Dwfl_Module **modules;
	struct variable_files *variables; /* by module */
	struct raw_symbol *symbols;
	size_t count, capacity;
};

/* ---- read the symbol tables ---- */

/*
 * Variables that are not in the file are uninitialised. The section's type does not show that:
 * in a file of debug information all sections are empty.
 */
static enum segment variable_segment(const struct process_module *module,
                                     uint64_t address)
{
	for (size_t i = 0; i < module->part_count; i++) {
		if (address >= module->parts[i].file_end && address < module->parts[i].end)
			return SEGMENT_BSS;
	}
	return SEGMENT_DATA;
}

/*
 * Fill in the segment and section; to->address is set. False: the symbol is no part of the
 * process's code or data.
 */
static bool section_take(struct raw_symbol *to, const struct process_module *module,
                         Elf *elf, GElf_Word section)
{
	Elf_Scn *scn = elf ? elf_getscn(elf, section) : NULL;
	GElf_Shdr header;
	size_t strings;
	const char *name;

	if (!scn || !gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_ALLOC) ||
	    header.sh_flags & SHF_TLS)
		return false;
	to->segment = header.sh_flags & SHF_EXECINSTR ? SEGMENT_CODE
	              : header.sh_flags & SHF_WRITE ? variable_segment(module, to->address)
	                                            : SEGMENT_RODATA;
	name = elf_getshdrstrndx(elf, &strings) ? NULL
	                                        : elf_strptr(elf, strings, header.sh_name);
	snprintf(to->section, sizeof(to->section), "%s", name ? name : "");
	return true;
}

static int symbol_add(struct finder *finder, const struct raw_symbol *symbol)
{
	if (finder->count >= SYMBOLS_MAX ||
	    array_reserve(finder->symbols, finder->capacity, finder->count + 1))
		return -1;
	finder->symbols[finder->count++] = *symbol;
	return 0;
}

/*
 * Add the functions and variables of one module. Entry 0 of a symbol table is always empty.
 * Symbols without a size, such as labels, are skipped. 0, or -1: memory is out, or there are
 * too many symbols.
 */
static int table_read(struct finder *finder, uint32_t number)
{
	const struct process_module *module = &finder->segments->modules.modules[number];
	int count = dwfl_module_getsymtab(finder->modules[number]), i, type;
	struct raw_symbol symbol;
	GElf_Addr address, bias;
	GElf_Word section;
	GElf_Sym entry;
	Elf *elf;

	for (i = 1; i < count; i++) {
		symbol.name = dwfl_module_getsym_info(finder->modules[number], i, &entry,
		                                      &address, &section, &elf, &bias);
		type = GELF_ST_TYPE(entry.st_info);
		symbol.address = module->bias + address;
		if (!symbol.name || !symbol.name[0] || !entry.st_size ||
		    (type != STT_FUNC && type != STT_OBJECT && type != STT_GNU_IFUNC) ||
		    !section_take(&symbol, module, elf, section))
			continue;
		symbol.size = entry.st_size;
		symbol.module = number;
		/*
		 * Prefer a global name to a local one, and one that is not reserved (_Z begins a
		 * mangled name of C++).
		 */
		symbol.rank = (uint16_t)((GELF_ST_BIND(entry.st_info) != STB_GLOBAL) * 2 +
		                         (symbol.name[0] == '_' && symbol.name[1] != 'Z'));
		if (symbol_add(finder, &symbol))
			return -1;
	}
	return 0;
}

/*
 * The file is opened through a mapping of it, so that it is the one that the process has
 * loaded, even if the path leads to another by now.
 */
static bool module_open(struct finder *finder, uint32_t number)
{
	const struct segments *segments = finder->segments;
	const char *path = segments->modules.modules[number].path;
	int file = -1;
	Dwfl *dwfl;
	size_t i;

	for (i = 0; i < segments->maps.count && file < 0; i++) {
		if (segments->modules.of_mapping[i] == number &&
		    segments->maps.mappings[i].inode)
			file = process_file_open(&segments->maps, &segments->maps.mappings[i]);
	}
	if (file < 0)
		return false;
	dwfl = debug_file_open(path, file, NULL, &finder->modules[number]);
	if (!dwfl) {
		close(file);
		return false;
	}
	finder->dwfls[number] = dwfl;
	return true;
}

/* ---- choose the largest ---- */

static int symbol_compare(const void *one, const void *two)
{
	const struct raw_symbol *a = one, *b = two;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int size_compare(const void *one, const void *two)
{
	const struct raw_symbol *a = one, *b = two;

	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->address < b->address ? -1 : a->address > b->address;
}

/* Keep one name for each address: the largest symbol, then the name with the lowest rank. */
static void symbols_unite(struct finder *finder, struct segment_symbols *symbols)
{
	size_t from, to = 0;

	if (!finder->count)
		return;
	qsort(finder->symbols, finder->count, sizeof(*finder->symbols), symbol_compare);
	for (from = 0; from < finder->count; from++) {
		if (to && finder->symbols[to - 1].address == finder->symbols[from].address)
			continue;
		finder->symbols[to] = finder->symbols[from];
		symbols->sums[finder->symbols[to].segment].symbols++;
		symbols->sums[finder->symbols[to].segment].bytes += finder->symbols[to].size;
		to++;
	}
	finder->count = to;
	qsort(finder->symbols, finder->count, sizeof(*finder->symbols), size_compare);
}

/* ---- details of the chosen symbols ---- */

/*
 * How many bytes of a symbol are in pages that are in memory. A page that several symbols share
 * counts for each of them with its own part only.
 */
static uint64_t resident_read(int pagemap, uint64_t address, uint64_t size)
{
	uint64_t end = address + size, at, next, resident = 0, entry;

	if (pagemap < 0)
		return RESIDENT_UNKNOWN;
	for (at = address; at < end; at = next) {
		next = (at / PAGE + 1) * PAGE;
		next = next < end ? next : end;
		if (pread(pagemap, &entry, sizeof(entry), (off_t)(at / PAGE * sizeof(entry))) !=
		    sizeof(entry))
			return RESIDENT_UNKNOWN;
		if (entry & PAGEMAP_PRESENT)
			resident += next - at;
	}
	return resident;
}

/*
 * The source file of a symbol, or NULL. Functions have lines in the debug information;
 * variables have none, so that a list of them is made once for each module.
 */
static const char *symbol_file(const struct finder *finder,
                               const struct raw_symbol *raw)
{
	Dwfl_Module *module = finder->modules[raw->module];
	uint64_t address = raw->address -
	                   finder->segments->modules.modules[raw->module].bias;
	Dwfl_Line *line;

	if (raw->segment != SEGMENT_CODE)
		return variable_files_find(&finder->variables[raw->module], module, address);
	line = dwfl_module_getsrc(module, address);
	return line ? dwfl_lineinfo(line, NULL, NULL, NULL, NULL, NULL) : NULL;
}

static int symbols_fill(const struct finder *finder, struct segment_symbols *symbols,
                        size_t count)
{
	struct segment_symbol *symbol;
	const struct raw_symbol *raw;
	const char *file;
	char path[64];
	int pagemap;
	size_t i;

	symbols->symbols = calloc(count + 1, sizeof(*symbols->symbols));
	if (!symbols->symbols)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)finder->segments->pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	for (i = 0; i < count; i++) {
		raw = &finder->symbols[i];
		symbol = &symbols->symbols[symbols->count++];
		symbol->name = raw->name[0] == '_' ? demangle(raw->name) : NULL;
		if (!symbol->name)
			symbol->name = strdup(raw->name);
		file = symbol_file(finder, raw);
		symbol->file = file ? strdup(file) : NULL;
		symbol->module = raw->module;
		symbol->segment = (enum segment)raw->segment;
		memcpy(symbol->section, raw->section, sizeof(symbol->section));
		symbol->address = raw->address;
		symbol->size = raw->size;
		symbol->resident = resident_read(pagemap, raw->address, raw->size);
		if (!symbol->name)
			break;
	}
	if (pagemap >= 0)
		close(pagemap);
	return i == count ? 0 : -1;
}

/*
 * All symbols are read before the largest are chosen: only then each address is known to count
 * once. Names, files and residency are found for the chosen ones alone, which takes longest.
 */
int segment_symbols_find(struct segment_symbols *symbols,
                         const struct segments *segments, uint64_t top)
{
	struct finder finder = { .segments = segments };
	size_t modules = segments->modules.count, shown, before;
	int result = -1;
	uint32_t i;

	*symbols = (struct segment_symbols){ .count = 0 };
	finder.dwfls = calloc(modules + 1, sizeof(*finder.dwfls));
	finder.modules = calloc(modules + 1, sizeof(*finder.modules));
	finder.variables = calloc(modules + 1, sizeof(*finder.variables));
	if (!finder.dwfls || !finder.modules || !finder.variables)
		goto out;
	for (i = 0; i < modules; i++) {
		before = finder.count;
		if (module_open(&finder, i) && table_read(&finder, i))
			goto out;
		symbols->nameless += finder.count == before;
	}
	symbols_unite(&finder, symbols);
	shown = top && top < finder.count ? (size_t)top : finder.count;
	symbols->left_out = finder.count - shown;
	result = symbols_fill(&finder, symbols, shown);
out:
	for (i = 0; finder.dwfls && i < modules; i++) {
		if (finder.dwfls[i])
			dwfl_end(finder.dwfls[i]);
	}
	for (i = 0; finder.variables && i < modules; i++)
		variable_files_release(&finder.variables[i]);
	free(finder.variables);
	free(finder.dwfls);
	free(finder.modules);
	free(finder.symbols);
	return result;
}

void segment_symbols_release(struct segment_symbols *symbols)
{
	size_t i;

	for (i = 0; i < symbols->count; i++) {
		free(symbols->symbols[i].name);
		free(symbols->symbols[i].file);
	}
	free(symbols->symbols);
	*symbols = (struct segment_symbols){ .count = 0 };
}
