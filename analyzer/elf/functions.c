/* elf/functions.c - reads the search table of the unwind tables. */
#include "elf/functions.h"

#include "elf/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The only encodings (DW_EH_PE_*) that linkers write here. */
#define POINTER_4_BYTES 0x1b   /* pcrel, sdata4: pointer to .eh_frame */
#define COUNT_4_BYTES 0x03     /* udata4 */
#define TABLE_FROM_HEADER 0x3b /* datarel, sdata4 */
#define HEADER_BYTES 12
#define FUNCTIONS_MAX (1u << 24)

/* An entry of the search table, as in the file. `frame` is where its frame description is. */
struct function {
	int32_t start; /* relative to the header's address, like `frame` */
	int32_t frame;
};

struct elf_functions {
	char *file; /* file name without directory */
	Elf *elf;
	uint64_t header;
	uint64_t bias; /* module address - address in the file */
	size_t count;
	struct function *table; /* sorted by address */
	char **names;           /* each made when it is first asked for */
	uint64_t *entrances; /* likewise: address in the file of a jump to each; 0: none */
};

/* Find the segment of .eh_frame_hdr. False: the file has none. */
static bool header_find(Elf *elf, GElf_Phdr *segment)
{
	size_t count, i;

	if (!elf || elf_getphdrnum(elf, &count))
		return false;
	for (i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int)i, segment) && segment->p_type == PT_GNU_EH_FRAME)
			return true;
	}
	return false;
}

/*
 * Copy the table, if its encoding is the usual one and its size fits into the segment. It
 * must be sorted, since it is searched by bisection; a damaged one is not used at all.
 */
static bool table_read(struct elf_functions *functions, const GElf_Phdr *segment)
{
	const uint8_t *bytes = elf_image_bytes(functions->elf, segment->p_vaddr,
	                                       segment->p_filesz);
	uint32_t count;
	size_t i;

	if (!bytes || segment->p_filesz < HEADER_BYTES || bytes[0] != 1 ||
	    bytes[1] != POINTER_4_BYTES || bytes[2] != COUNT_4_BYTES ||
	    bytes[3] != TABLE_FROM_HEADER)
		return false;
	memcpy(&count, bytes + 8, sizeof(count));
	if (!count || count > FUNCTIONS_MAX ||
	    count > (segment->p_filesz - HEADER_BYTES) / sizeof(struct function))
		return false;
	functions->table = malloc(count * sizeof(struct function));
	functions->names = calloc(count, sizeof(char *));
	if (!functions->table || !functions->names)
		return false;
	memcpy(functions->table, bytes + HEADER_BYTES, count * sizeof(struct function));
	for (i = 1; i < count; i++) {
		if (functions->table[i].start < functions->table[i - 1].start)
			return false;
	}
	functions->count = count;
	return true;
}

struct elf_functions *elf_functions_new(Dwfl_Module *module, const char *path)
{
	struct elf_functions *functions = calloc(1, sizeof(*functions));
	const char *slash = strrchr(path, '/');
	GElf_Phdr segment;

	if (!functions)
		return NULL;
	functions->file = strdup(slash ? slash + 1 : path);
	functions->elf = dwfl_module_getelf(module, &functions->bias);
	if (functions->file && header_find(functions->elf, &segment)) {
		functions->header = segment.p_vaddr;
		if (table_read(functions, &segment))
			return functions;
	}
	elf_functions_free(functions);
	return NULL;
}

void elf_functions_free(struct elf_functions *functions)
{
	size_t i;

	if (!functions)
		return;
	for (i = 0; i < functions->count; i++)
		free(functions->names[i]);
	free(functions->names);
	free(functions->entrances);
	free(functions->table);
	free(functions->file);
	free(functions);
}

/*
 * Whether the function covers `wanted`, according to its frame description: length, CIE, begin
 * and range of four bytes each, as linkers write it. False for other encodings.
 */
static bool function_reaches(const struct elf_functions *functions,
                             const struct function *function, int64_t wanted,
                             uint32_t *bytes)
{
	uint64_t address = functions->header + (uint64_t)(int64_t)function->frame;
	const uint8_t *frame = elf_image_bytes(functions->elf, address, 16);
	int32_t begin;
	uint32_t range;

	if (!frame)
		return false;
	memcpy(&begin, frame + 8, sizeof(begin));
	memcpy(&range, frame + 12, sizeof(range));
	*bytes = range;
	return address + 8 + (uint64_t)(int64_t)begin ==
	           functions->header + (uint64_t)(int64_t)function->start &&
	       wanted - function->start < (int64_t)range;
}

