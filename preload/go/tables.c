/* go/tables.c - find and read the tables of a module that Go built. */
#include "go/tables.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

#include "arch.h"

#define HEADER_BYTES 72

/* Words of the header of the tables (runtime.pcHeader). */
enum {
	HEADER_MAGIC = 0,
	HEADER_FUNCTIONS = 1, /* how many there are */
	HEADER_NAMES = 4,     /* offsets, ascending */
	HEADER_VALUES = 7,
	HEADER_LOOKUP = 8,
};

/*
 * The first word of the header: a magic of 1.20 and newer, or of 1.18 and 1.19, two zeros, the
 * size of an instruction, the size of a pointer.
 */
#define MAGIC_NEW UINT64_C(0x08010000fffffff1)
#define MAGIC_OLD UINT64_C(0x08010000fffffff0)

/* Words of runtime.moduledata, the same since 1.18. */
enum {
	MODULE_HEADER = 0,
	MODULE_NAMES = 1,
	MODULE_LOOKUP = 16,
	MODULE_TEXT = 22,
	MODULE_TEXT_END = 23,
	MODULE_WORDS = 24,
};

/* Offsets in a function's record (runtime._func). */
enum {
	RECORD_ENTRY = 0,
	RECORD_NAME = 4,
	RECORD_FRAME = 16,
	RECORD_ID_OLD = 36,
	RECORD_ID = 40
};
#define RECORD_BYTES 44

#define FUNCTIONS_MIN 64 /* the runtime alone has more */
#define FUNCTIONS_MAX (1u << 24)
#define NAME_BYTES_MAX 64
#define STEPS_MAX 100000 /* of a table of values: a broken one must end */

static uint64_t word_at(uintptr_t address)
{
	uint64_t word;

	memcpy(&word, (const void *)address, sizeof(word));
	return word;
}

static uint32_t half_at(const uint8_t *at)
{
	uint32_t half;

	memcpy(&half, at, sizeof(half));
	return half;
}

/* ---- finding ------------------------------------------------------------------- */

/* A segment's bytes that come from the file. */
struct range {
	uintptr_t start, end;
};

struct image {
	const ElfW(Phdr) * segments;
	uint16_t count;
	uintptr_t start, end, bias;
};

/* Read the ELF header at the start of a mapping; its first page is certainly mapped. */
static bool image_read(uintptr_t start, uintptr_t end, struct image *image)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)start;

	if (end - start < ARCH_PAGE_BYTES || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_phentsize != sizeof(ElfW(Phdr)) ||
	    elf->e_phoff + elf->e_phnum * sizeof(ElfW(Phdr)) > ARCH_PAGE_BYTES)
		return false;
	*image = (struct image){ .segments = (const ElfW(Phdr) *)(start + elf->e_phoff),
		                     .count = elf->e_phnum,
		                     .start = start,
		                     .end = end };
	for (uint16_t i = 0; i < image->count; i++) {
		if (image->segments[i].p_type != PT_LOAD)
			continue;
		image->bias = start -
		              (image->segments[i].p_vaddr & ~(uintptr_t)(ARCH_PAGE_BYTES - 1));
		return true;
	}
	return false;
}

/* False: not a segment of readable data, or not in the mapping. */
static bool data_range(const struct image *image, uint16_t index, struct range *range)
{
	const ElfW(Phdr) *segment = &image->segments[index];

	if (segment->p_type != PT_LOAD || segment->p_flags & PF_X ||
	    !(segment->p_flags & PF_R))
		return false;
	range->start = (image->bias + segment->p_vaddr + 7) & ~(uintptr_t)7;
	range->end = image->bias + segment->p_vaddr + segment->p_filesz;
	return range->start >= image->start && range->start < range->end &&
	       range->end <= image->end;
}

