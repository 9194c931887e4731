/*
 * modules/cfi.c - find the FDE of an address, and the rule that it gives for that address.
 */
#include "modules/cfi.h"

#include <string.h>

#include "arch.h"
#include "epilogue.h"
#include "modules/cfi_program.h"

struct frame_entry {
	struct cfi_program program;
	uintptr_t end;         /* end of the covered addresses */
	uintptr_t personality; /* the routine; 0: not readable */
	bool is_signal, has_personality;
};

/*
 * Search .eh_frame_hdr for the FDE that may cover `address`. The table is sorted. NULL: not
 * found.
 */
static const uint8_t *table_search(const struct cfi_module *module, uintptr_t address)
{
	uintptr_t base = (uintptr_t)module->frame_table;
	struct cfi_reader reader = { module->frame_table, (const uint8_t *)module->end,
		                         false };
	uint8_t version = (uint8_t)cfi_read_fixed(&reader, 1);
	uint8_t frame_encoding = (uint8_t)cfi_read_fixed(&reader, 1);
	uint8_t count_encoding = (uint8_t)cfi_read_fixed(&reader, 1);
	uint8_t table_encoding = (uint8_t)cfi_read_fixed(&reader, 1);
	uint64_t count, low = 0, high;
	int32_t pair[2];

	cfi_read_encoded(&reader, frame_encoding, base);
	count = cfi_read_encoded(&reader, count_encoding, base);
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

/* Set `reader` to the content of the entry (CIE or FDE) at `at`, after the length field. */
static bool entry_open(const struct cfi_module *module, const uint8_t *at,
                       struct cfi_reader *reader)
{
	uint32_t length;

	if ((uintptr_t)at < module->start || (uintptr_t)at + 4 > module->end)
		return false;
	memcpy(&length, at, 4);
	if (!length || length == UINT32_MAX || length > module->end - (uintptr_t)at - 4)
		return false;
	*reader = (struct cfi_reader){ at + 4, at + 4 + length, false };
	return true;
}

static void personality_read(const struct cfi_module *module, struct cfi_reader *reader,
                             struct frame_entry *entry)
{
	uint8_t encoding = (uint8_t)cfi_read_fixed(reader, 1);
	uintptr_t routine = cfi_read_encoded(reader, encoding, 0);

	if (encoding & 0x80) { /* indirect: a pointer that the loader has relocated */
		bool is_inside = routine >= module->start && routine < module->end &&
		                 module->end - routine >= sizeof(routine);

		routine = is_inside && !reader->bad ? *(const uintptr_t *)routine : 0;
	}
	entry->personality = reader->bad ? 0 : routine;
	entry->has_personality = true;
}

/*
 * Read a CIE. Each letter of the augmentation string announces a field of the augmentation data,
 * in this order. Fields after an unknown letter are skipped, as the size of the data is known.
 */
static bool cie_read(const struct cfi_module *module, const uint8_t *at,
                     struct frame_entry *entry)
{
	struct cfi_reader reader;
	const char *augmentation;
	uint8_t version;

	if (!entry_open(module, at, &reader) || cfi_read_fixed(&reader, 4) != 0)
		return false;
	version = (uint8_t)cfi_read_fixed(&reader, 1);
	augmentation = (const char *)reader.at;
	while (cfi_read_fixed(&reader, 1) && !reader.bad)
		;
	if (version == 4)
		cfi_read_fixed(&reader, 2); /* address size and segment size */
	entry->program.code_align = cfi_read_uleb(&reader);
	entry->program.data_align = cfi_read_sleb(&reader);
	if ((version == 1 ? cfi_read_fixed(&reader, 1) : cfi_read_uleb(&reader)) !=
	    ARCH_DWARF_RA)
		return false;
	entry->program.pointer_encoding = 0;
	if (*augmentation == 'z') {
		uint64_t size_bytes = cfi_read_uleb(&reader);
		struct cfi_reader data = reader;

		for (augmentation++; *augmentation && !data.bad; augmentation++) {
			if (*augmentation == 'R')
				entry->program.pointer_encoding = (uint8_t)cfi_read_fixed(&data, 1);
			else if (*augmentation == 'P')
				personality_read(module, &data, entry);
			else if (*augmentation == 'L')
				cfi_read_fixed(&data, 1);
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
	entry->program.initial = reader;
	return !reader.bad;
}

static bool fde_read(const struct cfi_module *module, const uint8_t *at,
                     struct frame_entry *entry)
{
	struct cfi_reader reader;
	const uint8_t *cie_field;
	uint32_t cie_distance;
	uint64_t size_bytes;

	if (!entry_open(module, at, &reader))
		return false;
	cie_field = reader.at;
	cie_distance = (uint32_t)cfi_read_fixed(&reader, 4);
	if (!cie_distance || !cie_read(module, cie_field - cie_distance, entry))
		return false;
	entry->program.start = cfi_read_encoded(&reader, entry->program.pointer_encoding,
	                                        0);
	entry->end = entry->program.start +
	             cfi_read_encoded(&reader, entry->program.pointer_encoding & 0x0f, 0);
	size_bytes = cfi_read_uleb(&reader); /* of the augmentation data: the LSDA */
	if (reader.bad || size_bytes > (uint64_t)(reader.end - reader.at))
		return false;
	reader.at += size_bytes;
	entry->program.own = reader;
	return true;
}

/* The rule of an address that no FDE covers: the code there may show how it returns. */
static struct cfi_rule rule_of_code(const struct cfi_module *module, uintptr_t address)
{
	const uint8_t *end = cfi_module_code_end(module, address);

	if (!end || !epilogue_pops_fp((const uint8_t *)address, end))
		return (struct cfi_rule){ .kind = CFI_NONE };
	return (struct cfi_rule){ .kind = CFI_SP,
		                      .cfa_offset = EPILOGUE_CFA_OFFSET,
		                      .fp_below = EPILOGUE_CFA_OFFSET };
}

struct cfi_rule cfi_rule_find(const struct cfi_module *module, uintptr_t return_address)
{
	struct frame_entry entry = { .is_signal = false };
	struct cfi_rule rule;
	uintptr_t address = return_address - 1;
	const uint8_t *at;

	if (!module->frame_table || (uintptr_t)module->frame_table < module->start ||
	    (uintptr_t)module->frame_table >= module->end)
		return rule_of_code(module, return_address);
	at = table_search(module, address);
	if (!at || !fde_read(module, at, &entry) || address < entry.program.start ||
	    address >= entry.end)
		return rule_of_code(module, return_address);
	if (entry.is_signal)
		return (struct cfi_rule){ .kind = CFI_SIGNAL };
	rule = cfi_program_rule(&entry.program, address);
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
	struct cfi_reader reader = { module->frame_table, (const uint8_t *)module->end,
		                         false };
	uint32_t count = 0;
	uint8_t encoding;
	const uint8_t *at;

	if (!module->frame_table || (uintptr_t)module->frame_table < module->start ||
	    (uintptr_t)module->frame_table >= module->end)
		return 0;
	cfi_read_fixed(&reader, 1);
	encoding = (uint8_t)cfi_read_fixed(&reader, 1);
	cfi_read_fixed(&reader, 2);
	at = (const uint8_t *)cfi_read_encoded(&reader, encoding,
	                                       (uintptr_t)module->frame_table);
	while (!reader.bad) { /* entries of .eh_frame follow each other directly */
		struct frame_entry entry = { .is_signal = false };
		struct cfi_reader content;

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
