/*
 * elf/landing_pads.c - reads frame descriptions (Linux Standard Base, "Exception Frames") and
 * tables of exceptions (Itanium C++ ABI, "Exception Handling", 7.3).
 */
#include "elf/landing_pads.h"

#include "base/array.h"
#include "elf/image.h"

#include <stdbool.h>
#include <string.h>

/* How a pointer is written (DW_EH_PE_*): its format, what is to be added, and a flag. */
#define ENCODING_NONE 0xff
#define ENCODING_FORMAT 0x0f
#define ENCODING_BASE 0x70
#define FROM_HERE 0x10     /* pcrel */
#define FROM_FUNCTION 0x40 /* funcrel */
#define INDIRECT 0x80      /* it is the address of the pointer */

#define PADS_MAX 1000000u /* of one function */

/* Reads forwards; `is_bad` stays set once something was wrong, and all that follows is 0. */
struct cursor {
	const uint8_t *bytes;
	size_t at, count;
	uint64_t address; /* of bytes[0] */
	bool is_bad;
};

static uint64_t fixed_read(struct cursor *cursor, unsigned bytes)
{
	uint64_t value = 0;

	if (cursor->is_bad || cursor->count - cursor->at < bytes) {
		cursor->is_bad = true;
		return 0;
	}
	memcpy(&value, cursor->bytes + cursor->at, bytes); /* both are little-endian */
	cursor->at += bytes;
	return value;
}

/* A number of 7 bits a byte. *bits: how many it had; *last: its last byte. */
static uint64_t parts_read(struct cursor *cursor, unsigned *bits, uint8_t *last)
{
	uint64_t value = 0;

	*bits = 0;
	do {
		*last = (uint8_t)fixed_read(cursor, 1);
		if (*bits < 64)
			value |= (uint64_t)(*last & 0x7f) << *bits;
		*bits += 7;
	} while (*last & 0x80 && !cursor->is_bad);
	return value;
}

static uint64_t unsigned_read(struct cursor *cursor)
{
	unsigned bits;
	uint8_t last;

	return parts_read(cursor, &bits, &last);
}

static uint64_t signed_read(struct cursor *cursor)
{
	unsigned bits;
	uint8_t last;
	uint64_t value = parts_read(cursor, &bits, &last);

	return last & 0x40 && bits < 64 ? value | UINT64_MAX << bits : value;
}

static uint64_t format_read(struct cursor *cursor, unsigned format)
{
	switch (format) {
	case 0x0: return fixed_read(cursor, 8);
	case 0x1: return unsigned_read(cursor);
	case 0x2: return fixed_read(cursor, 2);
	case 0x3: return fixed_read(cursor, 4);
	case 0x4: return fixed_read(cursor, 8);
	case 0x9: return signed_read(cursor);
	case 0xa: return (uint64_t)(int16_t)fixed_read(cursor, 2);
	case 0xb: return (uint64_t)(int32_t)fixed_read(cursor, 4);
	case 0xc: return fixed_read(cursor, 8);
	default: cursor->is_bad = true; return 0;
	}
}

/* Read a pointer; 0 stays 0, and means that there is none. */
static uint64_t pointer_read(struct cursor *cursor, uint8_t encoding, uint64_t function)
{
	uint64_t here = cursor->address + cursor->at;
	uint64_t value = format_read(cursor, encoding & ENCODING_FORMAT);

	if (!value)
		return 0;
	switch (encoding & ENCODING_BASE) {
	case 0: return value;
	case FROM_HERE: return here + value;
	case FROM_FUNCTION: return function + value;
	default: cursor->is_bad = true; return 0;
	}
}

/* ---- the table ------------------------------------------------------------------------ */

static int pad_add(struct landing_pads *pads, uint64_t low, uint64_t bytes,
                   uint64_t pad)
{
	if (!pad || !bytes || low + bytes < low)
		return 0;
	if (pads->count >= PADS_MAX ||
	    array_reserve(pads->list, pads->capacity, pads->count + 1))
		return -1;
	pads->list[pads->count++] = (struct landing_pad){ low, low + bytes, pad };
	return 0;
}

