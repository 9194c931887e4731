/*
 * modules/cfi.c - find the FDE of an address and run its program up to there.
 */
#include "modules/cfi.h"

#include <string.h>

#include "epilogue.h"
#include "system/system.h"

enum { REGISTER_RBP = 6, REGISTER_RSP = 7, REGISTER_RA = 16 };
#define STATE_DEPTH_MAX 8 /* of remember_state */

/* ---- reading ------------------------------------------------------------------ */

/* A place in the tables. Reading past `end` yields zeros and sets `bad`. */
struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static uint64_t read_fixed(struct reader *reader, unsigned int size_bytes)
{
	uint64_t value = 0;

	if ((size_t)(reader->end - reader->at) < size_bytes) {
		reader->bad = true;
		return 0;
	}
	memcpy(&value, reader->at, size_bytes);
	reader->at += size_bytes;
	return value;
}

static uint64_t read_uleb(struct reader *reader)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)read_fixed(reader, 1);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !reader->bad);
	return value;
}

static int64_t read_sleb(struct reader *reader)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)read_fixed(reader, 1);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !reader->bad);
	if (byte & 0x40 && shift < 64)
		value |= ~UINT64_C(0) << shift;
	return (int64_t)value;
}

/* A DW_EH_PE encoded pointer. Encodings that x86-64 linkers do not use are `bad`. */
static uintptr_t read_encoded(struct reader *reader, uint8_t encoding,
                              uintptr_t data_base)
{
	uintptr_t base = 0, value;

	switch (encoding & 0x70) {
	case 0x00: break;
	case 0x10: base = (uintptr_t)reader->at; break;
	case 0x30: base = data_base; break;
	default: reader->bad = true;
	}
	switch (encoding & 0x0f) {
	case 0x00:
	case 0x04:
	case 0x0c: value = read_fixed(reader, 8); break;
	case 0x01: value = read_uleb(reader); break;
	case 0x02: value = read_fixed(reader, 2); break;
	case 0x03: value = read_fixed(reader, 4); break;
	case 0x09: value = (uintptr_t)read_sleb(reader); break;
	case 0x0a: value = (uintptr_t)(int16_t)read_fixed(reader, 2); break;
	case 0x0b: value = (uintptr_t)(int32_t)read_fixed(reader, 4); break;
	default: reader->bad = true; return 0;
	}
	return base + value;
}

/* ---- entries ------------------------------------------------------------------ */

struct frame_entry {
	struct reader initial, program; /* the CIE's instructions, the FDE's */
	uintptr_t start, end;           /* addresses it covers */
	uint64_t code_align;
	int64_t data_align;
	uint8_t pointer_encoding;
	uintptr_t personality; /* the routine; 0: not readable */
	bool is_signal, has_personality;
};

/* Binary search of .eh_frame_hdr: where the FDE lies that may cover `address`. */
static const uint8_t *table_search(const struct cfi_module *module, uintptr_t address)
{
	uintptr_t base = (uintptr_t)module->frame_table;
	struct reader reader = { module->frame_table, (const uint8_t *)module->end, false };
	uint8_t version = (uint8_t)read_fixed(&reader, 1);
	uint8_t frame_encoding = (uint8_t)read_fixed(&reader, 1);
	uint8_t count_encoding = (uint8_t)read_fixed(&reader, 1);
	uint8_t table_encoding = (uint8_t)read_fixed(&reader, 1);
	uint64_t count, low = 0, high;
	int32_t pair[2];

	read_encoded(&reader, frame_encoding, base);
	count = read_encoded(&reader, count_encoding, base);
	if (reader.bad || version != 1 || table_encoding != 0x3b || !count ||
	    count > (uint64_t)(reader.end - reader.at) / sizeof(pair))
		return NULL;
	high = count;
	while (high - low > 1) { /* invariant: entry `low` starts at or before address */
		uint64_t middle = (low + high) / 2;

		memcpy(pair, reader.at + middle * sizeof(pair), sizeof(pair));
		if (base + (uintptr_t)(intptr_t)pair[0] <= address)
			low = middle;
		else
			high = middle;
	}
	memcpy(pair, reader.at + low * sizeof(pair), sizeof(pair));
	return (const uint8_t *)(base + (uintptr_t)(intptr_t)pair[1]);
}

/* Bounds of the entry (CIE or FDE) at `at`; what follows the length is in `reader`. */
static bool entry_open(const struct cfi_module *module, const uint8_t *at,
                       struct reader *reader)
{
	uint32_t length;

