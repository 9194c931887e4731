/* elf/symbols.c - finds functions in the symbol tables, by binary search. */
#include "elf/symbols.h"

#include "base/text.h"
#include "base/text_pool.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct elf_symbol {
	uint64_t start, end;
	const char *name;
	const char *file;    /* of a local symbol, without directory; "" if unknown */
	uint32_t base_bytes; /* of the name without the suffix of a clone */
	uint32_t own_bytes;  /* the same with ".lto_priv.0": whose clone it is */
	bool is_sizeless;    /* assembly: `end` is the end of its section */
	bool is_local;
	int rank; /* among names of one address, the lowest wins */
};

struct elf_symbols {
	size_t count;
	struct elf_symbol *symbols; /* sorted by address */
	uint32_t *by_name;          /* their indices, sorted by base name */
	struct text_pool texts;
};

/* People know the global names; among these, prefer one without a leading underscore. */
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

/* The end of the section; `from` if unknown. */
static uint64_t section_end(Elf *elf, GElf_Word section, uint64_t from)
{
	GElf_Shdr header;

	if (!elf || !gelf_getshdr(elf_getscn(elf, section), &header))
		return from;
	return header.sh_addr + header.sh_size;
}

/* The length of the function's own name, without the suffix of a part or a clone. */
static uint32_t base_bytes(const char *name)
{
	static const char *const suffixes[] = { ".part.",      ".cold",      ".isra.",
		                                    ".constprop.", ".lto_priv.", ".localalias",
		                                    ".llvm." };
	size_t bytes = strcspn(name, "."), i;

	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes) && bytes; i++) {
		if (!strncmp(name + bytes, suffixes[i], strlen(suffixes[i])))
			return (uint32_t)bytes;
	}
	return (uint32_t)strlen(name);
}

/*
 * The same with a ".lto_priv.N" that follows it. Link-time optimization gives that to local
 * functions of one name: it stands for the file, which it has forgotten.
 */
static uint32_t own_bytes(const char *name, uint32_t base)
{
	static const char suffix[] = ".lto_priv.";

	if (strncmp(name + base, suffix, strlen(suffix)) != 0)
		return base;
	base += (uint32_t)strlen(suffix);
	return base + (uint32_t)strspn(name + base, "0123456789");
}

/*
 * Fill in a symbol that may be a function. Hand-written assembly often has no type: such
 * symbols count if they are not local, since local ones are mere labels. It often has no
 * size, either: such a symbol reaches to the end of its section, or to the next symbol.
 */
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
	to->base_bytes = base_bytes(name);
	to->own_bytes = own_bytes(name, to->base_bytes);
	to->rank = symbol_rank(symbol, name);
	return to->end > to->start;
}

/* Order by address; at one address the best symbol comes last, since a search ends there. */
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

/* ---- base names ------------------------------------------------------------------------ */

/* Order by base name, which is the name's beginning and does not end with a NUL. */
static int base_compare_symbols(const struct elf_symbol *one,
                                const struct elf_symbol *two)
{
	uint32_t a = one->base_bytes, b = two->base_bytes;
	int order = memcmp(one->name, two->name, a < b ? a : b);

	return order ? order : a < b ? -1 : a > b;
}

static int base_compare(const void *one, const void *two, void *context)
{
	const struct elf_symbol *symbols = context;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;
	int order = base_compare_symbols(&symbols[a], &symbols[b]);

	return order ? order : a < b ? -1 : a > b;
}

