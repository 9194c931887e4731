/* elf/image.c - finds the bytes of the file by their segment. */
#include "elf/image.h"

/* How many of the segment's bytes from `address` on are in a file of `size` bytes. */
static uint64_t segment_bytes(const GElf_Phdr *segment, uint64_t address, uint64_t size)
{
	uint64_t from = address - segment->p_vaddr, inside, in_file;

	if (segment->p_type != PT_LOAD || address < segment->p_vaddr ||
	    from >= segment->p_filesz || segment->p_offset > size ||
	    from >= size - segment->p_offset)
		return 0;
	inside = segment->p_filesz - from;
	in_file = size - segment->p_offset - from;
	return inside < in_file ? inside : in_file;
}

const uint8_t *elf_image_at(Elf *elf, uint64_t address, size_t *count)
{
	GElf_Phdr segment;
	size_t segments, i, size;
	const char *file = elf ? elf_rawfile(elf, &size) : NULL;

	if (!file || elf_getphdrnum(elf, &segments))
		return NULL;
	for (i = 0; i < segments; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment))
			continue;
		*count = segment_bytes(&segment, address, size);
		if (*count)
			return (const uint8_t *)file + segment.p_offset +
			       (address - segment.p_vaddr);
	}
	return NULL;
}

const uint8_t *elf_image_bytes(Elf *elf, uint64_t address, uint64_t bytes)
{
	size_t count;
	const uint8_t *at = elf_image_at(elf, address, &count);

	return at && count >= bytes ? at : NULL;
}

unsigned elf_image_machine(Elf *elf)
{
	GElf_Ehdr header;

	return elf && gelf_getehdr(elf, &header) ? header.e_machine : EM_NONE;
}
