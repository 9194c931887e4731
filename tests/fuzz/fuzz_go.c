/*
 * fuzz_go.c - whatever a file says of its Go functions: no crash, no hang, no leak.
 *
 * The input is the whole ELF file. Its corpus holds what tests/lib/go_file.c makes.
 */
#include "symbols/go_index.h"

#include <stdlib.h>
#include <string.h>

#define TEXT 0x401000
#define TEXT_BYTES 0xc0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void ask(struct go_index *index, uint64_t address)
{
	struct symbol_frame frames[DWARF_FRAMES_MAX];
	uint32_t numbers[DWARF_FRAMES_MAX];
	int count = go_index_find(index, address, frames), i;

	if (go_index_chain(index, address, numbers) != count)
		abort();
	for (i = 0; i < count; i++) {
		if (!frames[i].function || !frames[i].file || !go_index_name(index, numbers[i]))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct instances instances = { .count = 0 };
	struct go_index *index;
	uint64_t address;
	char *copy = malloc(bytes + 1);
	Elf *elf;

	if (!copy || !bytes) {
		free(copy);
		return 0;
	}
	memcpy(copy, data, bytes);
	elf_version(EV_CURRENT);
	elf = elf_memory(copy, bytes);
	index = elf ? go_index_new(elf, &instances, 0) : NULL;
	for (address = TEXT; index && address < TEXT + TEXT_BYTES; address += 4)
		ask(index, address);
	go_index_free(index);
	instances_release(&instances);
	elf_end(elf);
	free(copy);
	return 0;
}
