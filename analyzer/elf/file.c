/* elf/file.c - reads a few facts of an ELF file with pread(). */
#include "elf/file.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX 256    /* the kernel accepts up to 64 KiB of them */
#define NOTE_BYTES_MAX 4096 /* read of each PT_NOTE; build-ids come early */
#define DYNAMIC_ENTRIES_MAX 1024
#define LIBRARY_NAME_BYTES 32

/* Read `bytes` at `offset`. ELF_DAMAGED: the file ends before. */
static enum elf_result elf_read(int descriptor, void *to, size_t bytes, uint64_t offset)
{
	size_t done = 0;
	ssize_t got;

	if (offset > INT64_MAX - bytes)
		return ELF_DAMAGED;
	while (done < bytes) {
		got = pread(descriptor, (char *)to + done, bytes - done,
		            (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ELF_UNREADABLE;
		if (got == 0)
			return ELF_DAMAGED;
		done += (size_t)got;
	}
	return ELF_OK;
}

/*
 * The size is the file's claim: it must fit into the field. The NUL is set here, since the
 * file need not have one.
 */
static enum elf_result interpreter_read(struct elf_file *file, int descriptor,
                                        const Elf64_Phdr *segment)
{
	size_t bytes = segment->p_filesz;

	if (bytes == 0 || bytes > sizeof(file->interpreter))
		return ELF_DAMAGED;
	file->has_interpreter = true;
	if (elf_read(descriptor, file->interpreter, bytes, segment->p_offset) != ELF_OK)
		return ELF_DAMAGED;
	file->interpreter[sizeof(file->interpreter) - 1] = '\0';
	return ELF_OK;
}

/* Of several build-ids the first one counts. Go's linker names its ELF notes "Go". */
static void note_take(struct elf_file *file, const Elf64_Nhdr *note, const char *name,
                      const uint8_t *description)
{
	if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
	    !memcmp(name, "GNU", 4) && note->n_descsz > 0 &&
	    note->n_descsz <= sizeof(file->build_id) && !file->build_id_bytes) {
		memcpy(file->build_id, description, note->n_descsz);
		file->build_id_bytes = note->n_descsz;
	}
	if (note->n_namesz == 4 && !memcmp(name, "Go\0", 4))
		file->is_go = true;
}

/* ELF notes are optional: a malformed one ends the search, but is not an error. */
static void notes_read(struct elf_file *file, int descriptor, const Elf64_Phdr *segment)
{
	uint8_t data[NOTE_BYTES_MAX];
	size_t bytes = segment->p_filesz < sizeof(data) ? segment->p_filesz : sizeof(data);
	size_t align = segment->p_align == 8 ? 8 : 4, at = 0, name_at, description_at;
	Elf64_Nhdr note;

	if (elf_read(descriptor, data, bytes, segment->p_offset) != ELF_OK)
		return;
	while (at + sizeof(note) <= bytes) {
		memcpy(&note, data + at, sizeof(note));
		/* Both are untrusted; once they are below NOTE_BYTES_MAX, no sum below can overflow. */
		if (note.n_namesz > bytes || note.n_descsz > bytes)
			return;
		name_at = at + sizeof(note);
		description_at = (name_at + note.n_namesz + align - 1) & ~(align - 1);
		if (description_at + note.n_descsz > bytes)
			return;
		note_take(file, &note, (const char *)data + name_at, data + description_at);
		at = (description_at + note.n_descsz + align - 1) & ~(align - 1);
	}
}

/* The file offset of the byte that is loaded at `address`; 0: there is none. */
static uint64_t offset_find(int descriptor, const Elf64_Ehdr *header, uint64_t address)
{
	Elf64_Phdr segment;
	unsigned i;

	for (i = 0; i < header->e_phnum; i++) {
		if (elf_read(descriptor, &segment, sizeof(segment),
		             header->e_phoff + i * sizeof(segment)) != ELF_OK)
			return 0;
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address - segment.p_vaddr < segment.p_filesz)
			return address - segment.p_vaddr + segment.p_offset;
	}
	return 0;
}

bool elf_name_is_asan(const char *name)
{
	const char *slash = strrchr(name, '/');

	name = slash ? slash + 1 : name;
	return !strncmp(name, "libasan.so", 10) || !strncmp(name, "libclang_rt.asan", 16);
}

/*
 * Read the dynamic section up to its DT_NULL. Returns the number of entries; 0 if it is
 * damaged.
 */
static size_t dynamic_load(int descriptor, const Elf64_Phdr *segment,
                           Elf64_Dyn entries[DYNAMIC_ENTRIES_MAX])
{
	size_t count = segment->p_filesz / sizeof(Elf64_Dyn), i;

	if (count > DYNAMIC_ENTRIES_MAX)
		count = DYNAMIC_ENTRIES_MAX;
	if (elf_read(descriptor, entries, count * sizeof(Elf64_Dyn), segment->p_offset) !=
	    ELF_OK)
		return 0;
	for (i = 0; i < count && entries[i].d_tag != DT_NULL; i++)
		;
	return i;
}