	if ((uintptr_t)at < module->start || (uintptr_t)at + 4 > module->end)
		return false;
	memcpy(&length, at, 4);
	if (!length || length == UINT32_MAX || length > module->end - (uintptr_t)at - 4)
		return false;
	*reader = (struct reader){ at + 4, at + 4 + length, false };
	return true;
}

static void personality_read(const struct cfi_module *module, struct reader *reader,
                             struct frame_entry *entry)
{
	uint8_t encoding = (uint8_t)read_fixed(reader, 1);
	uintptr_t routine = read_encoded(reader, encoding, 0);

	if (encoding & 0x80) { /* where the loader has put its address */
		bool is_inside = routine >= module->start && routine < module->end &&
		                 module->end - routine >= sizeof(routine);

		routine = is_inside && !reader->bad ? *(const uintptr_t *)routine : 0;
	}
	entry->personality = reader->bad ? 0 : routine;
	entry->has_personality = true;
}

static bool cie_read(const struct cfi_module *module, const uint8_t *at,
                     struct frame_entry *entry)
{
	struct reader reader;
	const char *augmentation;
	uint8_t version;

	if (!entry_open(module, at, &reader) || read_fixed(&reader, 4) != 0)
		return false;
	version = (uint8_t)read_fixed(&reader, 1);
	augmentation = (const char *)reader.at;
	while (read_fixed(&reader, 1) && !reader.bad)
		;
	if (version == 4)
		read_fixed(&reader, 2); /* address and segment size */
	entry->code_align = read_uleb(&reader);
	entry->data_align = read_sleb(&reader);
	if ((version == 1 ? read_fixed(&reader, 1) : read_uleb(&reader)) != REGISTER_RA)
		return false;
	entry->pointer_encoding = 0;
	if (*augmentation == 'z') {
		uint64_t size_bytes = read_uleb(&reader);
		struct reader data = reader;

		for (augmentation++; *augmentation && !data.bad; augmentation++) {
			if (*augmentation == 'R')
				entry->pointer_encoding = (uint8_t)read_fixed(&data, 1);
			else if (*augmentation == 'P')
				personality_read(module, &data, entry);
			else if (*augmentation == 'L')
				read_fixed(&data, 1);
			else if (*augmentation == 'S')
				entry->is_signal = true;
			else
				break;
		}
		if (size_bytes > (uint64_t)(reader.end - reader.at))
			return false;
		reader.at += size_bytes;
	} else if (*augmentation) {
		return false;
	}
	entry->initial = reader;
	return !reader.bad;
}

static bool fde_read(const struct cfi_module *module, const uint8_t *at,
                     struct frame_entry *entry)
{
	struct reader reader;
	const uint8_t *cie_field;
	uint32_t cie_distance;
	uint64_t size_bytes;

	if (!entry_open(module, at, &reader))
		return false;
	cie_field = reader.at;
	cie_distance = (uint32_t)read_fixed(&reader, 4);
	if (!cie_distance || !cie_read(module, cie_field - cie_distance, entry))
		return false;
	entry->start = read_encoded(&reader, entry->pointer_encoding, 0);
	entry->end = entry->start +
	             read_encoded(&reader, entry->pointer_encoding & 0x0f, 0);
	size_bytes = read_uleb(&reader); /* augmentation data: the LSDA */
	if (reader.bad || size_bytes > (uint64_t)(reader.end - reader.at))
		return false;
	reader.at += size_bytes;
	entry->program = reader;
	return true;
}

/* ---- programs ----------------------------------------------------------------- */

/* The row of the table that matters here; anything it cannot say makes it complex. */
struct row {
	uint64_t cfa_register;
	int64_t cfa_offset;
	int64_t bp_offset;                     /* from the CFA; 0: rbp is unchanged */
	bool cfa_complex, bp_complex, complex; /* expressions and the like, of what */
	bool end;                              /* the return address is undefined */
};

struct machine {
	struct row row, initial, saved[STATE_DEPTH_MAX];
	int depth;
	uintptr_t location;
};

static void register_set(struct machine *machine, uint64_t number, int64_t offset)
{
	if (number == REGISTER_RBP) {
		machine->row.bp_offset = offset;
		machine->row.bp_complex = false;
	} else if (number == REGISTER_RSP || (number == REGISTER_RA && offset != -8)) {
		machine->row.complex = true;
	}
}

