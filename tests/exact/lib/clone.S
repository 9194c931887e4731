/*
 * clone.S - two frames that run again elsewhere on the stack. Nothing in them
 * depends on where they are.
 *
 *   clone_make(event, clone)   calls event() two frames further in, copies both into
 *                              clone[0..7], and goes back to its caller without a return
 *   clone_run(event, clone)    puts the copy here and goes on in it: event() once more,
 *                              then back by two returns. Called from the same line
 */
	.text
	.globl clone_make, clone_run
	.type clone_make, @function
clone_make:
	.cfi_startproc
	movq (%rsp), %rax
	movq %rax, 64(%rsi)
	subq $24, %rsp
	.cfi_adjust_cfa_offset 24
	call clone_inner
	addq $24, %rsp
	.cfi_adjust_cfa_offset -24
	ret
	.cfi_endproc
	.size clone_make, . - clone_make

	.type clone_inner, @function
clone_inner:
	.cfi_startproc
	subq $24, %rsp
	.cfi_adjust_cfa_offset 24
	movq %rdi, (%rsp)
	movq %rsi, 8(%rsp)
	call *%rdi
	movq 8(%rsp), %rax
	movq %rsp, %rsi
	movq %rax, %rdi
	movl $8, %ecx
	rep movsq
	addq $64, %rsp
	jmp *64(%rax)
clone_again:
	call *(%rsp)
	addq $24, %rsp
	.cfi_adjust_cfa_offset -24
	ret
	.cfi_endproc
	.size clone_inner, . - clone_inner

	.type clone_run, @function
clone_run:
	subq $56, %rsp
	movq %rsp, %rdi
	movl $8, %ecx
	rep movsq
	jmp clone_again
	.size clone_run, . - clone_run

	.section .note.GNU-stack, "", @progbits
