/*
 * nocfi.S - functions without call frame information, and some with it that do unusual
 * things to their return address. rbp holds rubbish in most of them: whoever guesses a
 * frame from it reads or writes somewhere else.
 *
 *   nocfi_call(function, argument)      calls it; rbp points at a word that must not change
 *   nocfi_own_return(function)          returns only if its return address is still in its slot
 *   move_return(function)               moves its return address down the stack, then calls
 *   pop_return(function)                returns by pop and jmp
 *   swap_stacks(stack_top, function)    calls it on another stack, rbp kept: has CFI
 */
	.text
	.globl nocfi_call, nocfi_call_after, nocfi_own_return, move_return, pop_return
	.globl call_on_stack
	.type nocfi_call, @function
nocfi_call:
	pushq %rbp
	pushq %rbx
	subq $40, %rsp
	/* What a frame-pointer walker would take for a frame. */
	leaq nocfi_bait_end(%rip), %rax
	movq %rax, 24(%rsp)
	leaq 16(%rsp), %rbp
	movq %rbp, 16(%rsp)
	movq %rdi, %rax
	movq %rsi, %rdi
	call *%rax
nocfi_call_after:
	leaq nocfi_bait_end(%rip), %rcx
	cmpq %rcx, 24(%rsp)
	jne nocfi_bad
	addq $40, %rsp
	popq %rbx
	popq %rbp
	ret
nocfi_bad:
	ud2
nocfi_bait_end:
	ud2
	.size nocfi_call, . - nocfi_call

	.type nocfi_own_return, @function
nocfi_own_return:
	pushq %rbx
	movq 8(%rsp), %rbx
	pushq %rbp
	xorl %ebp, %ebp
	subq $8, %rsp
	call *%rdi
	addq $8, %rsp
	popq %rbp
	cmpq 8(%rsp), %rbx
	jne nocfi_bad
	popq %rbx
	ret
	.size nocfi_own_return, . - nocfi_own_return

	/* The caller sees nothing: the CFI follows the return address to its new slot. */
	.type move_return, @function
move_return:
	.cfi_startproc
	popq %rax
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rax
	subq $48, %rsp
	.cfi_adjust_cfa_offset 48
	pushq %rax
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -56
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	call *%rdi
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	popq %rcx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rcx
	addq $48, %rsp
	.cfi_adjust_cfa_offset -48
	jmp *%rcx
	.cfi_endproc
	.size move_return, . - move_return

	.type pop_return, @function
pop_return:
	.cfi_startproc
	subq $8, %rsp
	.cfi_adjust_cfa_offset 8
	call *%rdi
	addq $8, %rsp
	.cfi_adjust_cfa_offset -8
	popq %rdx
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdx
	jmp *%rdx
	.cfi_endproc
	.size pop_return, . - pop_return

	.type call_on_stack, @function
call_on_stack:
	.cfi_startproc
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq %rdi, %rsp
	call *%rsi
	movq %rbp, %rsp
	.cfi_def_cfa_register %rsp
	popq %rbp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size call_on_stack, . - call_on_stack

	.section .note.GNU-stack, "", @progbits