static void register_restore(struct machine *machine, uint64_t number)
{
	if (number == REGISTER_RBP) {
		machine->row.bp_offset = machine->initial.bp_offset;
		machine->row.bp_complex = machine->initial.bp_complex;
	}
}

/* A rule that is neither "at CFA + n" nor "unchanged". */
static void register_complex(struct machine *machine, uint64_t number)
{
	if (number == REGISTER_RBP)
		machine->row.bp_complex = true;
	else if (number == REGISTER_RSP || number == REGISTER_RA)
		machine->row.complex = true;
}

static void expression_skip(struct reader *reader)
{
	uint64_t size_bytes = read_uleb(reader);

	if (size_bytes > (uint64_t)(reader->end - reader->at))
		reader->bad = true;
	else
		reader->at += size_bytes;
}

/* Instructions with their operation in the low six bits. False: unknown. */
static bool instruction_run(struct machine *machine, struct reader *reader,
                            const struct frame_entry *entry, uint8_t opcode)
{
	struct row *row = &machine->row;
	uint64_t number;

	switch (opcode) {
	case 0x00: /* nop */ break;
	case 0x01: /* set_loc */
		machine->location = read_encoded(reader, entry->pointer_encoding, 0);
		break;
	case 0x02: /* advance_loc1, 2, 4 */
	case 0x03:
	case 0x04:
		machine->location += read_fixed(reader, 1u << (opcode - 2)) * entry->code_align;
		break;
	case 0x05: /* offset_extended */
		number = read_uleb(reader);
		register_set(machine, number, (int64_t)read_uleb(reader) * entry->data_align);
		break;
	case 0x06: /* restore_extended */
		register_restore(machine, read_uleb(reader));
		break;
	case 0x07: /* undefined */
		number = read_uleb(reader);
		if (number == REGISTER_RA)
			row->end = true;
		else
			register_set(machine, number, 0);
		break;
	case 0x08: /* same_value */ register_set(machine, read_uleb(reader), 0); break;
	case 0x09: /* register */
		number = read_uleb(reader);
		read_uleb(reader);
		register_complex(machine, number);
		break;
	case 0x0a: /* remember_state */
		if (machine->depth == STATE_DEPTH_MAX)
			return false;
		machine->saved[machine->depth++] = *row;
		break;
	case 0x0b: /* restore_state */
		if (!machine->depth)
			return false;
		*row = machine->saved[--machine->depth];
		break;
	case 0x0c: /* def_cfa */
		row->cfa_complex = false;
		row->cfa_register = read_uleb(reader);
		row->cfa_offset = (int64_t)read_uleb(reader);
		break;
	case 0x0d: /* def_cfa_register */ row->cfa_register = read_uleb(reader); break;
	case 0x0e: /* def_cfa_offset */ row->cfa_offset = (int64_t)read_uleb(reader); break;
	case 0x0f: /* def_cfa_expression */
		expression_skip(reader);
		row->cfa_complex = true;
		break;
	case 0x10: /* expression, val_expression */
	case 0x16:
		number = read_uleb(reader);
		expression_skip(reader);
		register_complex(machine, number);
		break;
	case 0x11: /* offset_extended_sf */
		number = read_uleb(reader);
		register_set(machine, number, read_sleb(reader) * entry->data_align);
		break;
	case 0x12: /* def_cfa_sf */
		row->cfa_complex = false;
		row->cfa_register = read_uleb(reader);
		row->cfa_offset = read_sleb(reader) * entry->data_align;
		break;
	case 0x13: /* def_cfa_offset_sf */
		row->cfa_offset = read_sleb(reader) * entry->data_align;
		break;
	case 0x14: /* val_offset, val_offset_sf */
	case 0x15:
		number = read_uleb(reader);
		read_uleb(reader);
		register_complex(machine, number);
		break;
	case 0x2e: /* GNU_args_size */ read_uleb(reader); break;
	default: return false;
	}
	return true;
}