/* Read the start of a name in the string table, enough to recognize it; "" if unreadable. */
static const char *string_read(char name[LIBRARY_NAME_BYTES], int descriptor,
                               uint64_t strings, uint64_t at)
{
	size_t bytes = LIBRARY_NAME_BYTES - 1;

	/* near the end of the file there are fewer bytes */
	while (bytes && elf_read(descriptor, name, bytes, strings + at) != ELF_OK)
		bytes /= 2;
	name[bytes] = '\0';
	return name;
}

/*
 * Find out which libraries are needed. The string table may be named after the libraries, so
 * this takes two passes. It is given as an address in memory, which must be found in the
 * file.
 */
static void dynamic_read(struct elf_file *file, int descriptor,
                         const Elf64_Ehdr *header, const Elf64_Phdr *segment)
{
	Elf64_Dyn *entries = calloc(DYNAMIC_ENTRIES_MAX, sizeof(*entries));
	size_t count = entries ? dynamic_load(descriptor, segment, entries) : 0, i;
	char name[LIBRARY_NAME_BYTES];
	uint64_t strings = 0;

	for (i = 0; i < count; i++) {
		if (entries[i].d_tag == DT_NEEDED)
			file->has_libraries = true;
		else if (entries[i].d_tag == DT_STRTAB)
			strings = offset_find(descriptor, header, entries[i].d_un.d_ptr);
	}
	for (i = 0; i < count && strings; i++) {
		if (entries[i].d_tag == DT_NEEDED &&
		    elf_name_is_asan(
				string_read(name, descriptor, strings, entries[i].d_un.d_val)))
			file->needs_asan = true;
	}
	free(entries);
}

/*
 * Go through the program headers, each read by itself: the table is as long as the file
 * claims.
 */
static enum elf_result segments_read(struct elf_file *file, int descriptor,
                                     const Elf64_Ehdr *header)
{
	enum elf_result result;
	Elf64_Phdr segment;
	unsigned i;

	if (header->e_phnum > SEGMENTS_MAX ||
	    (header->e_phnum && header->e_phentsize != sizeof(segment)))
		return ELF_DAMAGED;
	for (i = 0; i < header->e_phnum; i++) {
		result = elf_read(descriptor, &segment, sizeof(segment),
		                  header->e_phoff + i * sizeof(segment));
		if (result != ELF_OK)
			return result;
		if (segment.p_type == PT_INTERP &&
		    interpreter_read(file, descriptor, &segment) != ELF_OK)
			return ELF_DAMAGED;
		if (segment.p_type == PT_NOTE)
			notes_read(file, descriptor, &segment);
		if (segment.p_type == PT_DYNAMIC)
			dynamic_read(file, descriptor, header, &segment);
	}
	return ELF_OK;
}

enum elf_result elf_file_read(struct elf_file *file, int descriptor)
{
	unsigned char ident[EI_NIDENT];
	enum elf_result result;
	Elf64_Ehdr header;

	memset(file, 0, sizeof(*file));
	result = elf_read(descriptor, ident, SELFMAG, 0);
	if (result == ELF_UNREADABLE)
		return result;
	if (result != ELF_OK || memcmp(ident, ELFMAG, SELFMAG))
		return ELF_NOT_ELF;
	/* e_machine has the same offset in both classes */
	result = elf_read(descriptor, &header, offsetof(Elf64_Ehdr, e_version), 0);
	if (result != ELF_OK)
		return result;
	/* The fields of a big-endian file would have to be swapped; no such program runs here. */
	if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
		file->machine = EM_NONE;
		return ELF_OK;
	}
	file->machine = header.e_machine;
	file->is_64bit = header.e_ident[EI_CLASS] == ELFCLASS64;
	if (!file->is_64bit)
		return ELF_OK;
	result = elf_read(descriptor, &header, sizeof(header), 0);
	if (result != ELF_OK)
		return result;
	return segments_read(file, descriptor, &header);
}

bool elf_file_is_build(const struct elf_file *file, const uint8_t *build_id,
                       size_t bytes)
{
	return file->build_id_bytes == bytes &&
	       (!bytes || !memcmp(file->build_id, build_id, bytes));
}

const char *elf_build_id_text(char *text, const uint8_t *build_id, size_t bytes)
{
	size_t i;

	text[0] = 0;
	for (i = 0; i < bytes && i < BUILD_ID_BYTES_MAX; i++)
		snprintf(text + 2 * i, 3, "%02x", build_id[i]);
	return text;
}
