/*
 * elf/code_step.h - one machine instruction, as far as it matters for the flow of control.
 */
#ifndef OUTLIVE_ELF_CODE_STEP_H
#define OUTLIVE_ELF_CODE_STEP_H

#include <stdbool.h>
#include <stdint.h>

enum code_kind {
	CODE_PLAIN, /* goes on with the next instruction */
	CODE_BLANK, /* does nothing: fills the room between two pieces of code */
	CODE_CALL,  /* goes on with the next instruction once the called function returns */
	CODE_JUMP,  /* goes on elsewhere */
	CODE_BRANCH, /* goes on with the next instruction or elsewhere */
	CODE_RETURN, /* ends the function */
	CODE_STOP,   /* ends the program */
};

/* Where a call or a jump goes. */
enum code_where {
	CODE_KNOWN,    /* to `target` */
	CODE_SLOT,     /* to the address in the memory word at `target` */
	CODE_TABLE,    /* to an address in a table: one of several */
	CODE_REGISTER, /* to the address in a register */
	CODE_UNKNOWN,  /* to the address in some other memory word */
};

struct code_step {
	enum code_kind kind;
	enum code_where where; /* of calls, jumps and branches */
	uint64_t target;
	unsigned bytes;   /* its length */
	bool reads_table; /* reads a word of 4 or 8 bytes that an index selects */
};

/* Instructions from `low` up to, not including, `high`. */
struct code_range {
	uint64_t low, high;
};

#endif
