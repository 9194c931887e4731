/* symbols/dwarf_package.c - cuts units out of a .dwp file (DWARF 5, section 7.3.5). */
#include "symbols/dwarf_package.h"

#include "base/array.h"
#include "symbols/dwarf_bases.h"

#include <dwarf.h>
#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The parts of a unit, by their numbers in the index of a .dwp file. */
enum {
	PART_INFO = 1,
	PART_ABBREV = 3,
	PART_LINE,
	PART_OFFSETS = 6,
	PART_RANGES = 8,
	PARTS
};

#define COLUMNS_MAX 16

/* A section, or a part of one. */
struct bytes {
	const uint8_t *data;
	uint64_t count;
};

/* Where the units' parts of a section of the module's file begin, sorted. */
struct starts {
	uint64_t *starts;
	size_t count, capacity;
	bool is_read;
};

/* A unit that was asked for: an ELF file in memory. */
struct piece {
	void *map;
	size_t bytes;
	Elf *elf;
	Dwarf *dwarf;
};

struct dwarf_package {
	int file;
	Elf *elf;
	struct bytes parts[PARTS], index;
	uint64_t strings_at, strings_bytes; /* in the file: too large to be copied */
	uint32_t version, columns, rows, slots;
	struct starts addresses, ranges;
	struct piece *pieces;
	size_t count, capacity;
	void (*memory_out)(void) __attribute__((noreturn));
};

/* ---- the sections of a file ---- */

/* A section by its name, as it is in memory; 0 bytes: there is none. */
static struct bytes section_find(Elf *elf, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	const char *its_name;
	Elf_Data *data;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return (struct bytes){ NULL, 0 };
	while ((section = elf_nextscn(elf, section))) {
		its_name = gelf_getshdr(section, header)
		               ? elf_strptr(elf, names, header->sh_name)
		               : NULL;
		if (!its_name || strcmp(its_name, name) || header->sh_type == SHT_NOBITS ||
		    header->sh_flags & SHF_COMPRESSED)
			continue;
		data = elf_getdata(section, NULL);
		if (data && data->d_buf)
			return (struct bytes){ data->d_buf, data->d_size };
	}
	return (struct bytes){ NULL, 0 };
}

/* The bytes from `at` on; none if there are not so many. */
static struct bytes bytes_from(struct bytes all, uint64_t at)
{
	return at < all.count ? (struct bytes){ all.data + at, all.count - at }
	                      : (struct bytes){ NULL, 0 };
}

static uint32_t word_at(const struct dwarf_package *package, uint64_t at)
{
	uint32_t word = 0;

	if (at <= package->index.count && package->index.count - at >= sizeof(word))
		memcpy(&word, package->index.data + at, sizeof(word));
	return word;
}

/* ---- the index of a .dwp file ---- */

/* Its header is 4 words; the slots follow, each of 8 and then each of 4 bytes. */
#define INDEX_SLOTS 16

/* Where a word of the index's table is: row 0 says which parts the columns are. */
static uint64_t table_at(const struct dwarf_package *package, uint64_t row,
                         uint32_t column)
{
	return INDEX_SLOTS + package->slots * UINT64_C(12) +
	       (row * package->columns + column) * 4;
}

static bool index_read(struct dwarf_package *package)
{
	package->version = word_at(package, 0) & 0xffff; /* 2: before DWARF 5 */
	package->columns = word_at(package, 4);
	package->rows = word_at(package, 8);
	package->slots = word_at(package, 12);
	return (package->version == 5 || package->version == 2) && package->slots &&
	       !(package->slots & (package->slots - 1)) &&
	       package->columns <= COLUMNS_MAX && package->rows <= package->slots &&
	       table_at(package, 1 + UINT64_C(2) * package->rows, 0) <=
	           package->index.count;
}

/* The row of a unit in the table, from 1; 0: it is not there. */
static uint32_t row_find(const struct dwarf_package *package, uint64_t id)
{
	uint64_t mask = package->slots - 1, slot = id & mask, step = (id >> 32 & mask) | 1;
	uint32_t tries, row;
	uint64_t its_id;

	for (tries = 0; tries < package->slots; tries++, slot = (slot + step) & mask) {
		row = word_at(package, INDEX_SLOTS + package->slots * UINT64_C(8) + slot * 4);
		memcpy(&its_id, package->index.data + INDEX_SLOTS + slot * 8, sizeof(its_id));
		if (!row || its_id == id)
			return row <= package->rows ? row : 0;
	}
	return 0;
}

