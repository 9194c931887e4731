/*
 * switch.S - void *stack_switch(void **save, void *to, void *pass): leave this stack for
 * the one that `to` was saved from, as boost.context and many others do: no CFI beyond
 * the call. Returns `pass` over there. stack_enter is what a new stack returns into.
 *
 *   saved, from the stack pointer up: mxcsr + x87 word, r12 r13 r14 r15 rbx rbp, return
 */
	.text
	.globl stack_switch, stack_enter
	.type stack_switch, @function
stack_switch:
	pushq %rbp
	pushq %rbx
	pushq %r15
	pushq %r14
	pushq %r13
	pushq %r12
	subq $8, %rsp
	stmxcsr (%rsp)
	fnstcw 4(%rsp)
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	movq %rdx, %rax
	ldmxcsr (%rsp)
	fldcw 4(%rsp)
	addq $8, %rsp
	popq %r12
	popq %r13
	popq %r14
	popq %r15
	popq %rbx
	popq %rbp
	popq %rcx
	jmp *%rcx
	.size stack_switch, . - stack_switch

	/* r12: the function, r13: its argument. It never returns. */
	.type stack_enter, @function
stack_enter:
	movq %r13, %rdi
	movq %rax, %rsi
	xorl %ebp, %ebp
	pushq %rbp
	jmp *%r12
	.size stack_enter, . - stack_enter

	.section .note.GNU-stack, "", @progbits
