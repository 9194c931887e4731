/*
 * way_out.c - follow a function's instructions to its return. x86-64.
 *
 * Only the instructions that compilers use for plain code are known, and only push, pop, add and
 * sub may move the stack pointer. The way is lost at all else. A jump to another function instead
 * of a call and a return is followed through that function.
 */
#include "way_out.h"

#include <stdbool.h>
#include <string.h>

#define STEPS_MAX 128
#define INSTRUCTION_BYTES_MAX 15
#define BYTES_MAX 65536 /* of a frame */

/* What an instruction is made of, and what it changes. */
enum {
	KNOWN = 1,
	MODRM =
		2, /* a byte that names two operands: a register, and a register or memory */
	IMM8 = 4,
	IMM32 = 8,
	TO_REG = 16, /* changes the first operand of MODRM */
	TO_RM = 32,  /* changes the second */
};

enum { REX_B = 1, REX_R = 4, REX_W = 8, SP = 4 };

struct way {
	const uint8_t *at, *start, *end;
	uint8_t rex;
	bool is_16_bit;
	bool has_popped, has_ended;
	int32_t bytes; /* how far the stack pointer has come */
};

static int32_t value_at(const uint8_t *at)
{
	int32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Returns what is known of an opcode of one byte; 0: nothing. */
static unsigned int form_of(uint8_t op)
{
	static const unsigned int arithmetic[8] = { MODRM | TO_RM,  MODRM | TO_RM,
		                                        MODRM | TO_REG, MODRM | TO_REG,
		                                        KNOWN | IMM8,   KNOWN | IMM32 };

	if (op < 0x40)
		return arithmetic[op & 7];
	switch (op) {
	case 0x63: /* movslq */
	case 0x8a ... 0x8b:
	case 0x8d: /* lea */ return MODRM | TO_REG;
	case 0x69: /* imul */ return MODRM | TO_REG | IMM32;
	case 0x6b: return MODRM | TO_REG | IMM8;
	case 0x70 ... 0x7f: /* conditional jumps */
	case 0xa8:
	case 0xb0 ... 0xb3: return KNOWN | IMM8;
	case 0x80:
	case 0x83:
	case 0xc0 ... 0xc1:
	case 0xc6: return MODRM | TO_RM | IMM8;
	case 0x81:
	case 0xc7: return MODRM | TO_RM | IMM32;
	case 0x84 ... 0x85: /* test */ return MODRM;
	case 0x88 ... 0x89:
	case 0xd0 ... 0xd3:
	case 0xf6 ... 0xf7:
	case 0xff: return MODRM | TO_RM;
	case 0x90:
	case 0x98 ... 0x99: return KNOWN;
	case 0xa9:
	case 0xb8 ... 0xbf:
	case 0xe8: /* call: the stack pointer is as before */ return KNOWN | IMM32;
	default: return 0;
	}
}

/* The same of an opcode that follows 0x0f. */
static unsigned int form_of_second(uint8_t op)
{
	switch (op) {
	case 0x10 ... 0x17: /* vector registers from here on */
	case 0x1f:          /* nop */
	case 0x28 ... 0x29:
	case 0x2e ... 0x2f:
	case 0x51 ... 0x6f:
	case 0x74 ... 0x76:
	case 0x7f:
	case 0xd4:
	case 0xd6:
	case 0xeb:
	case 0xef:
	case 0xfe: return MODRM;
	case 0x70:
	case 0xc6: return MODRM | IMM8;
	case 0x7e:
	case 0x90 ... 0x9f: /* set */ return MODRM | TO_RM;
	case 0x40 ... 0x4f: /* conditional moves */
	case 0xaf:
	case 0xb6 ... 0xb7:
	case 0xbe ... 0xbf: return MODRM | TO_REG;
	case 0x80 ... 0x8f: /* conditional jumps */ return KNOWN | IMM32;
	default: return 0;
	}
}

/* Returns the bytes of the operands that begin with the byte at `at`. */
static uint8_t operand_bytes(const uint8_t *at)
{
	uint8_t mode = at[0] >> 6, rm = at[0] & 7, bytes = 1;

	if (mode == 3)
		return bytes;
	if (rm == 4) {
		bytes++;
		if (!mode && (at[1] & 7) == 5)
			return bytes + 4;
	}
	if (mode == 1)
		return bytes + 1;
	return mode == 2 || rm == 5 ? bytes + 4 : bytes;
}

/* Pass an instruction that leaves the stack pointer alone. False: it may not, or is unknown. */
static bool pass_other(struct way *way)
{
	bool is_second = *way->at == 0x0f;
	uint8_t op = is_second ? *++way->at : *way->at, reg, modrm;
	unsigned int form = is_second ? form_of_second(op) : form_of(op);
	bool is_jump = form & KNOWN && (is_second || op == 0xe8 || (op & 0xf0) == 0x70);

	if (!form || (is_jump && way->is_16_bit))
		return false;
	way->at++;
	if (form & MODRM) {
		modrm = *way->at;
		reg = modrm >> 3 & 7;
		if ((form & TO_REG && reg == SP && !(way->rex & REX_R)) ||
		    (form & TO_RM && modrm >> 6 == 3 && (modrm & 7) == SP &&
		     !(way->rex & REX_B)) ||
		    (!is_second && op == 0xff && reg > 2))
			return false;
		if (!is_second && (op & 0xfe) == 0xf6 && reg < 2)
			form |= op == 0xf6 ? IMM8 : IMM32;
		way->at += operand_bytes(way->at);
	} else if (!is_second && op == 0xb8 + SP && !(way->rex & REX_B)) {
		return false;
	}
	if (form & IMM8)
		way->at++;
	if (form & IMM32)
		way->at += way->is_16_bit                                            ? 2
		           : !is_second && (op & 0xf8) == 0xb8 && (way->rex & REX_W) ? 8
		                                                                     : 4;
	return true;
}

/*
 * Jump. A jump out of the code, after the frame has been popped, is to a function that returns
 * for this one: the return address is next. False: the way is lost.
 */
static bool jump(struct way *way)
{
	bool is_short = *way->at == 0xeb;
	intptr_t distance = is_short ? (int8_t)way->at[1] : value_at(way->at + 1);

	way->at += is_short ? 2 : 5;
	if (distance < way->start - way->at || distance >= way->end - way->at)
		return way->has_ended = way->has_popped;
	way->at += distance;
	return !way->is_16_bit;
}

/* Pass an instruction that moves the stack pointer. False: it is none. */
static bool pass_move(struct way *way)
{
	uint8_t op = *way->at;
	int32_t bytes;

	if ((op & 0xf0) == 0x50 && ((op & 7) != SP || way->rex & REX_B)) {
		way->bytes += op & 8 ? 8 : -8; /* pop, push */
		way->has_popped = op & 8;
		way->at++;
		return true;
	}
	/* add, sub $bytes,%rsp */
	if ((op != 0x83 && op != 0x81) || (way->at[1] != 0xc4 && way->at[1] != 0xec) ||
	    (way->rex & (REX_W | REX_B)) != REX_W)
		return false;
	bytes = op == 0x83 ? (int8_t)way->at[2] : value_at(way->at + 2);
	if (bytes % 8 || bytes >= BYTES_MAX || bytes <= -BYTES_MAX)
		return false;
	way->bytes += way->at[1] == 0xc4 ? bytes : -bytes;
	way->has_popped = way->at[1] == 0xc4;
	way->at += op == 0x83 ? 3 : 6;
	return true;
}

/* Pass one instruction. False: the way is lost. */
static bool pass(struct way *way)
{
	way->rex = 0;
	way->is_16_bit = false;
	for (; *way->at == 0x66 || *way->at == 0xf2 || *way->at == 0xf3; way->at++) {
		if (way->is_16_bit && *way->at == 0x66)
			return false;
		way->is_16_bit |= *way->at == 0x66;
	}
	if ((*way->at & 0xf0) == 0x40)
		way->rex = *way->at++;
	if (*way->at == 0xeb || *way->at == 0xe9)
		return jump(way);
	if (!way->is_16_bit && pass_move(way))
		return true;
	if (*way->at == 0xff && (way->at[1] >> 3 & 7) == 4) /* jmp *operand */
		return way->has_ended = way->has_popped;
	way->has_popped = false;
	return pass_other(way);
}

/* Whether the instruction before is a call. */
static bool is_after_call(const uint8_t *code, const uint8_t *start)
{
	return code - start >= 6 &&
	       (code[-5] == 0xe8 || (code[-6] == 0xff && code[-5] == 0x15) ||
	        (code[-2] == 0xff && (code[-1] & 0xf8) == 0xd0) ||
	        (code[-3] == 0xff && (code[-2] & 0xf8) == 0x50));
}

int32_t way_out_bytes(const uint8_t *code, const uint8_t *start, const uint8_t *end)
{
	struct way way = { .at = code, .start = start, .end = end };

	if (!is_after_call(code, start))
		return -1;
	for (int i = 0;
	     i < STEPS_MAX && way.at >= start && end - way.at > INSTRUCTION_BYTES_MAX + 8 &&
	     way.bytes < BYTES_MAX && way.bytes > -BYTES_MAX;
	     i++) {
		way.has_ended = *way.at == 0xc3;
		if (!way.has_ended && !pass(&way))
			return -1;
		if (way.has_ended)
			return way.bytes < 0 ? -1 : way.bytes;
	}
	return -1;
}