/* Whether the tables may begin here; `left`: bytes up to the end of the segment. */
static bool header_is_at(uintptr_t at, uintptr_t left)
{
	uint64_t magic = word_at(at), functions, before = 0;

	if (magic != MAGIC_NEW && magic != MAGIC_OLD)
		return false;
	functions = word_at(at + HEADER_FUNCTIONS * 8);
	if (functions < FUNCTIONS_MIN || functions > FUNCTIONS_MAX ||
	    word_at(at + HEADER_NAMES * 8) < HEADER_BYTES - 8)
		return false;
	for (int i = HEADER_NAMES; i <= HEADER_LOOKUP; i++) {
		uint64_t offset = word_at(at + (uintptr_t)i * 8);

		if (offset <= before || offset > left)
			return false;
		before = offset;
	}
	return before + functions * 8 + 4 <= left;
}

static bool header_find(const struct image *image, struct go_tables *tables)
{
	struct range range;

	for (uint16_t i = 0; i < image->count; i++) {
		if (!data_range(image, i, &range))
			continue;
		for (uintptr_t at = range.start; at + HEADER_BYTES <= range.end; at += 8) {
			if (!header_is_at(at, range.end - at))
				continue;
			*tables = (struct go_tables){
				.start = (const uint8_t *)at,
				.end = (const uint8_t *)range.end,
				.names = word_at(at + HEADER_NAMES * 8),
				.values = word_at(at + HEADER_VALUES * 8),
				.functions = word_at(at + HEADER_LOOKUP * 8),
				.function_count = word_at(at + HEADER_FUNCTIONS * 8),
				.id_at = word_at(at) == MAGIC_NEW ? RECORD_ID : RECORD_ID_OLD,
			};
			return true;
		}
	}
	return false;
}

/* Find the description of the module, which points to the tables, in data that is relocated. */
static bool module_find(const struct image *image, struct go_tables *tables)
{
	uintptr_t start = (uintptr_t)tables->start;
	struct range range;

	for (uint16_t i = 0; i < image->count; i++) {
		if (!(image->segments[i].p_flags & PF_W) || !data_range(image, i, &range))
			continue;
		for (uintptr_t at = range.start; at + MODULE_WORDS * 8 <= range.end; at += 8) {
			if (word_at(at + MODULE_HEADER * 8) != start ||
			    word_at(at + MODULE_NAMES * 8) != start + tables->names ||
			    word_at(at + MODULE_LOOKUP * 8) != start + tables->functions)
				continue;
			tables->text = word_at(at + MODULE_TEXT * 8);
			tables->text_end = word_at(at + MODULE_TEXT_END * 8);
			return tables->text >= image->start && tables->text < tables->text_end &&
			       tables->text_end <= image->end;
		}
	}
	return false;
}

#define BUILD_MAGIC "\xff Go buildinf:"
#define BUILD_MAGIC_BYTES 14
#define BUILD_VERSION 32 /* where the version is: its length, then the text */

/* Returns N of the "go1.N" in the text, or 0. */
static uint16_t version_parse(const char *text, uintptr_t bytes)
{
	uint16_t minor = 0;

	for (; bytes >= 5; text++, bytes--) {
		if (memcmp(text, "go1.", 4) != 0)
			continue;
		for (text += 4, bytes -= 4;
		     bytes && *text >= '0' && *text <= '9' && minor < 1000; text++, bytes--)
			minor = (uint16_t)(minor * 10 + (*text - '0'));
		return minor;
	}
	return 0;
}

/* Returns the version by the linker's build information; 0: it is not there. */
static uint16_t version_find(const struct image *image)
{
	struct range range;

	for (uint16_t i = 0; i < image->count; i++) {
		if (!data_range(image, i, &range))
			continue;
		for (uintptr_t at = (range.start + 15) & ~(uintptr_t)15;
		     at + BUILD_VERSION + 16 <= range.end; at += 16) {
			const char *text = (const char *)at;
			uint8_t bytes = (uint8_t)text[BUILD_VERSION];

			if (memcmp(text, BUILD_MAGIC, BUILD_MAGIC_BYTES) != 0 || !(text[15] & 2) ||
			    bytes > range.end - at - BUILD_VERSION - 1)
				continue;
			return version_parse(text + BUILD_VERSION + 1, bytes & 127);
		}
	}
	return 0;
}

