/*
 * fault_entry.S - runs before a program's handler of faults. x86-64. See
 * fault_entry.h.
 */
	.text
	.globl arch_fault_entry
	.hidden arch_fault_entry, fault_pass

	/* The handler finds the registers and the stack as the kernel left them. */
	.type arch_fault_entry, @function
arch_fault_entry:
	.cfi_startproc
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	pushq %rsi
	.cfi_adjust_cfa_offset 8
	pushq %rdx
	.cfi_adjust_cfa_offset 8
	call fault_pass
	popq %rdx
	.cfi_adjust_cfa_offset -8
	popq %rsi
	.cfi_adjust_cfa_offset -8
	popq %rdi
	.cfi_adjust_cfa_offset -8
	jmp *%rax
	.cfi_endproc
	.size arch_fault_entry, . - arch_fault_entry

	.section .note.GNU-stack, "", @progbits
