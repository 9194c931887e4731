/*
 * fault_entry.S - in front of a program's handler of faults, and off a stack that is too
 * small. Layer 0. x86-64. See fault_entry.h.
 */
	.text
	.globl arch_fault_entry, arch_call_on_stack
	.hidden arch_fault_entry, arch_call_on_stack, fault_pass

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

	.type arch_call_on_stack, @function
arch_call_on_stack:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq %rdx, %rsp
	movq %rdi, %rax
	movq %rsi, %rdi
	call *%rax
	movq %rbp, %rsp
	popq %rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size arch_call_on_stack, . - arch_call_on_stack

	.section .note.GNU-stack, "", @progbits
