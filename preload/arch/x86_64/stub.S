/*
 * stub.S - return stubs. x86-64.
 *
 * A stub stands in for a frame's return address. The function returns into it:
 *
 *   registers   all belong to the caller that is returned to: none may change
 *   rsp         slot + 8, as after any return
 *   stack       nothing of the stub's own
 *
 * Stub i is at outlive_stubs + 16 i, its entry (struct stub_entry) STUB_COUNT * 16 bytes
 * further: a constant distance, so all stubs are the same 13 bytes. It records that it has
 * run, then goes where the frame would have returned to. The entries' pages are made
 * writable at the start; the stubs' never are.
 *
 * Unwinders see through it by one FDE. It starts a byte early, because they look up the
 * byte before a return address.
 *   return address   at ((value of the return-address column) & -16) + STUB_COUNT * 16.
 *                    The mask is for a signal that comes between the two instructions.
 *   rsp              unchanged
 *   CFA              rsp + entry.bias. libgcc tells contexts apart by their CFA and aborts
 *                    when a stub has that of the handler's frame: bias 1. nongnu libunwind
 *                    takes the CFA for rsp whatever the rule says: bias 0.
 */
#include "stub_layout.h"

#ifdef STUBS_WRITABLE
	/* TSan's tests: it takes what is read-only at the start for constants, for good. */
	.section outlive_stubs_writable, "awx", @progbits
#else
	.section .text.outlive_stubs, "ax", @progbits
#endif
	.globl outlive_stubs, outlive_stub_entries
	.hidden outlive_stubs, outlive_stub_entries
	.balign 4096
	.skip 4095, 0xcc
	.type outlive_stubs_before, @function
outlive_stubs_before:
	.cfi_startproc
	/* DW_CFA_def_cfa_expression: breg16 0, const1s -16, and, const4u, plus, deref,
	   lit1, and, breg7 0, plus. (Not deref_size: valgrind 3.19 asserts on it.) */
	.cfi_escape 0x0f, 17, 0x80, 0, 0x09, 0xf0, 0x1a, \
		0x0c, STUB_ENTRY_BIAS, 0, (STUB_COUNT * 16) >> 16, 0, 0x22, \
		0x06, 0x31, 0x1a, 0x77, 0, 0x22
	/* DW_CFA_expression r16: breg16 0, const1s -16, and, const4u, plus */
	.cfi_escape 0x10, 16, 11, 0x80, 0, 0x09, 0xf0, 0x1a, \
		0x0c, 0, 0, (STUB_COUNT * 16) >> 16, 0, 0x22
	/* DW_CFA_val_expression r7: breg7 0 */
	.cfi_escape 0x16, 7, 2, 0x77, 0
	int3
outlive_stubs:
	.rept STUB_COUNT
	movb $1, (STUB_COUNT * 16 + STUB_ENTRY_RETURNED - 7)(%rip)
	jmp *(STUB_COUNT * 16 - 13)(%rip)
	.skip 3, 0xcc
	.endr
	.cfi_endproc
	.size outlive_stubs_before, . - outlive_stubs_before
outlive_stub_entries:
	.skip STUB_COUNT * 16, 0
	.skip 16, 0 /* the last entry's bias is read as part of eight bytes */

	.section .note.GNU-stack, "", @progbits