/* The first index in by_name with this base name. */
static size_t base_find(const struct elf_symbols *symbols,
                        const struct elf_symbol *like)
{
	size_t low = 0, high = symbols->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (base_compare_symbols(&symbols->symbols[symbols->by_name[middle]], like) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_clone(const struct elf_symbol *symbol)
{
	return symbol->name[symbol->own_bytes];
}

/* Whether a clone may be of this function: if it says of which file's, only of that one. */
static bool is_clone_of(const struct elf_symbol *clone,
                        const struct elf_symbol *function)
{
	return clone->own_bytes == clone->base_bytes ||
	       (clone->own_bytes == function->own_bytes &&
	        !memcmp(clone->name, function->name, clone->own_bytes));
}

/*
 * The function that the symbol belongs to: usually the symbol itself. Parts and clones are
 * always local symbols: they belong to the function of their name in their file, or else to the
 * global function of that name.
 */
static const struct elf_symbol *symbol_function(const struct elf_symbols *symbols,
                                                const struct elf_symbol *symbol,
                                                size_t first)
{
	const struct elf_symbol *other, *global = NULL, *local = NULL;
	size_t i;

	if (!symbol->is_local || !is_clone(symbol))
		return symbol;
	for (i = first; i < symbols->count; i++) {
		other = &symbols->symbols[symbols->by_name[i]];
		if (base_compare_symbols(other, symbol))
			break;
		if (!is_clone_of(symbol, other))
			continue;
		if (!other->is_local)
			global = other;
		else if (!strcmp(other->file, symbol->file) &&
		         (!local || (is_clone(local) && !is_clone(other))))
			local = other;
	}
	return global && (!local || is_clone(local)) ? global : local;
}

/* What distinguishes the symbol's function from others of its name; "" if there are none. */
static const char *symbol_declared(struct elf_symbols *symbols,
                                   const struct elf_symbol *symbol)
{
	size_t first = base_find(symbols, symbol), i;
	const struct elf_symbol *of = symbol_function(symbols, symbol, first), *other;
	struct text text = { NULL, 0, 0 };
	const char *kept = NULL;
	bool has_namesake = false;

	if (!of->is_local)
		return "";
	for (i = first; i < symbols->count && !has_namesake; i++) {
		other = &symbols->symbols[symbols->by_name[i]];
		if (base_compare_symbols(other, symbol))
			break;
		has_namesake = symbol_function(symbols, other, first)->start != of->start;
	}
	if (has_namesake && !text_printf(&text, "%s@0x%" PRIx64, of->file, of->start))
		kept = text_pool_keep(&symbols->texts, text.data);
	text_release(&text);
	return kept ? kept : "";
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Read the functions and their files: a file's name comes before its symbols. */
static void symbols_read(struct elf_symbols *symbols, Dwfl_Module *module, int table)
{
	const char *name, *file = "";
	struct elf_symbol *symbol;
	GElf_Word section;
	GElf_Addr address;
	GElf_Sym entry;
	Elf *elf;
	int i;

	for (i = 1; i < table; i++) {
		symbol = &symbols->symbols[symbols->count];
		name = dwfl_module_getsym_info(module, i, &entry, &address, &section, &elf,
		                               NULL);
		if (name && GELF_ST_TYPE(entry.st_info) == STT_FILE)
			file = name;
		if (!name || !symbol_take(symbol, &entry, name, address, section, elf))
			continue;
		symbol->is_local = GELF_ST_BIND(entry.st_info) == STB_LOCAL;
		symbol->file = symbol->is_local ? file : "";
		symbols->count++;
	}
}

/*
 * `table` is -1 if there is no symbol table; then the result has no symbols. by_name holds
 * indices into the sorted symbols, so these must be sorted first.
 */
struct elf_symbols *elf_symbols_new(Dwfl_Module *module)
{
	int table = dwfl_module_getsymtab(module);
	size_t room = table > 0 ? (size_t)table : 0, i;
	struct elf_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->symbols = malloc((room + 1) * sizeof(*symbols->symbols));
	symbols->by_name = malloc((room + 1) * sizeof(*symbols->by_name));
	if (!symbols->symbols || !symbols->by_name) {
		elf_symbols_free(symbols);
		return NULL;
	}
	symbols_read(symbols, module, table);
	for (i = 0; i < symbols->count; i++)
		symbols->by_name[i] = (uint32_t)i;
	if (!symbols->count)
		return symbols;
	qsort(symbols->symbols, symbols->count, sizeof(symbols->symbols[0]),
	      symbol_compare);
	qsort_r(symbols->by_name, symbols->count, sizeof(*symbols->by_name), base_compare,
	        symbols->symbols);
	return symbols;
}

void elf_symbols_free(struct elf_symbols *symbols)
{
	if (!symbols)
		return;
	text_pool_release(&symbols->texts);
	free(symbols->symbols);
	free(symbols->by_name);
	free(symbols);
}

/* The symbol's name; for a part or a clone, the name of its function. */
static const char *symbol_base(struct elf_symbols *symbols,
                               const struct elf_symbol *symbol)
{
	const char *kept = symbol->name;
	char *base;

	if (!kept[symbol->base_bytes])
		return kept;
	base = strndup(symbol->name, symbol->base_bytes);
	kept = base ? text_pool_keep(&symbols->texts, base) : NULL;
	free(base);
	return kept ? kept : symbol->name;
}

/*
 * The last symbol at or before the address decides, even if it ends too early: the code
 * between two symbols belongs to neither.
 */
static const struct elf_symbol *symbol_at(const struct elf_symbols *symbols,
                                          uint64_t address)
{
	size_t low = 0, high = symbols->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (symbols->symbols[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < symbols->symbols[low - 1].end ? &symbols->symbols[low - 1]
	                                                      : NULL;
}

const char *elf_symbols_find(struct elf_symbols *symbols, uint64_t address,
                             const char **declared)
{
	const struct elf_symbol *symbol = symbol_at(symbols, address);

	*declared = "";
	if (!symbol)
		return NULL;
	*declared = symbol_declared(symbols, symbol);
	return symbol_base(symbols, symbol);
}

const char *elf_symbols_at(const struct elf_symbols *symbols, uint64_t address)
{
	const struct elf_symbol *symbol = symbol_at(symbols, address);

	return symbol && symbol->start == address ? symbol->name : NULL;
}

const char *elf_symbols_name(const struct elf_symbols *symbols, size_t number)
{
	return number < symbols->count ? symbols->symbols[number].name : NULL;
}

/* The bytes of the name without ".cold" and what follows; 0: it has none. */
static size_t warm_bytes(const char *name)
{
	const char *cold = strstr(name, ".cold");

	return cold && (!cold[5] || cold[5] == '.') ? (size_t)(cold - name) : 0;
}

/*
 * The other part of a function: its cold part, or what a cold part belongs to. NULL: it has
 * none.
 */
static const struct elf_symbol *symbol_other_part(const struct elf_symbols *symbols,
                                                  const struct elf_symbol *symbol)
{
	size_t bytes = warm_bytes(symbol->name), i = base_find(symbols, symbol),
		   other_bytes;
	bool is_cold = bytes != 0;
	const struct elf_symbol *other;

	if (!is_cold)
		bytes = strlen(symbol->name);
	for (; i < symbols->count; i++) {
		other = &symbols->symbols[symbols->by_name[i]];
		if (base_compare_symbols(other, symbol))
			return NULL;
		other_bytes = warm_bytes(other->name);
		if ((other_bytes != 0) == is_cold ||
		    strncmp(other->name, symbol->name, bytes) ||
		    (is_cold ? other->name[bytes] != 0 : other_bytes != bytes))
			continue;
		/* the cold part is local; a local function has its own in the same file */
		if (!symbol->is_local || !other->is_local || !strcmp(symbol->file, other->file))
			return other;
	}
	return NULL;
}

bool elf_symbols_extent(const struct elf_symbols *symbols, uint64_t address,
                        struct code_extent *extent)
{
	const struct elf_symbol *symbol = symbol_at(symbols, address), *other, *warm;

	if (!symbol)
		return false;
	other = symbol_other_part(symbols, symbol);
	warm = other && warm_bytes(symbol->name) ? other : symbol;
	*extent = (struct code_extent){ .low = warm->start, .high = warm->end };
	if (other) {
		other = warm == other ? symbol : other;
		extent->cold_low = other->start;
		extent->cold_high = other->end;
	}
	return true;
}
