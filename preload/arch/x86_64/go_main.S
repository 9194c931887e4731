/*
 * go_main.S - called by Go's runtime in place of main.main, on a goroutine's stack, of which it
 * uses none: what it calls has a stack of its own. Then it goes on as main.main. x86-64. C keeps
 * what Go's functions expect of their caller but one: %xmm15 is 0.
 */
#define STACK_BYTES 65536

	.text
	.globl arch_go_main
	.hidden arch_go_main

	.type arch_go_main, @function
arch_go_main:
	.cfi_startproc
	.cfi_undefined %rip
	movl $1, %eax
	xchgl %eax, is_taken(%rip)
	testl %eax, %eax
	jnz 1f
	movq %rsp, stack+STACK_BYTES-8(%rip)
	movq %rdx, stack+STACK_BYTES-16(%rip)
	leaq stack+STACK_BYTES-16(%rip), %rsp
	call *arch_go_main_run(%rip)
	movq stack+STACK_BYTES-16(%rip), %rdx
	movq stack+STACK_BYTES-8(%rip), %rsp
	xorps %xmm15, %xmm15
1:	jmp *arch_go_main_own(%rip)
	.cfi_endproc
	.size arch_go_main, . - arch_go_main

	.bss
	.balign 64
	.type stack, @object
	.size stack, STACK_BYTES
stack:
	.zero STACK_BYTES
	.type is_taken, @object
	.size is_taken, 4
is_taken:
	.zero 4

	.section .note.GNU-stack, "", @progbits