/* The index of the last function that begins at or before `wanted`; -1: none does. */
static ptrdiff_t function_before(const struct elf_functions *functions, int64_t wanted)
{
	size_t low = 0, high = functions->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (functions->table[middle].start <= wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return (ptrdiff_t)low - 1;
}

/* The index of the function that covers the address; -1: none does. */
static ptrdiff_t function_find(const struct elf_functions *functions, uint64_t address)
{
	int64_t wanted = (int64_t)(address - functions->bias - functions->header);
	ptrdiff_t number = function_before(functions, wanted);
	uint32_t bytes;

	return number >= 0 && function_reaches(functions, &functions->table[number], wanted,
	                                       &bytes)
	           ? number
	           : -1;
}

bool elf_functions_extent(const struct elf_functions *functions, uint64_t address,
                          uint64_t *low, uint64_t *high)
{
	int64_t wanted = (int64_t)(address - functions->bias - functions->header);
	ptrdiff_t number = function_before(functions, wanted);
	uint32_t bytes;

	if (number < 0 ||
	    !function_reaches(functions, &functions->table[number], wanted, &bytes))
		return false;
	*low = functions->bias + functions->header +
	       (uint64_t)(int64_t)functions->table[number].start;
	*high = *low + bytes;
	return true;
}

uint64_t elf_functions_frame(const struct elf_functions *functions, uint64_t address)
{
	int64_t wanted = (int64_t)(address - functions->bias - functions->header);
	ptrdiff_t number = function_before(functions, wanted);
	uint32_t bytes;

	/* One that begins there covers it, in whichever encoding that is written. */
	if (number < 0 ||
	    (functions->table[number].start != wanted &&
	     !function_reaches(functions, &functions->table[number], wanted, &bytes)))
		return 0;
	return functions->header + (uint64_t)(int64_t)functions->table[number].frame;
}

const char *elf_functions_name(struct elf_functions *functions, uint64_t address)
{
	ptrdiff_t number = function_find(functions, address);
	char *name;

	if (number < 0)
		return NULL;
	if (!functions->names[number] &&
	    asprintf(&name, "%s+0x%" PRIx64, functions->file,
	             functions->bias + functions->header +
	                 (uint64_t)(int64_t)functions->table[number].start) > 0)
		functions->names[number] = name;
	return functions->names[number];
}

/* ---- entrances ------------------------------------------------------------------------ */

#define JUMP 0xe9 /* jmp rel32: four bytes of distance from the next instruction */
#define JUMP_BYTES 5
#define CODE_BYTES_MAX (UINT64_C(16) << 20) /* of a segment; programs have more */

/*
 * Remember a jump to the start of a function without a symbol, from a function with one. The code
 * is not disassembled: bytes that are no jump hardly ever point at the start of a function.
 */
static void jump_take(struct elf_functions *functions, struct elf_symbols *symbols,
                      uint64_t jump, uint64_t target)
{
	int64_t wanted = (int64_t)(target - functions->header);
	ptrdiff_t number = function_before(functions, wanted);
	const char *ignored;

	if (number < 0 || functions->table[number].start != wanted ||
	    functions->entrances[number] ||
	    elf_symbols_find(symbols, target + functions->bias, &ignored) ||
	    !elf_symbols_find(symbols, jump + functions->bias, &ignored))
		return;
	functions->entrances[number] = jump;
}

/*
 * Go through the bytes that may be a jump. `end` leaves room for the distance of the last
 * one.
 */
static void segment_search(struct elf_functions *functions, struct elf_symbols *symbols,
                           const GElf_Phdr *segment)
{
	const uint8_t *code = elf_image_bytes(functions->elf, segment->p_vaddr,
	                                      segment->p_filesz),
				  *at = code, *end;
	int32_t distance;
	uint64_t jump;

	if (!code || segment->p_filesz < JUMP_BYTES || segment->p_filesz > CODE_BYTES_MAX)
		return;
	end = code + segment->p_filesz - JUMP_BYTES + 1;
	for (; at < end && (at = memchr(at, JUMP, (size_t)(end - at))); at++) {
		memcpy(&distance, at + 1, sizeof(distance));
		jump = segment->p_vaddr + (uint64_t)(at - code);
		jump_take(functions, symbols, jump,
		          jump + JUMP_BYTES + (uint64_t)(int64_t)distance);
	}
}

/*
 * Search all code for jumps, once: `entrances` is allocated even where none can be found, and
 * so says that the search was made.
 */
static void entrances_find(struct elf_functions *functions, struct elf_symbols *symbols)
{
	GElf_Phdr segment;
	GElf_Ehdr header;
	size_t count, i;

	functions->entrances = calloc(functions->count, sizeof(*functions->entrances));
	if (!functions->entrances || !gelf_getehdr(functions->elf, &header) ||
	    header.e_machine != EM_X86_64 || elf_getphdrnum(functions->elf, &count))
		return;
	for (i = 0; i < count; i++) {
		if (gelf_getphdr(functions->elf, (int)i, &segment) &&
		    segment.p_type == PT_LOAD && segment.p_flags & PF_X)
			segment_search(functions, symbols, &segment);
	}
}

const char *elf_functions_entrance(struct elf_functions *functions,
                                   struct elf_symbols *symbols, uint64_t address)
{
	ptrdiff_t number = function_find(functions, address);
	const char *ignored;

	if (number < 0)
		return NULL;
	if (!functions->entrances)
		entrances_find(functions, symbols);
	return functions->entrances && functions->entrances[number]
	           ? elf_symbols_find(
					 symbols, functions->entrances[number] + functions->bias, &ignored)
	           : NULL;
}