int landing_pads_parse(struct landing_pads *pads, const uint8_t *bytes, size_t count,
                       uint64_t address, uint64_t function)
{
	struct cursor cursor = { .bytes = bytes, .count = count, .address = address };
	uint64_t start = function, low, length, pad, table;
	uint8_t encoding = (uint8_t)fixed_read(&cursor, 1);

	if (encoding != ENCODING_NONE)
		start = pointer_read(&cursor, encoding, function);
	if ((uint8_t)fixed_read(&cursor, 1) != ENCODING_NONE)
		unsigned_read(&cursor); /* where the types are */
	encoding = (uint8_t)fixed_read(&cursor, 1);
	table = unsigned_read(&cursor);
	if (cursor.is_bad || table > count - cursor.at)
		return -1;
	cursor.count = cursor.at + table;
	while (cursor.at < cursor.count) {
		low = format_read(&cursor, encoding & ENCODING_FORMAT);
		length = format_read(&cursor, encoding & ENCODING_FORMAT);
		pad = format_read(&cursor, encoding & ENCODING_FORMAT);
		unsigned_read(&cursor); /* what is caught */
		if (cursor.is_bad ||
		    pad_add(pads, function + low, length, pad ? start + pad : 0))
			return -1;
	}
	return 0;
}

/* ---- the frame description ------------------------------------------------------------ */

/* How pointers in the frame descriptions of one kind are written. */
struct frame_kind {
	uint8_t code, table;
};

/* Begin an entry at the address: `count` is its length, `at` after its length. */
static bool entry_open(struct cursor *cursor, Elf *elf, uint64_t address)
{
	size_t count;
	uint64_t length;

	*cursor = (struct cursor){ .address = address };
	cursor->bytes = elf_image_at(elf, address, &count);
	if (!cursor->bytes)
		return false;
	cursor->count = count;
	length = fixed_read(cursor, 4);
	/* the longest lengths announce another format, which nothing writes here */
	if (cursor->is_bad || length >= 0xfffffff0 || length > count - cursor->at)
		return false;
	cursor->count = cursor->at + length;
	return true;
}

/* Read what the letters of `text` say, in their order. */
static bool letters_read(struct cursor *cursor, const char *text,
                         struct frame_kind *kind)
{
	uint8_t encoding;

	for (; *text; text++) {
		switch (*text) {
		case 'L': kind->table = (uint8_t)fixed_read(cursor, 1); break;
		case 'R': kind->code = (uint8_t)fixed_read(cursor, 1); break;
		case 'P':
			encoding = (uint8_t)fixed_read(cursor, 1);
			format_read(cursor, encoding & ENCODING_FORMAT);
			break;
		case 'S':
		case 'B': break;
		default: return false;
		}
	}
	return !cursor->is_bad;
}

/* Read the description that several frame descriptions share (CIE). */
static bool kind_read(Elf *elf, uint64_t address, struct frame_kind *kind)
{
	struct cursor cursor;
	const char *text;
	size_t length;
	uint8_t version;

	*kind = (struct frame_kind){ 0, ENCODING_NONE };
	if (!entry_open(&cursor, elf, address) || fixed_read(&cursor, 4) != 0)
		return false;
	version = (uint8_t)fixed_read(&cursor, 1);
	text = (const char *)cursor.bytes + cursor.at;
	length = cursor.is_bad ? 0 : strnlen(text, cursor.count - cursor.at);
	if ((version != 1 && version != 3) || length == cursor.count - cursor.at)
		return false;
	cursor.at += length + 1;
	unsigned_read(&cursor); /* alignments of code and data, and a register */
	signed_read(&cursor);
	if (version == 1)
		fixed_read(&cursor, 1);
	else
		unsigned_read(&cursor);
	if (text[0] != 'z')
		return !cursor.is_bad;
	unsigned_read(&cursor);
	return letters_read(&cursor, text + 1, kind);
}

int landing_pads_read(struct landing_pads *pads, Elf *elf, uint64_t frame)
{
	struct cursor cursor;
	struct frame_kind kind;
	uint64_t here, back, function, table;
	const uint8_t *bytes;
	size_t count;

	if (!entry_open(&cursor, elf, frame))
		return -1;
	here = cursor.address + cursor.at;
	back = fixed_read(&cursor, 4);
	if (cursor.is_bad || !back || !kind_read(elf, here - back, &kind))
		return -1;
	if (kind.table == ENCODING_NONE)
		return 0;
	function = pointer_read(&cursor, kind.code, 0);
	format_read(&cursor, kind.code & ENCODING_FORMAT); /* its size */
	unsigned_read(&cursor);
	table = pointer_read(&cursor, kind.table, function);
	if (cursor.is_bad || (kind.code | kind.table) & INDIRECT)
		return -1;
	if (!table)
		return 0;
	bytes = elf_image_at(elf, table, &count);
	return bytes ? landing_pads_parse(pads, bytes, count, table, function) : -1;
}

uint64_t landing_pads_find(const struct landing_pads *pads, uint64_t address)
{
	size_t i;

	for (i = 0; i < pads->count; i++) {
		if (address >= pads->list[i].low && address < pads->list[i].high)
			return pads->list[i].pad;
	}
	return 0;
}
