/*
 * modules/cfi_program.c - run the instructions of an FDE up to an address.
 */
#include "modules/cfi_program.h"

#include "arch.h"

#define STATE_DEPTH_MAX 8 /* nested remember_state */

/*
 * A row of the table, reduced to what a walk needs. A rule that does not fit in makes the row
 * complex.
 */
struct row {
	uint64_t cfa_register;
	int64_t cfa_offset;
	int64_t fp_offset;                     /* from the CFA; 0: fp is unchanged */
	bool cfa_complex, fp_complex, complex; /* an expression or the like, for what */
	bool end;                              /* the return address is undefined */
};

struct machine {
	const struct cfi_program *program;
	struct row row, initial, saved[STATE_DEPTH_MAX];
	int depth;
	uintptr_t location;
};

/* ---- rules of a register --------------------------------------------------------- */

static void register_set(struct machine *machine, uint64_t number, int64_t offset)
{
	if (number == ARCH_DWARF_FP) {
		machine->row.fp_offset = offset;
		machine->row.fp_complex = false;
	} else if (number == ARCH_DWARF_SP ||
	           (number == ARCH_DWARF_RA && offset != -ARCH_RETURN_BELOW_CFA)) {
		machine->row.complex = true;
	}
}

static void register_restore(struct machine *machine, uint64_t number)
{
	if (number == ARCH_DWARF_FP) {
		machine->row.fp_offset = machine->initial.fp_offset;
		machine->row.fp_complex = machine->initial.fp_complex;
	}
}

/* Set a rule that is neither "at CFA + n" nor "unchanged". */
static void register_complex(struct machine *machine, uint64_t number)
{
	if (number == ARCH_DWARF_FP)
		machine->row.fp_complex = true;
	else if (number == ARCH_DWARF_SP || number == ARCH_DWARF_RA)
		machine->row.complex = true;
}

/* ---- instructions ---------------------------------------------------------------- */

enum operand {
	NONE,
	NUMBER,    /* unsigned */
	OFFSET,    /* unsigned, in units of data */
	OFFSET_SF, /* signed, in units of data */
	ADDRESS,   /* an encoded pointer */
	CODE_1,    /* a distance in units of code; 1, 2 or 4 bytes */
	CODE_2,
	CODE_4,
	EXPRESSION, /* skipped */
};

enum effect {
	UNKNOWN,
	IGNORED,
	AT_ADDRESS, /* the row applies from this address on */
	ADVANCE,    /* the next row begins this much further */
	SET,        /* the register is saved at CFA + n */
	SAME,       /* the register is unchanged */
	UNDEFINED,  /* not preserved; the return address: no caller */
	RESTORE,    /* the rule from the CIE */
	COMPLEX,    /* any other rule */
	REMEMBER,   /* save the row for RECALL */
	RECALL,
	CFA, /* register and offset */
	CFA_REGISTER,
	CFA_OFFSET,
	CFA_EXPRESSION,
};

/* DWARF 5, table 7.29: the instructions whose opcode is in the low six bits. */
static const struct instruction {
	enum effect effect;
	enum operand operands[2];
} instructions[] = {
	[0x00] = { IGNORED, { NONE } },               /* nop */
	[0x01] = { AT_ADDRESS, { ADDRESS } },         /* set_loc */
	[0x02] = { ADVANCE, { CODE_1 } },             /* advance_loc1 */
	[0x03] = { ADVANCE, { CODE_2 } },             /* advance_loc2 */
	[0x04] = { ADVANCE, { CODE_4 } },             /* advance_loc4 */
	[0x05] = { SET, { NUMBER, OFFSET } },         /* offset_extended */
	[0x06] = { RESTORE, { NUMBER } },             /* restore_extended */
	[0x07] = { UNDEFINED, { NUMBER } },           /* undefined */
	[0x08] = { SAME, { NUMBER } },                /* same_value */
	[0x09] = { COMPLEX, { NUMBER, NUMBER } },     /* register */
	[0x0a] = { REMEMBER, { NONE } },              /* remember_state */
	[0x0b] = { RECALL, { NONE } },                /* restore_state */
	[0x0c] = { CFA, { NUMBER, NUMBER } },         /* def_cfa */
	[0x0d] = { CFA_REGISTER, { NUMBER } },        /* def_cfa_register */
	[0x0e] = { CFA_OFFSET, { NUMBER } },          /* def_cfa_offset */
	[0x0f] = { CFA_EXPRESSION, { EXPRESSION } },  /* def_cfa_expression */
	[0x10] = { COMPLEX, { NUMBER, EXPRESSION } }, /* expression */
	[0x11] = { SET, { NUMBER, OFFSET_SF } },      /* offset_extended_sf */
	[0x12] = { CFA, { NUMBER, OFFSET_SF } },      /* def_cfa_sf */
	[0x13] = { CFA_OFFSET, { OFFSET_SF } },       /* def_cfa_offset_sf */
	[0x14] = { COMPLEX, { NUMBER, NUMBER } },     /* val_offset */
	[0x15] = { COMPLEX, { NUMBER, NUMBER } },     /* val_offset_sf */
	[0x16] = { COMPLEX, { NUMBER, EXPRESSION } }, /* val_expression */
	[0x2e] = { IGNORED, { NUMBER } },             /* GNU_args_size */
};

