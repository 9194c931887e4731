/* symbols/dwarf_bases.c - rewrites .debug_rnglists and .debug_ranges. */
#include "symbols/dwarf_bases.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 12 /* of .debug_rnglists, in the 32-bit format */
#define COUNT_AT 8      /* in it: how many lists there are */
#define BASE_BYTES 9    /* of an entry with a base */
#define LISTS_MAX (1u << 24)

/* The numbers of variable and of fixed size that follow a kind of entry. */
struct shape {
	uint8_t numbers, bytes;
};

static const struct shape shapes[] = {
	[DW_RLE_end_of_list] = { 0, 0 }, [DW_RLE_base_addressx] = { 1, 0 },
	[DW_RLE_startx_endx] = { 2, 0 }, [DW_RLE_startx_length] = { 2, 0 },
	[DW_RLE_offset_pair] = { 2, 0 }, [DW_RLE_base_address] = { 0, 8 },
	[DW_RLE_start_end] = { 0, 16 },  [DW_RLE_start_length] = { 1, 8 },
};

/* The bytes of a list with its end; 0: it does not end before `end`. */
static uint64_t list_bytes(const uint8_t *list, const uint8_t *end)
{
	const uint8_t *at = list;
	struct shape shape;
	uint8_t kind;

	while (at < end) {
		kind = *at++;
		if (kind >= sizeof(shapes) / sizeof(*shapes))
			return 0;
		shape = shapes[kind];
		if (kind == DW_RLE_end_of_list)
			return (uint64_t)(at - list);
		if ((uint64_t)(end - at) < shape.bytes)
			return 0;
		at += shape.bytes;
		while (shape.numbers && at < end)
			shape.numbers -= !(*at++ & 0x80);
	}
	return 0;
}

static uint32_t word_of(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static void word_set(uint8_t *at, uint64_t word)
{
	uint32_t stored = (uint32_t)word;

	memcpy(at, &stored, sizeof(stored));
}

/* What a section with bases has, as long as it is written; without `to` it is only measured. */
static uint64_t lists_write(uint8_t *to, const uint8_t *section, uint64_t bytes,
                            uint32_t lists, uint64_t base)
{
	const uint8_t *end = section + bytes, *table = section + HEADER_BYTES;
	uint64_t made = HEADER_BYTES + UINT64_C(4) * lists, list, size;
	uint32_t i;

	for (i = 0; i < lists; i++) {
		list = word_of(table + 4 * (uint64_t)i);
		size = list < (uint64_t)(end - table) ? list_bytes(table + list, end) : 0;
		if (!size || made + BASE_BYTES + size > UINT32_MAX)
			return 0;
		if (to) {
			word_set(to + HEADER_BYTES + 4 * (uint64_t)i, made - HEADER_BYTES);
			to[made] = DW_RLE_base_address;
			memcpy(to + made + 1, &base, sizeof(base));
			memcpy(to + made + BASE_BYTES, table + list, size);
		}
		made += BASE_BYTES + size;
	}
	return made;
}

uint8_t *dwarf_bases_add(const uint8_t *section, uint64_t *bytes, uint64_t base)
{
	uint32_t lists = *bytes >= HEADER_BYTES ? word_of(section + COUNT_AT) : 0;
	uint64_t made;
	uint8_t *to;

	if (!lists || lists > LISTS_MAX || word_of(section) == UINT32_MAX ||
	    (*bytes - HEADER_BYTES) / 4 < lists)
		return NULL;
	made = lists_write(NULL, section, *bytes, lists, base);
	to = made ? malloc(made) : NULL;
	if (!to)
		return NULL;
	memcpy(to, section, HEADER_BYTES);
	word_set(to, made - 4);
	lists_write(to, section, *bytes, lists, base);
	*bytes = made;
	return to;
}

void dwarf_bases_add_old(uint8_t *section, uint64_t bytes, uint64_t base)
{
	bool has_base = false;
	uint64_t pair[2], at;

	for (at = 0; bytes - at >= sizeof(pair); at += sizeof(pair)) {
		memcpy(pair, section + at, sizeof(pair));
		if (!pair[0] && !pair[1]) {
			has_base = false;
		} else if (pair[0] == UINT64_MAX) {
			has_base = true;
		} else if (!has_base) {
			pair[0] += base;
			pair[1] += base;
			memcpy(section + at, pair, sizeof(pair));
		}
	}
}
