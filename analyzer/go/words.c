/* go/words.c - reads the relocations that the dynamic section names, and finds words. */
#include "go/words.h"

#include "base/array.h"
#include "elf/image.h"

#include <stdlib.h>
#include <string.h>

#define RELOCATED_MAX \
	(UINT32_C(1) << 24) /* in a file; the words of more are not known */

/* Where the dynamic section says that things are. */
struct dynamic {
	uint64_t relocations, bytes; /* DT_RELA, DT_RELASZ */
	uint64_t symbols;            /* DT_SYMTAB */
};

static bool segment_get(Elf *elf, size_t number, GElf_Phdr *segment)
{
	size_t count;

	return !elf_getphdrnum(elf, &count) && number < count &&
	       gelf_getphdr(elf, (int)number, segment);
}

static void dynamic_read(Elf *elf, struct dynamic *dynamic)
{
	const Elf64_Dyn *entry;
	GElf_Phdr segment;
	size_t i;
	uint64_t at;
	Elf64_Dyn tag;

	*dynamic = (struct dynamic){ .bytes = 0 };
	for (i = 0; segment_get(elf, i, &segment) && segment.p_type != PT_DYNAMIC; i++)
		;
	if (!segment_get(elf, i, &segment))
		return;
	for (at = 0;
	     segment.p_filesz >= sizeof(tag) && at <= segment.p_filesz - sizeof(tag);
	     at += sizeof(tag)) {
		entry = (const void *)elf_image_bytes(elf, segment.p_vaddr + at, sizeof(tag));
		if (!entry)
			return;
		memcpy(&tag, entry, sizeof(tag));
		if (tag.d_tag == DT_NULL)
			return;
		if (tag.d_tag == DT_RELA)
			dynamic->relocations = tag.d_un.d_ptr;
		if (tag.d_tag == DT_RELASZ)
			dynamic->bytes = tag.d_un.d_val;
		if (tag.d_tag == DT_SYMTAB)
			dynamic->symbols = tag.d_un.d_ptr;
	}
}

/* What the loader writes, at bias 0. False: not an address of this file. */
static bool relocated_value(Elf *elf, const struct dynamic *dynamic,
                            const Elf64_Rela *rela, uint64_t *value)
{
	unsigned machine = elf_image_machine(elf);
	uint32_t type = (uint32_t)ELF64_R_TYPE(rela->r_info);
	uint64_t number = ELF64_R_SYM(rela->r_info);
	const uint8_t *bytes;
	Elf64_Sym symbol;

	*value = (uint64_t)rela->r_addend;
	if ((machine == EM_X86_64 && type == R_X86_64_RELATIVE) ||
	    (machine == EM_AARCH64 && type == R_AARCH64_RELATIVE))
		return true;
	if ((machine != EM_X86_64 || type != R_X86_64_64) &&
	    (machine != EM_AARCH64 || type != R_AARCH64_ABS64))
		return false;
	bytes = elf_image_bytes(elf, dynamic->symbols + number * sizeof(symbol),
	                        sizeof(symbol));
	if (!bytes)
		return false;
	memcpy(&symbol, bytes, sizeof(symbol));
	*value += symbol.st_value;
	return symbol.st_shndx != SHN_UNDEF;
}

static int word_compare(const void *left, const void *right)
{
	const struct go_word *a = left, *b = right;

	return a->at < b->at ? -1 : a->at > b->at;
}

int go_words_read(struct go_words *words)
{
	Elf *elf = words->elf;
	struct dynamic dynamic;
	const uint8_t *bytes;
	Elf64_Rela rela;
	uint64_t count, i, value;

	if (words->is_read)
		return 0;
	words->is_read = true;
	dynamic_read(elf, &dynamic);
	count = dynamic.bytes / sizeof(rela);
	bytes = count <= RELOCATED_MAX && count
	            ? elf_image_bytes(elf, dynamic.relocations, count * sizeof(rela))
	            : NULL;
	for (i = 0; bytes && i < count; i++) {
		memcpy(&rela, bytes + i * sizeof(rela), sizeof(rela));
		if (!relocated_value(elf, &dynamic, &rela, &value))
			continue;
		if (array_reserve(words->relocated, words->capacity, words->count + 1))
			return -1;
		words->relocated[words->count++] = (struct go_word){ rela.r_offset, value };
	}
	if (words->count)
		qsort(words->relocated, words->count, sizeof(*words->relocated), word_compare);
	return 0;
}

void go_words_release(struct go_words *words)
{
	free(words->relocated);
	*words = (struct go_words){ .elf = NULL };
}

bool go_words_get(const struct go_words *words, uint64_t address, uint64_t *value)
{
	const struct go_word like = { .at = address }, *found = NULL;
	const uint8_t *bytes;

	if (words->count)
		found = bsearch(&like, words->relocated, words->count,
		                sizeof(*words->relocated), word_compare);
	if (found) {
		*value = found->value;
		return true;
	}
	bytes = elf_image_bytes(words->elf, address, sizeof(*value));
	if (bytes)
		memcpy(value, bytes, sizeof(*value));
	return bytes != NULL;
}

/* The words of one segment as they are in the file. */
static bool segment_search(const struct go_words *words, const GElf_Phdr *segment,
                           uint64_t value,
                           bool (*each)(void *context, uint64_t address), void *context)
{
	uint64_t at = (segment->p_vaddr + 7) & ~UINT64_C(7), word;
	size_t count = 0, i;
	const uint8_t *bytes = elf_image_at(words->elf, at, &count);

	for (i = 0; bytes && count >= sizeof(word) && i <= count - sizeof(word); i += 8) {
		memcpy(&word, bytes + i, sizeof(word));
		if (word == value && each(context, at + i))
			return true;
	}
	return false;
}

bool go_words_search(const struct go_words *words, uint64_t value,
                     bool (*each)(void *context, uint64_t address), void *context)
{
	GElf_Phdr segment;
	size_t i;

	for (i = 0; i < words->count; i++) {
		if (words->relocated[i].value == value && each(context, words->relocated[i].at))
			return true;
	}
	for (i = 0; segment_get(words->elf, i, &segment); i++) {
		if (segment.p_type == PT_LOAD && !(segment.p_flags & PF_X) &&
		    segment_search(words, &segment, value, each, context))
			return true;
	}
	return false;
}