/* Run until past `address`. False: something this reader does not know. */
static bool program_run(struct machine *machine, struct reader reader,
                        const struct frame_entry *entry, uintptr_t address)
{
	while (reader.at < reader.end && machine->location <= address) {
		uint8_t opcode = (uint8_t)read_fixed(&reader, 1);
		uint8_t operand = opcode & 0x3f;

		switch (opcode & 0xc0) {
		case 0x40: /* advance_loc */
			machine->location += operand * entry->code_align;
			break;
		case 0x80: /* offset */
			register_set(machine, operand,
			             (int64_t)read_uleb(&reader) * entry->data_align);
			break;
		case 0xc0: /* restore */ register_restore(machine, operand); break;
		default:
			if (!instruction_run(machine, &reader, entry, operand))
				return false;
		}
		if (reader.bad)
			return false;
	}
	return true;
}

static struct cfi_rule row_rule(const struct row *row)
{
	struct cfi_rule rule = { .kind = CFI_COMPLEX };

	if (row->end)
		return (struct cfi_rule){ .kind = CFI_END };
	if (row->complex || row->cfa_complex || row->bp_complex || row->cfa_offset < 8 ||
	    row->cfa_offset > INT32_MAX || row->cfa_offset % 8 || row->bp_offset > 0 ||
	    row->bp_offset < -INT32_MAX || row->bp_offset % 8)
		return rule;
	if (row->cfa_register == REGISTER_RSP)
		rule.kind = CFI_SP;
	else if (row->cfa_register == REGISTER_RBP)
		rule.kind = CFI_BP;
	rule.cfa_offset = (uint32_t)row->cfa_offset;
	rule.bp_below = (uint32_t)-row->bp_offset;
	return rule;
}

/* No information covers the address; but the code there may say how it returns. */
static struct cfi_rule rule_of_code(const struct cfi_module *module, uintptr_t address)
{
	const uint8_t *end = cfi_module_code_end(module, address);

	if (!end || !epilogue_pops_bp((const uint8_t *)address, end))
		return (struct cfi_rule){ .kind = CFI_NONE };
	return (struct cfi_rule){ .kind = CFI_SP, .cfa_offset = 16, .bp_below = 16 };
}

struct cfi_rule cfi_rule_find(const struct cfi_module *module, uintptr_t return_address)
{
	struct cfi_rule complex = { .kind = CFI_COMPLEX }, rule;
	struct frame_entry entry = { .is_signal = false };
	struct machine machine = { .depth = 0 };
	uintptr_t address = return_address - 1;
	const uint8_t *at;

	if (!module->frame_table || (uintptr_t)module->frame_table < module->start ||
	    (uintptr_t)module->frame_table >= module->end)
		return rule_of_code(module, return_address);
	at = table_search(module, address);
	if (!at || !fde_read(module, at, &entry) || address < entry.start ||
	    address >= entry.end)
		return rule_of_code(module, return_address);
	if (entry.is_signal)
		return (struct cfi_rule){ .kind = CFI_SIGNAL };
	complex.has_personality = entry.has_personality;
	machine.location = entry.start;
	/* The CIE's program has no addresses: it is run whole. */
	if (!program_run(&machine, entry.initial, &entry, UINTPTR_MAX))
		return complex;
	machine.initial = machine.row;
	machine.location = entry.start;
	if (!program_run(&machine, entry.program, &entry, address))
		return complex;
	rule = row_rule(&machine.row);
	rule.has_personality = entry.has_personality;
	return rule;
}

static bool is_listed(const uintptr_t *list, uint32_t count, uintptr_t wanted)
{
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] == wanted)
			return true;
	}
	return false;
}

uint32_t cfi_module_personalities(const struct cfi_module *module, uintptr_t *routines,
                                  uint32_t count_max)
{
	struct reader reader = { module->frame_table, (const uint8_t *)module->end, false };
	uint32_t count = 0;
	uint8_t encoding;
	const uint8_t *at;

	if (!module->frame_table || (uintptr_t)module->frame_table < module->start ||
	    (uintptr_t)module->frame_table >= module->end)
		return 0;
	read_fixed(&reader, 1);
	encoding = (uint8_t)read_fixed(&reader, 1);
	read_fixed(&reader, 2);
	at = (const uint8_t *)read_encoded(&reader, encoding,
	                                   (uintptr_t)module->frame_table);
	while (!reader.bad) { /* the entries of .eh_frame lie one after another */
		struct frame_entry entry = { .is_signal = false };
		struct reader content;

		if (!entry_open(module, at, &content))
			return count;
		if (cie_read(module, at, &entry) && entry.has_personality &&
		    !is_listed(routines, count, entry.personality)) {
			routines[count++] = entry.personality;
			if (count == count_max)
				return count;
		}
		at = content.end;
	}
	return count;
}
