/* elf_functions.c - the search table of the unwind tables. Layer 1. */
#include "elf_functions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of DW_EH_PE_*: the one form that linkers write. */
#define POINTER_4_BYTES 0x1b   /* pcrel, sdata4: of the frames themselves */
#define COUNT_4_BYTES 0x03     /* udata4 */
#define TABLE_FROM_HEADER 0x3b /* datarel, sdata4 */
#define HEADER_BYTES 12
#define FUNCTIONS_MAX (1u << 24)

struct function {
	int32_t start; /* from the header's address on */
	int32_t frame;
};

struct elf_functions {
	char *file; /* its last component */
	uint64_t header;
	size_t count;
	struct function *table; /* by address */
	char **names;           /* made when they are asked for */
};

/* The segment's bytes and its address; NULL: the file has none. */
static Elf_Data *header_find(Elf *elf, uint64_t *address)
{
	GElf_Phdr segment;
	size_t count, i;

	if (!elf || elf_getphdrnum(elf, &count))
		return NULL;
	for (i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_GNU_EH_FRAME)
			continue;
		*address = segment.p_vaddr;
		return elf_getdata_rawchunk(elf, (int64_t)segment.p_offset, segment.p_filesz,
		                            ELF_T_BYTE);
	}
	return NULL;
}

static bool table_read(struct elf_functions *functions, const Elf_Data *data)
{
	const uint8_t *bytes = data->d_buf;
	uint32_t count;
	size_t i;

	if (data->d_size < HEADER_BYTES || bytes[0] != 1 || bytes[1] != POINTER_4_BYTES ||
	    bytes[2] != COUNT_4_BYTES || bytes[3] != TABLE_FROM_HEADER)
		return false;
	memcpy(&count, bytes + 8, sizeof(count));
	if (!count || count > FUNCTIONS_MAX ||
	    count > (data->d_size - HEADER_BYTES) / sizeof(struct function))
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
	GElf_Addr bias;
	Elf_Data *data;

	if (!functions)
		return NULL;
	functions->file = strdup(slash ? slash + 1 : path);
	data = header_find(dwfl_module_getelf(module, &bias), &functions->header);
	if (functions->file && data && table_read(functions, data)) {
		functions->header += bias;
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
	free(functions->table);
	free(functions->file);
	free(functions);
}

const char *elf_functions_name(struct elf_functions *functions, uint64_t address)
{
	int64_t wanted = (int64_t)(address - functions->header);
	size_t low = 0, high = functions->count, middle;
	char *name;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (functions->table[middle].start <= wanted)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	if (!functions->names[low - 1] &&
	    asprintf(&name, "%s+0x%" PRIx64, functions->file,
	             functions->header +
	                 (uint64_t)(int64_t)functions->table[low - 1].start) > 0)
		functions->names[low - 1] = name;
	return functions->names[low - 1];
}