bool go_tables_find(uintptr_t start, uintptr_t end, struct go_tables *tables)
{
	struct image image;

	if (!image_read(start, end, &image) || !header_find(&image, tables) ||
	    !module_find(&image, tables))
		return false;
	tables->version = version_find(&image);
	return true;
}

/* ---- functions ------------------------------------------------------------------ */

/* Whether `bytes` bytes at this offset are in the tables. */
static bool is_inside(const struct go_tables *tables, uint64_t offset, uint64_t bytes)
{
	uint64_t all = (uint64_t)(tables->end - tables->start);

	return offset <= all && bytes <= all - offset;
}

bool go_tables_function(const struct go_tables *tables, uint64_t number,
                        struct go_function *function)
{
	const uint8_t *at = tables->start + tables->functions + number * 8;
	uint64_t offset = tables->functions + half_at(at + 4);

	if (number >= tables->function_count || !is_inside(tables, offset, RECORD_BYTES))
		return false;
	function->record = tables->start + offset;
	function->entry = tables->text + half_at(at);
	function->end = tables->text + half_at(at + 8);
	function->id = function->record[tables->id_at];
	function->flags = function->record[tables->id_at + 1];
	return half_at(function->record + RECORD_ENTRY) == half_at(at) &&
	       function->entry < function->end;
}

bool go_tables_lookup(const struct go_tables *tables, uintptr_t pc,
                      struct go_function *function)
{
	const uint8_t *functions = tables->start + tables->functions;
	uint64_t low = 0, high = tables->function_count;
	uintptr_t offset = pc - tables->text;

	if (offset >= tables->text_end - tables->text)
		return false;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (half_at(functions + middle * 8) <= offset)
			low = middle;
		else
			high = middle;
	}
	return go_tables_function(tables, low, function) && pc >= function->entry &&
	       pc < function->end;
}

bool go_tables_is_named(const struct go_tables *tables,
                        const struct go_function *function, const char *name)
{
	uint64_t offset = tables->names + half_at(function->record + RECORD_NAME);
	const char *at = (const char *)tables->start + offset;

	if (!is_inside(tables, offset, NAME_BYTES_MAX))
		return false;
	while (*name && *name == *at) {
		name++;
		at++;
	}
	return *name == *at;
}

static uint32_t varint(const struct go_tables *tables, const uint8_t **at)
{
	uint32_t value = 0;

	for (int shift = 0; shift < 35 && *at < tables->end; shift += 7) {
		uint8_t byte = *(*at)++;

		value |= (uint32_t)(byte & 127) << shift;
		if (!(byte & 128))
			break;
	}
	return value;
}

/*
 * A table of values is a list of steps: how the value changes, and for how many bytes of code
 * it then is the same.
 */
int64_t go_tables_frame_bytes(const struct go_tables *tables,
                              const struct go_function *function, uintptr_t pc)
{
	uint32_t offset = half_at(function->record + RECORD_FRAME);
	const uint8_t *at = tables->start + tables->values + offset;
	uintptr_t end = function->entry;
	int64_t value = -1;

	if (!offset || !is_inside(tables, tables->values + offset, 1))
		return -1;
	for (int i = 0; i < STEPS_MAX && at < tables->end; i++) {
		uint32_t change = varint(tables, &at);

		if (!change && i)
			return -1;
		value += change & 1 ? -(int64_t)(change >> 1) - 1 : (int64_t)(change >> 1);
		end += varint(tables, &at);
		if (pc < end)
			return value;
	}
	return -1;
}
