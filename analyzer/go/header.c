/*
 * go/header.c - finds the header of the pclntab, then the moduledata, which points to it and to
 * two of its tables. Sections do not help: ld merges them in PIE and in shared libraries.
 */
#include "go/header.h"

#include "elf/image.h"

#include <string.h>

/* The header is at a multiple of 8, and not always of 32 (1.26). */
#define HEADER_STEP 8
#define HEADER_WORDS 9 /* after its first 8 bytes, at most */
#define HEADERS_MAX 16 /* in a damaged or hostile file there may be many */
#define FUNCTIONS_MAX (UINT64_C(1) << 24)

/* In the moduledata: the same in 1.16 to 1.27. */
enum {
	MODULE_HEADER = 0,
	MODULE_NAMES = 8,
	MODULE_LOOKUP = 128,
	MODULE_TEXT = 176,
	MODULE_END = 184,
};

static bool layout_of(uint32_t magic, enum go_layout *layout)
{
	switch (magic) {
	case 0xfffffffa: *layout = GO_1_16; return true;
	case 0xfffffff0: *layout = GO_1_18; return true;
	case 0xfffffff1: *layout = GO_1_20; return true;
	default: return false;
	}
}

/* What one entry of the table of functions takes. */
static uint64_t entry_bytes(enum go_layout layout)
{
	return layout == GO_1_16 ? 16 : 8;
}

/* Read the header at header->bytes. False: it is none, or the tables are not in the file. */
static bool header_read(struct go_header *header)
{
	uint64_t word[HEADER_WORDS], *table;
	const uint8_t *bytes = header->bytes;
	uint32_t magic;

	if (header->byte_count < 8 + sizeof(word))
		return false;
	memcpy(&magic, bytes, sizeof(magic));
	if (!layout_of(magic, &header->layout) || bytes[4] || bytes[5] ||
	    (bytes[6] != 1 && bytes[6] != 4) || bytes[7] != 8)
		return false;
	header->step = bytes[6];
	memcpy(word, bytes + 8, sizeof(word));
	header->functions = word[0];
	table = header->layout == GO_1_16 ? &word[2] : &word[3]; /* after textStart */
	header->names = table[0];
	header->units = table[1];
	header->files = table[2];
	header->values = table[3];
	header->lookup = table[4];
	return header->functions && header->functions <= FUNCTIONS_MAX &&
	       header->names >= 56 && header->names < header->units &&
	       header->units < header->files && header->files < header->values &&
	       header->values < header->lookup && header->lookup < header->byte_count &&
	       header->functions * entry_bytes(header->layout) + 8 <=
	           header->byte_count - header->lookup;
}

struct searching {
	struct go_words *words;
	struct go_header *header;
	unsigned headers; /* that a moduledata was searched for */
};

/* Whether the bytes of a code segment are at both addresses. */
static bool is_code(Elf *elf, uint64_t low, uint64_t high)
{
	size_t count;

	return low < high && elf_image_at(elf, low, &count) && high - low <= count;
}

static bool is_module(void *context, uint64_t address)
{
	struct searching *searching = context;
	const struct go_words *words = searching->words;
	struct go_header *header = searching->header;
	uint64_t names, lookup;

	if (!go_words_get(words, address + MODULE_NAMES, &names) ||
	    names != header->address + header->names ||
	    !go_words_get(words, address + MODULE_LOOKUP, &lookup) ||
	    lookup != header->address + header->lookup ||
	    !go_words_get(words, address + MODULE_TEXT, &header->text) ||
	    !go_words_get(words, address + MODULE_END, &header->end) ||
	    !is_code(words->elf, header->text, header->end))
		return false;
	header->module = address;
	return true;
}

/* Search a segment for a header that a moduledata points to. */
static bool segment_search(struct searching *searching, const GElf_Phdr *segment)
{
	struct go_words *words = searching->words;
	struct go_header *header = searching->header;
	uint64_t at = (segment->p_vaddr + HEADER_STEP - 1) & ~(uint64_t)(HEADER_STEP - 1);
	size_t count = 0, i;
	const uint8_t *bytes = elf_image_at(words->elf, at, &count);
	uint32_t magic;

	for (i = 0; bytes && count >= HEADER_STEP && i <= count - HEADER_STEP;
	     i += HEADER_STEP) {
		memcpy(&magic, bytes + i, sizeof(magic));
		if (!layout_of(magic, &header->layout))
			continue;
		header->bytes = bytes + i;
		header->byte_count = count - i;
		header->address = at + i;
		if (!header_read(header))
			continue;
		if (++searching->headers > HEADERS_MAX || go_words_read(words))
			return false;
		if (go_words_search(words, header->address + MODULE_HEADER, is_module,
		                    searching))
			return true;
	}
	return false;
}

/* Whether one of the ELF notes in a segment is of Go's linker. */
static bool has_go_note(Elf *elf, const GElf_Phdr *segment)
{
	static const char owner[] = "Go\0";
	size_t count = 0, at = 0, step;
	const uint8_t *bytes = segment->p_type == PT_NOTE
	                           ? elf_image_at(elf, segment->p_vaddr, &count)
	                           : NULL;
	Elf64_Nhdr note;

	if (count > segment->p_filesz)
		count = segment->p_filesz;
	while (bytes && count - at >= sizeof(note) + sizeof(owner)) {
		memcpy(&note, bytes + at, sizeof(note));
		if (note.n_namesz == sizeof(owner) &&
		    !memcmp(bytes + at + sizeof(note), owner, sizeof(owner)))
			return true;
		step = sizeof(note) + (((size_t)note.n_namesz + 3) & ~(size_t)3) +
		       (((size_t)note.n_descsz + 3) & ~(size_t)3);
		if (step > count - at)
			break;
		at += step;
	}
	return false;
}

bool go_header_find(struct go_words *words, struct go_header *header)
{
	const char *identity = elf_getident(words->elf, NULL);
	struct searching searching = { words, header, 0 };
	GElf_Phdr segment;
	bool is_go = false;
	size_t count, i;
	int code;

	if (!identity || identity[EI_CLASS] != ELFCLASS64 ||
	    identity[EI_DATA] != ELFDATA2LSB || elf_getphdrnum(words->elf, &count))
		return false;
	/* only unusual linkers put the tables beside code, which is not searched for nothing */
	for (code = 0; code < (is_go ? 2 : 1); code++) {
		for (i = 0; i < count; i++) {
			if (!gelf_getphdr(words->elf, (int)i, &segment))
				continue;
			is_go |= has_go_note(words->elf, &segment);
			if (segment.p_type == PT_LOAD && !(segment.p_flags & PF_X) == !code &&
			    segment_search(&searching, &segment))
				return true;
		}
	}
	return false;
}