/* The parts of a unit. False: they are not all within their sections. */
static bool parts_find(const struct dwarf_package *package, uint32_t row,
                       struct bytes *parts)
{
	uint32_t i, part, bytes;
	struct bytes rest;

	for (i = 0; i < package->columns; i++) {
		part = word_at(package, table_at(package, 0, i));
		bytes = word_at(package, table_at(package, (uint64_t)package->rows + row, i));
		if (part >= PARTS || !package->parts[part].count || !bytes)
			continue;
		rest = bytes_from(package->parts[part],
		                  word_at(package, table_at(package, row, i)));
		if (rest.count < bytes)
			return false;
		parts[part] = (struct bytes){ rest.data, bytes };
	}
	return parts[PART_INFO].count && parts[PART_ABBREV].count;
}

struct dwarf_package *dwarf_package_open(const char *path,
                                         void (*memory_out)(void)
                                             __attribute__((noreturn)))
{
	static const char *const names[PARTS] = {
		[PART_INFO] = ".debug_info.dwo",
		[PART_ABBREV] = ".debug_abbrev.dwo",
		[PART_LINE] = ".debug_line.dwo",
		[PART_RANGES] = ".debug_rnglists.dwo",
		[PART_OFFSETS] = ".debug_str_offsets.dwo",
	};
	struct dwarf_package *package = calloc(1, sizeof(*package));
	GElf_Shdr header;
	uint32_t i;

	if (!package)
		return NULL;
	package->memory_out = memory_out;
	package->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (package->file >= 0 && elf_version(EV_CURRENT) != EV_NONE)
		package->elf = elf_begin(package->file, ELF_C_READ_MMAP, NULL);
	if (package->elf && gelf_getclass(package->elf) == ELFCLASS64) {
		for (i = 0; i < PARTS; i++) {
			if (names[i])
				package->parts[i] = section_find(package->elf, names[i], &header);
		}
		package->strings_bytes = section_find(package->elf, ".debug_str.dwo", &header)
		                             .count;
		package->strings_at = package->strings_bytes ? header.sh_offset : 0;
		package->index = section_find(package->elf, ".debug_cu_index", &header);
		if (index_read(package))
			return package;
	}
	dwarf_package_free(package);
	return NULL;
}

void dwarf_package_free(struct dwarf_package *package)
{
	size_t i;

	if (!package)
		return;
	for (i = 0; i < package->count; i++) {
		dwarf_end(package->pieces[i].dwarf);
		elf_end(package->pieces[i].elf);
		munmap(package->pieces[i].map, package->pieces[i].bytes);
	}
	free(package->pieces);
	free(package->addresses.starts);
	free(package->ranges.starts);
	elf_end(package->elf);
	if (package->file >= 0)
		close(package->file);
	free(package);
}

/* ---- a unit as a file ---- */

/* The sections of such a file; the last one is mapped behind the others. */
enum {
	INFO,
	ABBREV,
	LINE,
	OFFSETS,
	RANGES,
	ADDRESSES,
	OLD_RANGES,
	NAMES,
	STRINGS,
	SECTIONS
};

/* Without ".dwo", since addresses are there, too. Each entry is as long as the longest. */
#define NAME_BYTES 20
static const char section_names[SECTIONS][NAME_BYTES] = {
	".debug_info",        ".debug_abbrev",   ".debug_line",
	".debug_str_offsets", ".debug_rnglists", ".debug_addr",
	".debug_ranges",      ".shstrtab",       ".debug_str",
};

/* A number of the skeleton that may have either of two names. */
static uint64_t number_of(Dwarf_Die *skeleton, unsigned name, unsigned old_name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;

	if (!dwarf_formudata(dwarf_attr(skeleton, name, &attribute), &number) ||
	    !dwarf_formudata(dwarf_attr(skeleton, old_name, &attribute), &number))
		return number;
	return 0;
}

