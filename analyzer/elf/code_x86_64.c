/* elf/code_x86_64.c - decodes x86-64 with Zydis. */
#include "elf/code_x86_64.h"

#include <Zydis/Zydis.h>

#define CALL_DIRECT \
	0xe8 /* call rel32: four bytes of distance from the next instruction */
#define CALL_DIRECT_BYTES 5
#define CALL_INDIRECT 0xff /* with 2 in the middle bits of the next byte */
#define CALL_INDIRECT_BYTES_MAX 8

static enum code_kind kind_of(const ZydisDecodedInstruction *instruction)
{
	switch (instruction->meta.category) {
	case ZYDIS_CATEGORY_CALL: return CODE_CALL;
	case ZYDIS_CATEGORY_UNCOND_BR: return CODE_JUMP;
	case ZYDIS_CATEGORY_COND_BR: return CODE_BRANCH;
	case ZYDIS_CATEGORY_RET: return CODE_RETURN;
	case ZYDIS_CATEGORY_NOP:
	case ZYDIS_CATEGORY_WIDENOP: return CODE_BLANK;
	default: break;
	}
	switch (instruction->mnemonic) {
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT: return CODE_STOP;
	case ZYDIS_MNEMONIC_ENDBR64: /* only says that indirect jumps may come here */
	case ZYDIS_MNEMONIC_INT3: return CODE_BLANK;
	default: return CODE_PLAIN;
	}
}

/* Where the call or jump goes, by its first operand, which is not a distance. */
static void where_set(const ZydisDecodedInstruction *instruction,
                      const ZydisDecodedOperand *operand, uint64_t address,
                      struct code_step *step)
{
	uint64_t next = address + instruction->length;

	if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
		step->where = CODE_REGISTER;
	} else if (operand->type == ZYDIS_OPERAND_TYPE_MEMORY) {
		if (operand->mem.base == ZYDIS_REGISTER_RIP) {
			step->where = CODE_SLOT;
			step->target = next + (uint64_t)operand->mem.disp.value;
		} else if (operand->mem.index != ZYDIS_REGISTER_NONE) {
			step->where = CODE_TABLE;
		}
	}
}

/* The words of tables of addresses have 8 bytes, those of tables of distances 4. */
static bool is_table_read(const ZydisDecodedInstruction *instruction,
                          const ZydisDecodedOperand *operands)
{
	return (instruction->mnemonic == ZYDIS_MNEMONIC_MOV ||
	        instruction->mnemonic == ZYDIS_MNEMONIC_MOVSXD ||
	        instruction->mnemonic == ZYDIS_MNEMONIC_ADD) &&
	       instruction->operand_count_visible >= 2 &&
	       operands[1].type == ZYDIS_OPERAND_TYPE_MEMORY &&
	       operands[1].mem.index != ZYDIS_REGISTER_NONE && operands[1].mem.scale >= 4;
}

/* The decoder does not change once it is initialized. */
static const ZydisDecoder *decoder_get(void)
{
	static ZydisDecoder decoder;
	static bool is_ready;

	if (!is_ready)
		is_ready = ZYAN_SUCCESS(ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
		                                         ZYDIS_STACK_WIDTH_64));
	return is_ready ? &decoder : NULL;
}

/*
 * Most instructions are plain: their operands are decoded only where they may be a read of a
 * table, since that takes most of the time.
 */
bool code_x86_64_decode(const uint8_t *code, size_t count, uint64_t address,
                        struct code_step *step)
{
	const ZydisDecoder *decoder = decoder_get();
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction instruction;
	ZydisDecoderContext context;
	bool wants_operands;

	*step = (struct code_step){ .kind = CODE_PLAIN };
	if (!decoder || !ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, &context, code,
	                                                            count, &instruction)))
		return false;
	step->bytes = instruction.length;
	step->kind = kind_of(&instruction);
	step->where = CODE_UNKNOWN;
	if (instruction.raw.imm[0].is_relative) {
		step->where = CODE_KNOWN;
		step->target = address + instruction.length +
		               (uint64_t)instruction.raw.imm[0].value.s;
		return true;
	}
	wants_operands = step->kind == CODE_CALL || step->kind == CODE_JUMP ||
	                 step->kind == CODE_BRANCH ||
	                 (instruction.attributes & ZYDIS_ATTRIB_HAS_SIB);
	if (!wants_operands)
		return true;
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeOperands(decoder, &context, &instruction,
	                                             operands, ZYDIS_MAX_OPERAND_COUNT)))
		return false;
	if (step->kind == CODE_PLAIN)
		step->reads_table = is_table_read(&instruction, operands);
	else if (step->kind != CODE_BLANK)
		where_set(&instruction, &operands[0], address, step);
	return true;
}

/* An indirect call of two bytes or more that ends exactly there. */
static bool is_indirect_before(const uint8_t *end, size_t count, uint64_t address,
                               struct code_step *step)
{
	size_t bytes;

	for (bytes = 2; bytes <= CALL_INDIRECT_BYTES_MAX && bytes <= count; bytes++) {
		if (end[-(ptrdiff_t)bytes] == CALL_INDIRECT &&
		    code_x86_64_decode(end - bytes, bytes, address - bytes, step) &&
		    step->bytes == bytes && step->kind == CODE_CALL)
			return true;
	}
	return false;
}

bool code_x86_64_call_before(const uint8_t *code, size_t count, uint64_t address,
                             struct code_step *step)
{
	const uint8_t *end = code + count;

	if (count >= CALL_DIRECT_BYTES && end[-CALL_DIRECT_BYTES] == CALL_DIRECT)
		return code_x86_64_decode(end - CALL_DIRECT_BYTES, CALL_DIRECT_BYTES,
		                          address - CALL_DIRECT_BYTES, step);
	return is_indirect_before(end, count, address, step);
}