static void expression_skip(struct cfi_reader *reader)
{
	uint64_t size_bytes = cfi_read_uleb(reader);

	if (size_bytes > (uint64_t)(reader->end - reader->at))
		reader->bad = true;
	else
		reader->at += size_bytes;
}

static int64_t operand_read(struct cfi_reader *reader, enum operand operand,
                            const struct cfi_program *program)
{
	switch (operand) {
	case NONE: return 0;
	case NUMBER: return (int64_t)cfi_read_uleb(reader);
	case OFFSET: return (int64_t)cfi_read_uleb(reader) * program->data_align;
	case OFFSET_SF: return cfi_read_sleb(reader) * program->data_align;
	case ADDRESS:
		return (int64_t)cfi_read_encoded(reader, program->pointer_encoding, 0);
	case CODE_1: return (int64_t)(cfi_read_fixed(reader, 1) * program->code_align);
	case CODE_2: return (int64_t)(cfi_read_fixed(reader, 2) * program->code_align);
	case CODE_4: return (int64_t)(cfi_read_fixed(reader, 4) * program->code_align);
	case EXPRESSION: expression_skip(reader); return 0;
	}
	return 0;
}

/* False: an unknown instruction, or too many rows to remember. */
static bool effect_take(struct machine *machine, enum effect effect, int64_t first,
                        int64_t second)
{
	struct row *row = &machine->row;
	uint64_t number = (uint64_t)first;

	switch (effect) {
	case UNKNOWN: return false;
	case IGNORED: break;
	case AT_ADDRESS: machine->location = (uintptr_t)first; break;
	case ADVANCE: machine->location += (uintptr_t)first; break;
	case SET: register_set(machine, number, second); break;
	case SAME: register_set(machine, number, 0); break;
	case UNDEFINED:
		if (number == ARCH_DWARF_RA)
			row->end = true;
		else
			register_set(machine, number, 0);
		break;
	case RESTORE: register_restore(machine, number); break;
	case COMPLEX: register_complex(machine, number); break;
	case REMEMBER:
		if (machine->depth == STATE_DEPTH_MAX)
			return false;
		machine->saved[machine->depth++] = *row;
		break;
	case RECALL:
		if (!machine->depth)
			return false;
		*row = machine->saved[--machine->depth];
		break;
	case CFA:
		row->cfa_complex = false;
		row->cfa_register = number;
		row->cfa_offset = second;
		break;
	case CFA_REGISTER: row->cfa_register = number; break;
	case CFA_OFFSET: row->cfa_offset = first; break;
	case CFA_EXPRESSION: row->cfa_complex = true; break;
	}
	return true;
}

static bool instruction_run(struct machine *machine, struct cfi_reader *reader,
                            uint8_t opcode)
{
	const struct instruction *instruction = &instructions[opcode];
	int64_t first, second;

	if (opcode >= sizeof(instructions) / sizeof(*instructions))
		return false;
	first = operand_read(reader, instruction->operands[0], machine->program);
	second = operand_read(reader, instruction->operands[1], machine->program);
	return effect_take(machine, instruction->effect, first, second);
}

/* Run the instructions until they pass `address`. False: one of them is not known here. */
static bool run(struct machine *machine, struct cfi_reader reader, uintptr_t address)
{
	const struct cfi_program *program = machine->program;

	while (reader.at < reader.end && machine->location <= address) {
		uint8_t opcode = *reader.at++;
		uint8_t operand = opcode & 0x3f;

		switch (opcode & 0xc0) {
		case 0x40: /* advance_loc */
			machine->location += operand * program->code_align;
			break;
		case 0x80: /* offset */
			register_set(machine, operand, operand_read(&reader, OFFSET, program));
			break;
		case 0xc0: /* restore */ register_restore(machine, operand); break;
		default:
			if (!instruction_run(machine, &reader, operand))
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
	if (row->complex || row->cfa_complex || row->fp_complex ||
	    row->cfa_offset < ARCH_RETURN_BELOW_CFA || row->cfa_offset > INT32_MAX ||
	    row->cfa_offset % 8 || row->fp_offset > 0 || row->fp_offset < -INT32_MAX ||
	    row->fp_offset % 8)
		return rule;
	if (row->cfa_register == ARCH_DWARF_SP)
		rule.kind = CFI_SP;
	else if (row->cfa_register == ARCH_DWARF_FP)
		rule.kind = CFI_FP;
	rule.cfa_offset = (uint32_t)row->cfa_offset;
	rule.fp_below = (uint32_t)-row->fp_offset;
	return rule;
}

struct cfi_rule cfi_program_rule(const struct cfi_program *program, uintptr_t address)
{
	struct machine machine = { .program = program, .location = program->start };

	/* The instructions of the CIE hold for all addresses: run all of them. */
	if (!run(&machine, program->initial, UINTPTR_MAX))
		return (struct cfi_rule){ .kind = CFI_COMPLEX };
	machine.initial = machine.row;
	machine.location = program->start;
	if (!run(&machine, program->own, address))
		return (struct cfi_rule){ .kind = CFI_COMPLEX };
	return row_rule(&machine.row);
}