/* Map anew what the package's strings are, behind `front` bytes for the other sections. */
static bool piece_map(const struct dwarf_package *package, struct piece *piece,
                      size_t front)
{
	uint64_t skipped = package->strings_at % (uint64_t)getpagesize(), mapped;

	mapped = package->strings_bytes ? skipped + package->strings_bytes : 0;
	piece->bytes = front + mapped;
	piece->map = mmap(NULL, piece->bytes, PROT_READ | PROT_WRITE,
	                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (piece->map == MAP_FAILED)
		return false;
	if (!mapped ||
	    mmap((char *)piece->map + front, mapped, PROT_READ, MAP_PRIVATE | MAP_FIXED,
	         package->file, (off_t)(package->strings_at - skipped)) != MAP_FAILED)
		return true;
	munmap(piece->map, piece->bytes);
	return false;
}

/* Write the file's header, the headers of its sections, and the sections but for the strings. */
static void piece_write(const struct dwarf_package *package, struct piece *piece,
                        const struct bytes *sections, size_t front)
{
	Elf64_Ehdr *file = piece->map;
	Elf64_Shdr *header = (Elf64_Shdr *)(file + 1);
	uint64_t at = sizeof(*file) + (SECTIONS + 1) * sizeof(*header);
	uint32_t i;

	memcpy(file, elf_getident(package->elf, NULL), EI_NIDENT);
	file->e_type = ET_REL;
	file->e_machine = EM_NONE;
	file->e_version = EV_CURRENT;
	file->e_shoff = sizeof(*file);
	file->e_ehsize = sizeof(*file);
	file->e_shentsize = sizeof(*header);
	file->e_shnum = SECTIONS + 1;
	file->e_shstrndx = NAMES + 1;
	for (i = 0; i < SECTIONS; i++) {
		header++;
		*header = (Elf64_Shdr){ .sh_name = i * NAME_BYTES,
			                    .sh_type = i == NAMES ? SHT_STRTAB : SHT_PROGBITS,
			                    .sh_offset = at,
			                    .sh_size = sections[i].count,
			                    .sh_addralign = 1 };
		if (i == STRINGS)
			header->sh_offset = front + package->strings_at % (uint64_t)getpagesize();
		else if (sections[i].count)
			memcpy((char *)piece->map + at, sections[i].data, sections[i].count);
		if (!sections[i].count)
			header->sh_type = SHT_NULL;
		at += sections[i].count;
	}
}

/* Make the file, and open it. The caller ends what is there of it if it cannot be opened. */
static Dwarf *piece_make(const struct dwarf_package *package, struct piece *piece,
                         const struct bytes *sections)
{
	uint64_t page = (uint64_t)getpagesize(), front;
	uint32_t i;

	front = sizeof(Elf64_Ehdr) + (SECTIONS + 1) * sizeof(Elf64_Shdr);
	for (i = 0; i < STRINGS; i++)
		front += sections[i].count;
	front = (front + page - 1) / page * page;
	if (!piece_map(package, piece, front))
		return NULL;
	piece_write(package, piece, sections, front);
	piece->elf = elf_memory(piece->map, piece->bytes);
	piece->dwarf = piece->elf ? dwarf_begin_elf(piece->elf, DWARF_C_READ, NULL) : NULL;
	if (piece->dwarf && package->memory_out)
		dwarf_new_oom_handler(piece->dwarf, package->memory_out);
	if (!piece->dwarf) {
		elf_end(piece->elf);
		munmap(piece->map, piece->bytes);
	}
	return piece->dwarf;
}

static int start_compare(const void *one, const void *two)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)two;

	return a < b ? -1 : a > b;
}

/* Read them of all units, once. False: memory is out. */
static bool starts_read(struct starts *starts, Dwarf_Die *skeleton, unsigned name,
                        unsigned old_name)
{
	Dwarf *dwarf = dwarf_cu_getdwarf(skeleton->cu);
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;

	if (starts->is_read)
		return true;
	starts->count = 0;
	while (!dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL)) {
		if (array_reserve(starts->starts, starts->capacity, starts->count + 1))
			return false;
		starts->starts[starts->count++] = number_of(&die, name, old_name);
	}
	if (starts->count)
		qsort(starts->starts, starts->count, sizeof(*starts->starts), start_compare);
	return starts->is_read = true;
}

/* A unit's part of a section of the module's file: up to where that of another unit begins. */
static struct bytes part_of(Elf *elf, const char *section, struct starts *starts,
                            Dwarf_Die *skeleton, unsigned name, unsigned old_name)
{
	uint64_t at = number_of(skeleton, name, old_name);
	GElf_Shdr header;
	struct bytes part = bytes_from(section_find(elf, section, &header), at);
	size_t first = 0, end, middle;

	if (!starts_read(starts, skeleton, name, old_name))
		return (struct bytes){ NULL, 0 };
	for (end = starts->count; first < end;) {
		middle = first + (end - first) / 2;
		if (starts->starts[middle] > at)
			end = middle;
		else
			first = middle + 1;
	}
	if (first < starts->count && starts->starts[first] - at < part.count)
		part.count = starts->starts[first] - at;
	return part;
}

/* The sections of the unit that a skeleton stands for, and the bytes of the file around it. */
static bool sections_find(struct dwarf_package *package, Dwarf_Die *skeleton,
                          uint64_t id, struct bytes *sections)
{
	struct bytes parts[PARTS] = { 0 };
	uint32_t row = row_find(package, id);
	Elf *elf = dwarf_getelf(dwarf_cu_getdwarf(skeleton->cu));

	if (!row || !elf || !parts_find(package, row, parts))
		return false;
	sections[INFO] = parts[PART_INFO];
	sections[ABBREV] = parts[PART_ABBREV];
	sections[LINE] = parts[PART_LINE];
	sections[OFFSETS] = parts[PART_OFFSETS];
	sections[RANGES] = package->version == 5 ? parts[PART_RANGES]
	                                         : (struct bytes){ NULL, 0 };
	sections[ADDRESSES] = part_of(elf, ".debug_addr", &package->addresses, skeleton,
	                              DW_AT_addr_base, DW_AT_GNU_addr_base);
	if (package->version != 5)
		sections[OLD_RANGES] = part_of(elf, ".debug_ranges", &package->ranges, skeleton,
		                               DW_AT_GNU_ranges_base, DW_AT_GNU_ranges_base);
	sections[NAMES] = (struct bytes){ (const uint8_t *)section_names,
		                              sizeof(section_names) };
	sections[STRINGS] = (struct bytes){ NULL, package->strings_bytes };
	return true;
}

/* piece_make() with ranges that do not need the skeleton. */
static Dwarf *piece_of(const struct dwarf_package *package, Dwarf_Die *skeleton,
                       struct piece *piece, struct bytes *sections)
{
	uint8_t *made = NULL, *old = NULL;
	Dwarf *dwarf;
	Dwarf_Addr base;

	if (!dwarf_lowpc(skeleton, &base) && base) {
		if (sections[RANGES].count)
			made = dwarf_bases_add(sections[RANGES].data, &sections[RANGES].count,
			                       base);
		if (made)
			sections[RANGES].data = made;
		if (sections[OLD_RANGES].data)
			old = malloc(sections[OLD_RANGES].count);
		if (old) {
			memcpy(old, sections[OLD_RANGES].data, sections[OLD_RANGES].count);
			dwarf_bases_add_old(old, sections[OLD_RANGES].count, base);
			sections[OLD_RANGES].data = old;
		}
	}
	dwarf = piece_make(package, piece, sections);
	free(made);
	free(old);
	return dwarf;
}

bool dwarf_package_unit(struct dwarf_package *package, Dwarf_Die *skeleton,
                        Dwarf_Die *unit)
{
	struct bytes sections[SECTIONS] = { 0 };
	struct piece piece = { NULL, 0, NULL, NULL };
	Dwarf_CU *found = NULL;
	uint64_t id, its_id;
	uint8_t type;

	if (dwarf_cu_info(skeleton->cu, NULL, NULL, NULL, NULL, &id, NULL, NULL) ||
	    !sections_find(package, skeleton, id, sections) ||
	    array_reserve(package->pieces, package->capacity, package->count + 1) ||
	    !piece_of(package, skeleton, &piece, sections))
		return false;
	package->pieces[package->count++] = piece;
	while (!dwarf_get_units(piece.dwarf, found, &found, NULL, &type, unit, NULL)) {
		if (type == DW_UT_split_compile &&
		    !dwarf_cu_info(found, NULL, NULL, NULL, NULL, &its_id, NULL, NULL) &&
		    its_id == id)
			return true;
	}
	return false;
}
